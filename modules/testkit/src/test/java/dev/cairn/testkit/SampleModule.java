package dev.cairn.testkit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.api.command.Token;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.structures.Pages;

/** A module that uses every part of the SPI: a data type {@code box}, commands on boxes, options, an INFO section, events. */
class SampleModule implements ServerModule {
    /** The API that it exports. */
    interface Boxes {
        /** How many boxes were put. */
        long puts();
    }

    static final Box TYPE = new Box(2);
    private static final Token PUT = Token.of("put");
    private static final Token TAKEN = Token.of("taken");

    final List<String> heard = new ArrayList<>();
    final AtomicInteger gone = new AtomicInteger();
    volatile long mappedAtPut;
    volatile int filled;
    volatile @Nullable Ticket ticket;
    volatile @Nullable ModuleContext context;
    @Nullable Option<Long> limit;
    Optional<Option<Long>> hz = Optional.empty();
    private final int version;
    private final Box type;
    private long puts;

    SampleModule() {
        this(3, TYPE);
    }

    /** Another version, for upgrades. */
    SampleModule(int version, Box type) {
        this.version = version;
        this.type = type;
    }

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("sample", version);
    }

    private static CommandSpec.Builder spec(String name, int arity, String summary) {
        return CommandSpec.of(name, arity).summary(summary).complexity("O(1)").since("1.0.0");
    }

    @Override
    public void configure(Registrar r) {
        r.dataType(type);
        limit = r.option(OptionSpec.integer("sample-limit", 10, 0, 100).doc("The most of something."));
        r.info("Sample", true, out -> out.field("sample_puts", puts).field("sample_name", "box").field("sample_part", 0.5, 2));
        r.export(Boxes.class, () -> puts);
        r.onKeys(Set.of(KeyEventClass.MODULE, KeyEventClass.EXPIRED, KeyEventClass.NEW),
                (db, eventClass, event, key) -> heard.add(event.text() + " " + key.text() + " in " + db));
        KeySpec written = KeySpec.at(1, KeySpec.Flag.OW, KeySpec.Flag.UPDATE);
        KeySpec read = KeySpec.at(1, KeySpec.Flag.RO, KeySpec.Flag.ACCESS);
        KeySpec taken = KeySpec.at(1, KeySpec.Flag.RW, KeySpec.Flag.ACCESS, KeySpec.Flag.DELETE);
        r.command(spec("BOX.PUT", 3, "Puts a value into a box.").flags(CommandFlag.WRITE, CommandFlag.DENYOOM, CommandFlag.FAST)
                .acl(AclCategory.KEYSPACE).keys(written).syntax("key value"), this::put);
        r.command(spec("BOX.GET", 2, "Returns what is in a box.").flags(CommandFlag.READONLY, CommandFlag.FAST)
                .acl(AclCategory.KEYSPACE).keys(read).syntax("key"), this::get);
        r.command(spec("BOX.TAKE", -3, "Takes what is in a box, waiting for it.").flags(CommandFlag.WRITE, CommandFlag.BLOCKING)
                .acl(AclCategory.KEYSPACE).keys(taken).syntax("key milliseconds:integer [WAKE]"), this::take);
        r.command(spec("BOX.WAIT", 1, "Waits for the module's own thread.").flags(CommandFlag.BLOCKING).acl(AclCategory.KEYSPACE),
                this::await);
        r.command(spec("BOX.FAIL", 2, "Fails.").acl(AclCategory.KEYSPACE).syntax("how"), this::fail);
        r.command(spec("BOX.SHAPES", 1, "Replies with a value of each type.").acl(AclCategory.KEYSPACE), this::shapes);
        r.command(spec("BOX.BYTES", 2, "Replies with a string of a length.").acl(AclCategory.KEYSPACE).syntax("length:integer"),
                this::bytes);
        r.command(spec("BOX.FILL", 2, "Replies with many strings of a kilobyte.").acl(AclCategory.KEYSPACE).syntax("count:integer"),
                this::fill);
        r.command(spec("BOX.SAY", 3, "Publishes a message.").flags(CommandFlag.PUBSUB).acl(AclCategory.KEYSPACE)
                .syntax("channel message"), (call, args, out) -> out.integer(call.publisher().publish(args.at(1), args.at(2))));
    }

    @Override
    public void start(ModuleContext c) {
        context = c;
        hz = c.option("hz", Long.class);
    }

    @Override
    public void stop(StopReason reason) {
        heard.add("stopped for " + reason);
    }

    private void put(Call call, Args args, Reply out) {
        WriteSlot slot = call.keyspace().write(args.at(1));
        if (slot.exists() && slot.type() != type) {
            slot.delete();
        }
        slot.put(type, 0, args.at(2));
        slot.changed(KeyEventClass.MODULE, PUT);
        puts++;
        mappedAtPut = Pages.mappedBytes();
        out.ok();
    }

    private void get(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), type);
        if (slot.exists()) {
            out.bulk(slot.bytes());
        } else {
            out.nil();
        }
    }

    private void take(Call call, Args args, Reply out) {
        long millis = args.integer(2, 0, Long.MAX_VALUE);
        Bytes key = args.at(1).retain();
        if (!served(call, key, out)) {
            if (call.inTransaction()) {
                out.nil();
            } else {
                call.suspend(new Suspension(millis, List.of(key), args.size() > 3, (c, o) -> served(c, key, o), (c, o) -> {
                    o.nil();
                    return true;
                }, gone::incrementAndGet));
            }
        }
    }

    private boolean served(Call call, Bytes key, Reply out) {
        WriteSlot slot = call.keyspace().write(key, type);
        if (!slot.exists()) {
            return false;
        }
        out.bulk(slot.bytes());
        slot.delete();
        slot.changed(KeyEventClass.MODULE, TAKEN);
        return true;
    }

    private void await(Call call, Args args, Reply out) {
        if (call.inTransaction()) {
            out.nil();
            return;
        }
        ticket = call.suspend(new Suspension(0, List.of(), false, (c, o) -> {
            o.simple("signalled");
            return true;
        }, (c, o) -> {
            o.nil();
            return true;
        }, gone::incrementAndGet));
    }

    private void fail(Call call, Args args, Reply out) {
        switch (args.at(1).text()) {
            case "late" -> {
                out.array(3).integer(1);
                throw new IllegalStateException("in the middle of a reply");
            }
            case "deep" -> deep(1);
            case "link" -> throw new NoClassDefFoundError("dev/cairn/Missing");
            case "suspend" -> call.suspend(new Suspension(0, List.of(), false, (c, o) -> true, (c, o) -> true, () -> {
            }));
            default -> throw new UnsupportedOperationException(args.at(1).text());
        }
    }

    /** Throws what is no checked exception. */
    static Object thrown(Throwable wrong) {
        switch (wrong) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalArgumentException(wrong);
        }
    }

    private static int deep(int n) {
        return n == 0 ? 0 : deep(n + 1) + n;
    }

    private void shapes(Call call, Args args, Reply out) {
        out.array(10).integer(-1).bulk("bulk").nil().nilArray().real(1.5).bool(true).bigNumber(java.math.BigInteger.TWO.pow(80))
                .verbatim("txt", Bytes.of("text"));
        out.map(1).bulk("k").integer(1);
        int mark = out.begin(Reply.Shape.SET);
        out.integer(1).integer(2);
        out.end(mark, 2);
    }

    private void bytes(Call call, Args args, Reply out) {
        out.bulk(Bytes.of(new byte[(int) args.integer(1, 0, 1 << 30)]));
    }

    private void fill(Call call, Args args, Reply out) {
        int count = (int) args.integer(1, 0, 1 << 20);
        Bytes value = Bytes.of(new byte[1024]);
        int mark = out.begin(Reply.Shape.ARRAY);
        int i = 0;
        while (i < count && !out.abandoned()) {
            out.bulk(value);
            i++;
        }
        out.end(mark, i);
        filled = i;
    }

    /**
     * The type of boxes: bytes inline.
     *
     * @param version what it saves is the same in all versions
     */
    record Box(int version) implements DataType {
        @Override
        public TypeId id() {
            return new TypeId("sample-bx", version);
        }

        @Override
        public String name() {
            return "box";
        }

        @Override
        public String encodingName(Slot value) {
            return "raw";
        }

        @Override
        public void save(Slot value, ValueWriter out) throws IOException {
            out.real(1.5);
            out.bytes(value.bytes());
            out.integer(-1);
        }

        @Override
        public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
            if (encodingVersion > version || in.real() != 1.5) {
                throw new IOException("no box");
            }
            Bytes content = in.bytes();
            if (in.integer() != -1) {
                throw new IOException("no box");
            }
            into.put(this, 0, content);
        }

        @Override
        public void rewrite(Slot value, CommandSink out) {
            out.command(Bytes.of("BOX.PUT"), value.key(), value.bytes());
        }
    }
}
