package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.ADMIN;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.PROTECTED;
import static dev.cairn.api.command.CommandFlag.STALE;
import static java.util.Map.entry;

import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.core.config.ConfigRewriter;
import dev.cairn.core.config.Options;
import dev.cairn.core.db.Inspection;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.ServerSettings;
import dev.cairn.resp.Glob;

/** DEBUG: for the developers of the server and its tests, never for applications. Main thread; it may stall it on purpose. */
public final class DebugCommands {
    private static final Logger LOG = LoggerFactory.getLogger(DebugCommands.class);
    private static final Token SET = Token.of("set");
    private static final Token PEAK_RESET_TIME = Token.of("PEAK-RESET-TIME");
    private static final Token NEVER = Token.of("NEVER");
    private static final Token RESET = Token.of("RESET");
    private static final Token RESIZING = Token.of("RESIZING");
    private static final Token FAST = Token.of("FAST");
    private static final String STRING = "string";
    private static final Pattern LEADING_NUMBER = Pattern.compile("\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");
    private static final long NANOS = 1_000_000_000L;

    private static final List<String> HELP = List.of("ASSERT", "    Crash as a failed assertion does.", "CHANGE-REPL-ID",
            "    Take another random replication id.", "CONFIG-REWRITE-FORCE-ALL",
            "    Rewrite the configuration file as CONFIG REWRITE does, with every option in it.", "DICT-RESIZING <0|1>",
            "    Forbid or allow the indexes of keys to change their size.", "DIGEST",
            "    Show a digest of all keys and values, which does not depend on their order.", "DIGEST-VALUE <key> [<key> ...]",
            "    Show a digest of the value of each key.", "ERROR <text>",
            "    Reply with an error of this text; its first word is the code.", "HTSTATS <dbid>",
            "    Show the sizes of a database's indexes.", "HTSTATS-KEY <key> [full]",
            "    Show how a value is held, as LISTPACK and QUICKLIST do.", "JMAP",
            "    Show the heap, the collectors and the threads of the JVM.",
            "LISTPACK <key>", "    Show how a value is held.", "LOG <text>", "    Write a text to the server's log.", "OBJECT <key> [fast]",
            "    Show how a value is held; fast leaves out what takes time to find.", "OOM",
            "    Crash as the lack of memory on the heap does.", "PANIC", "    Crash as an error inside the server does.",
            "PAUSE-CRON <0|1>", "    Stop the server's regular work, or let it go on.", "POPULATE <count> [<prefix>] [<size>]",
            "    Make strings named prefix:number, key:number by default, where there are none;",
            "    they hold value:number, cut or filled with zero bytes to the size.", "PROTOCOL <type>",
            "    Reply with an example of a type: string, integer, double, bignum, null, array,",
            "    set, map, attrib, push, verbatim, true, false.",
            "QUICKLIST <key> [<0|1>]", "    Show how a value is held.", "REPLYBUFFER PEAK-RESET-TIME <NEVER|RESET|milliseconds>",
            "    Set the time after which a client's reply buffer shrinks to what was used of it; RESET for the usual time.",
            "REPLYBUFFER RESIZING <0|1>", "    Leave the sizes of reply buffers as they are, or let them follow their use.",
            "LOADAOF", "    Empty the databases and load the append-only file.",
            "RELOAD", "    Empty the databases and load what is kept of them on disk.",
            "SEGFAULT", "    Crash as an access to a wrong address does.", "SET-ACTIVE-EXPIRE <0|1>",
            "    Leave expired keys until they are asked for, or delete them in the background too.", "SLEEP <seconds>",
            "    Do nothing for so long, for no client; decimals are allowed.",
            "STRINGMATCH-TEST", "    Match random texts against random patterns.", "STRUCTSIZE",
            "    Show the sizes of the parts of a key's record.");

    private static final CommandError RELOAD_FAILED = CommandError.err("Error trying to load the data, check server logs");
    /** Subcommands that only make sense with a part that this server does not have. */
    private static final Map<String, String> MISSING = Map.ofEntries(entry("reload", "RDB persistence or appendonly"),
            entry("replicate", "replication"),
            entry("set-disable-deny-scripts", "scripting"), entry("set-skip-checksum-validation", "RDB persistence"),
            entry("pause-after-fork", "a fork, which it never makes"), entry("delay-rdb-client-free-seconds", "replication"),
            entry("mallctl", "jemalloc"), entry("mallctl-str", "jemalloc"), entry("clusterlink", "the cluster"),
            entry("restart", "restarting itself"),
            entry("crash-and-recover", "restarting itself"), entry("sdslen", "SDS strings"), entry("leak", "memory that is never freed"));

    private final Server server;
    private final Options options;

    /** Makes the command of a server. */
    public DebugCommands(Server server, Options options) {
        this.server = server;
        this.options = options;
    }

    /** Declares the command. */
    public void register(Registrar r) {
        r.command(CommandSpec.of("DEBUG", -2).group(CommandGroup.SERVER).flags(ADMIN, NOSCRIPT, LOADING, STALE, PROTECTED).since("1.0.0")
                .complexity("Depends on subcommand.").summary("A container for commands that help to find errors in the server."),
                this::debug);
    }

    private void debug(Call call, Args args, Reply out) {
        String name = args.at(1).text().toLowerCase(Locale.ROOT);
        int size = args.size();
        if (!(switch (size) {
            case 2 -> withoutArguments(name, out);
            case 3 -> withOne(name, call, args, out);
            default -> false;
        } || withMany(name, call, args, out))) {
            String part = MISSING.get(name);
            throw CommandError.err(part != null
                    ? "DEBUG " + name.toUpperCase(Locale.ROOT) + " needs " + part + ", which this server does not have"
                    : "unknown subcommand or wrong number of arguments for '" + excerpt(args.at(1)) + "'. Try DEBUG HELP.");
        }
    }

    private void reload(Reply out) {
        try {
            server.durability().reload();
        } catch (IOException e) {
            LOG.warn("Error trying to load the data: {}", e.getMessage());
            throw RELOAD_FAILED;
        }
        out.ok();
    }

    private void rewriteAll(Reply out) {
        Path file = server.identity().configFile;
        if (file == null) {
            throw CommandError.err(ConfigRewriter.NO_FILE);
        }
        try {
            new ConfigRewriter(options).rewriteAll(file);
        } catch (IOException e) {
            throw CommandError.err("CONFIG-REWRITE-FORCE-ALL failed: " + e.getMessage());
        }
        out.ok();
    }

    private static String excerpt(Bytes b) {
        return new String(b.slice(0, Math.min(128, b.length())).toArray(), StandardCharsets.ISO_8859_1);
    }

    private boolean withoutArguments(String name, Reply out) {
        switch (name) {
            case "help" -> HelpText.write(out, "DEBUG", HELP);
            case "digest" -> out.simple(new Digest().all(server));
            case "loadaof" -> reload(out);
            case "reload" -> {
                if (server.durability().syncedOffset() < 0) {
                    return false;
                }
                // what the log holds is what is in memory: there is no other file to save to and load from
                reload(out);
            }
            case "config-rewrite-force-all" -> rewriteAll(out);
            case "change-repl-id" -> {
                LOG.info("Changing the replication id, as DEBUG CHANGE-REPL-ID asks for");
                server.identity().changeReplicationId();
                out.ok();
            }
            case "stringmatch-test" -> stringMatchTest(out);
            case "structsize" -> out.bulk(Inspection.sizes());
            case "jmap" -> out.verbatim("txt", Bytes.of(JvmReport.text()));
            case "panic" -> throw new InternalError("DEBUG PANIC called at Unix time " + server.clock().seconds());
            case "assert" -> throw new InternalError("assertion failed: DEBUG ASSERT was called");
            case "segfault" -> throw new InternalError("access to a wrong address: DEBUG SEGFAULT was called");
            case "oom" -> throw new OutOfMemoryError("Java heap space: DEBUG OOM was called");
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean withOne(String name, Call call, Args args, Reply out) {
        Bytes argument = args.at(2);
        switch (name) {
            case "sleep" -> sleep(argument);
            case "set-active-expire" -> server.expiry().enabled(isOn(argument));
            case "pause-cron" -> server.settings().cronPaused = isOn(argument);
            case "dict-resizing" -> server.databases().resizing(isOn(argument));
            case "log" -> LOG.warn("DEBUG LOG: {}", argument.text());
            default -> {
                if (!isOfAType(name, argument)) {
                    return withOneReplied(name, call, args, out);
                }
            }
        }
        out.ok();
        return true;
    }

    /** Offers a setting to the data types, of which one may take it. */
    private boolean isOfAType(String name, Bytes value) {
        for (DataType type : server.databases().types()) {
            if (type.debug(name, value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean withOneReplied(String name, Call call, Args args, Reply out) {
        switch (name) {
            case "error" -> error(args.at(2), out);
            case "protocol" -> protocol(args.at(2).text().toLowerCase(Locale.ROOT), call.client().protocol() >= 3, out);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean withMany(String name, Call call, Args args, Reply out) {
        int size = args.size();
        if (name.equals("object") && (size == 3 || size == 4)) {
            object(call, args, out);
        } else if (name.equals("populate") && size >= 3 && size <= 5) {
            populate(call, args, out);
        } else if (name.equals("replybuffer") && size == 4) {
            return replyBuffer(args, out);
        } else if (name.equals("digest-value")) {
            Digest digest = new Digest();
            out.array(size - 2);
            for (int i = 2; i < size; i++) {
                out.simple(digest.value(call.keyspace().peek(args.at(i))));
            }
        } else if ((name.equals("htstats-key") || name.equals("listpack") || name.equals("quicklist")) && (size == 3 || size == 4)) {
            describe(call, args, out);
        } else if (name.equals("htstats") && size >= 3) {
            long number = args.integer(2);
            if (number < 0 || number >= server.databases().count()) {
                throw CommandError.err("Out of range database");
            }
            out.verbatim("txt", Bytes.of(Inspection.indexes(server.databases().at((int) number))));
        } else {
            return false;
        }
        return true;
    }

    private static void describe(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().peek(args.at(2));
        if (!slot.exists()) {
            throw CommandError.NO_SUCH_KEY;
        }
        String text = slot.type().describe(slot);
        if (text.isEmpty()) {
            throw CommandError.err("There is nothing to tell about a value of encoding " + slot.type().encodingName(slot));
        }
        out.verbatim("txt", Bytes.of(text));
    }

    /** Holds random texts against random patterns of the characters that mean something: none may fail or go on for ever. */
    private static void stringMatchTest(Reply out) {
        SplittableRandom random = new SplittableRandom();
        for (int i = 0; i < 10_000; i++) {
            Glob.matches(randomText(random), randomText(random));
        }
        out.simple("All matches ended");
    }

    private static Bytes randomText(SplittableRandom random) {
        String characters = "ab*?[]^-\\";
        byte[] text = new byte[random.nextInt(32)];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) characters.charAt(random.nextInt(characters.length()));
        }
        return Bytes.of(text);
    }

    private boolean replyBuffer(Args args, Reply out) {
        if (args.is(2, PEAK_RESET_TIME)) {
            server.settings().replyPeakMillis = args.is(3, NEVER) ? -1
                    : args.is(3, RESET) ? ServerSettings.REPLY_PEAK_MILLIS : args.integer(3);
        } else if (args.is(2, RESIZING)) {
            server.settings().replyResizing = isOn(args.at(3));
        } else {
            return false;
        }
        out.ok();
        return true;
    }

    private static boolean isOn(Bytes b) {
        return b.isLong() && b.asLong() != 0;
    }

    private static void sleep(Bytes seconds) {
        double wanted = leadingNumber(seconds.text());
        long end = System.nanoTime() + (long) Math.min(wanted * NANOS, Long.MAX_VALUE / 4.0);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** The number that a text begins with, 0 if it does not. */
    private static double leadingNumber(String text) {
        Matcher number = LEADING_NUMBER.matcher(text);
        return number.lookingAt() ? Double.parseDouble(number.group().strip()) : 0;
    }

    private static void error(Bytes text, Reply out) {
        String s = text.text();
        int space = s.indexOf(' ');
        out.error(space < 0 ? CommandError.of(s, "") : CommandError.of(s.substring(0, space), s.substring(space + 1)));
    }

    private static void object(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().peek(args.at(2));
        if (!slot.exists()) {
            throw CommandError.NO_SUCH_KEY;
        }
        StringBuilder s = new StringBuilder(128);
        s.append("Value at:0x").append(Long.toHexString(Inspection.address(slot))).append(" refcount:")
                .append(ObjectCommands.references(slot)).append(" encoding:")
                .append(slot.type().encodingName(slot));
        boolean fast = args.size() > 3 && args.is(3, FAST);
        if (!fast) {
            s.append(" serializedlength:").append(SavedLength.of(slot));
        }
        int clock = Inspection.accessClock(slot);
        s.append(" lru:").append(clock).append(" lru_seconds_idle:").append(slot.idleSeconds()).append(" lfu_freq:")
                .append(slot.frequency()).append(" lfu_access_time_minutes:").append(clock >>> 8)
                .append(slot.type().debugObject(slot, fast));
        out.simple(s.toString());
    }

    private void populate(Call call, Args args, Reply out) {
        long count = positive(args, 2);
        String prefix = args.size() > 3 ? new String(args.at(3).toArray(), StandardCharsets.ISO_8859_1) : "key";
        long size = args.size() > 4 ? positive(args, 4) : 0;
        DataType type = null;
        for (DataType t : server.databases().types()) {
            if (t.name().equals(STRING)) {
                type = t;
            }
        }
        if (type == null) {
            throw CommandError.err("DEBUG POPULATE needs the string data type, which this server does not have");
        }
        if (size > Integer.MAX_VALUE >> 2) {
            throw CommandError.OUT_OF_RANGE;
        }
        for (long i = 0; i < count; i++) {
            byte[] value = ("value:" + i).getBytes(StandardCharsets.ISO_8859_1);
            Bytes key = Bytes.of((prefix + ':' + i).getBytes(StandardCharsets.ISO_8859_1));
            int mark = server.databases().slotMark();
            WriteSlot slot = call.keyspace().write(key);
            if (!slot.exists()) {
                fill(type, slot, size == 0 ? value : Arrays.copyOf(value, (int) size));
                slot.changed(KeyEventClass.STRING, SET);
            }
            server.databases().releaseSlots(mark);
        }
        out.ok();
    }

    private static long positive(Args args, int i) {
        Bytes b = args.at(i);
        if (!b.isLong() || b.asLong() < 0) {
            throw CommandError.err("value is out of range, must be positive");
        }
        return b.asLong();
    }

    /** Sets a string as a file would, for the core knows its type by the name only. */
    private static void fill(DataType type, WriteSlot slot, byte[] value) {
        try {
            type.load(new SavedBytes(value), type.id().encodingVersion(), slot);
        } catch (IOException e) {
            throw CommandError.err("the string data type does not take a value: " + e.getMessage());
        }
    }

    /** A string in the form in which it is saved: the number 0 for bytes, and the bytes. */
    private static final class SavedBytes implements DataType.ValueReader {
        private byte @Nullable [] value;

        SavedBytes(byte[] value) {
            this.value = value;
        }

        @Override
        public long integer() {
            return 0;
        }

        @Override
        public Bytes bytes() throws EOFException {
            byte[] b = value;
            if (b == null) {
                throw new EOFException("a string is one run of bytes");
            }
            value = null;
            return Bytes.of(b);
        }

        @Override
        public double real() throws EOFException {
            throw new EOFException("a string is one run of bytes");
        }
    }

    private static void protocol(String type, boolean resp3, Reply out) {
        switch (type) {
            case "string" -> out.bulk("Hello World");
            case "integer" -> out.integer(12345);
            case "double" -> out.real(3.141);
            case "bignum" -> out.bigNumber(new BigInteger("1234567999999999999999999999999999999"));
            case "null" -> out.nil();
            case "array" -> out.array(3).integer(0).integer(1).integer(2);
            case "set" -> out.set(3).integer(0).integer(1).integer(2);
            case "map" -> out.map(3).integer(0).bool(false).integer(1).bool(true).integer(2).bool(false);
            case "attrib" -> {
                if (resp3) {
                    out.attribute(1).bulk("key-popularity").array(2).bulk("key:123").integer(90);
                }
                out.bulk("Some real reply following the attribute");
            }
            case "push" -> {
                if (!resp3) {
                    throw CommandError.err("RESP2 is not supported by this command");
                }
                out.push(2).bulk("server-cpu-usage").integer(42).bulk("Some real reply following the push reply");
            }
            case "true" -> out.bool(true);
            case "false" -> out.bool(false);
            case "verbatim" -> out.verbatim("txt", Bytes.of("This is a verbatim\nstring"));
            default -> throw CommandError.err("Wrong protocol type name. Please use one of the following: "
                    + "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false");
        }
    }
}
