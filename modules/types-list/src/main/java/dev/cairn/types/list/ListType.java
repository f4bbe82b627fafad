package dev.cairn.types.list;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionTypes;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Elements;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.TypeStore;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.HeapRegion;
import dev.cairn.structures.Listpack;
import dev.cairn.structures.Quicklist;

/**
 * The type of lists. A short list is a listpack inside its key's record, a longer one a quicklist whose root stands there. Main thread.
 */
final class ListType implements DataType, Elements {
    /** Encoding: one listpack. */
    static final int LISTPACK = 0;
    /** Encoding: a chain of nodes. */
    static final int QUICKLIST = 1;

    private static final TypeId ID = new TypeId("cairn-lst", 1);
    private static final Bytes RPUSH = Bytes.of("RPUSH");
    /** Elements that one command of a rewrite pushes. */
    private static final int REWRITTEN_AT_ONCE = 64;

    /** How a saved node goes on. */
    private static final int SAVED_PACK = 0;
    private static final int SAVED_PLAIN = 1;

    private static final String PACKED_THRESHOLD = "quicklist-packed-threshold";
    private static final CommandError NOT_A_THRESHOLD =
            CommandError.err("argument must be a memory value bigger than 1 and smaller than 4gb");

    private final ListLimits limits;

    ListType(ListLimits limits) {
        this.limits = limits;
    }

    ListLimits limits() {
        return limits;
    }

    /** What the type keeps for the slot's database. */
    ListStore store(Slot slot) {
        return (ListStore) slot.store(this);
    }

    /** The list at a key that exists, to be read. */
    ListValue read(Slot slot) {
        return store(slot).value.open(slot);
    }

    /** The list at a key that exists, to be changed. */
    ListValue edit(WriteSlot slot) {
        return store(slot).value.edit(slot);
    }

    @Override
    public TypeId id() {
        return ID;
    }

    @Override
    public String name() {
        return "list";
    }

    @Override
    public String encodingName(Slot value) {
        return value.encoding() == LISTPACK ? "listpack" : "quicklist";
    }

    @Override
    public TypeStore openStore() {
        return new ListStore(this);
    }

    @Override
    public boolean owning(int encoding) {
        return encoding == QUICKLIST;
    }

    private Quicklist nodes(Slot value) {
        return store(value).other.bind(((NativeBytes) value.bytes()).address());
    }

    @Override
    public long memory(Slot value) {
        return value.encoding() == QUICKLIST ? nodes(value).memory() : 0;
    }

    @Override
    public long freeEffort(Slot value) {
        return value.encoding() == QUICKLIST ? nodes(value).freeEffort() : 1;
    }

    @Override
    public void free(Slot value) {
        nodes(value).free();
    }

    @Override
    public void copy(Slot from, WriteSlot to) {
        if (from.encoding() == LISTPACK) {
            to.put(this, LISTPACK, from.bytes());
            return;
        }
        ListStore target = store(to);
        target.value.build();
        target.value.copyFrom(nodes(from));
        to.put(this, QUICKLIST, target.view(target.root, Quicklist.ROOT_BYTES));
    }

    /* Saved: the number of nodes, 0 for a listpack, and each node. */

    @Override
    public void save(Slot value, ValueWriter out) throws IOException {
        if (value.encoding() == LISTPACK) {
            out.integer(0);
            out.bytes(value.bytes());
            return;
        }
        ListStore store = store(value);
        Quicklist nodes = nodes(value);
        out.integer(nodes.nodes());
        for (boolean more = nodes.firstNode(); more; more = nodes.nextNode()) {
            if (nodes.isPlain()) {
                out.integer(SAVED_PLAIN);
                out.bytes(new NativeBytes(nodes.string(), nodes.length()));
            } else {
                int bytes = nodes.nodePackBytes();
                ListStore.reserve(store.pack, bytes);
                nodes.nodeToPack(store.pack.address());
                out.integer(SAVED_PACK);
                out.bytes(store.view(store.pack, bytes));
            }
        }
    }

    @Override
    public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
        if (encodingVersion != ID.encodingVersion()) {
            throw new IOException("list saved with encoding version " + encodingVersion + ": want " + ID.encodingVersion());
        }
        long count = in.integer();
        ListStore store = store(into);
        if (count == 0) {
            into.put(this, LISTPACK, store.view(store.pack, loadPack(in, store.pack)));
            return;
        }
        if (count < 0) {
            throw new IOException("list saved with " + count + " nodes");
        }
        long form = in.integer();
        if (count == 1 && form == SAVED_PACK) {
            // a list of one node has become short again: as Redis, it is a listpack after loading
            into.put(this, LISTPACK, store.view(store.pack, loadPack(in, store.pack)));
            return;
        }
        Quicklist nodes = store.other;
        nodes.create(store.root.address(), limits.fill(), limits.depth());
        boolean whole = false;
        try {
            loadNode(form, in, store, nodes);
            for (long i = 1; i < count; i++) {
                loadNode(in.integer(), in, store, nodes);
            }
            whole = true;
        } finally {
            if (!whole) {
                nodes.free();
            }
        }
        into.put(this, QUICKLIST, store.view(store.root, Quicklist.ROOT_BYTES));
    }

    private static void loadNode(long form, ValueReader in, ListStore store, Quicklist nodes) throws IOException {
        if (form == SAVED_PACK) {
            loadPack(in, store.pack);
            nodes.appendPack(store.pack.address());
        } else if (form == SAVED_PLAIN) {
            NativeBytes element = store.offHeap(in.bytes());
            nodes.appendPlain(element.address(), element.length());
        } else {
            throw new IOException("list with a node saved in form " + form + ": want 0 or 1");
        }
    }

    /** Reads a listpack that is sound and not empty, and returns its size. */
    private static int loadPack(ValueReader in, HeapRegion to) throws IOException {
        Bytes pack = in.bytes();
        int length = pack.length();
        ListStore.reserve(to, length);
        BytesCopy.put(pack, to.address());
        if (length <= Listpack.EMPTY_BYTES || !Listpack.validate(to.address(), length)) {
            throw new IOException("list with a listpack of " + length + " bytes that is not sound");
        }
        return length;
    }

    @Override
    public void rewrite(Slot value, CommandSink out) {
        Bytes[] words = new Bytes[2 + (int) Math.min(size(value), REWRITTEN_AT_ONCE)];
        words[0] = RPUSH;
        words[1] = value.key().retain();
        int[] count = {2};
        long[] left = {size(value)};
        visit(value, 0, left[0], false, element -> {
            words[count[0]++] = element.retain();
            if (--left[0] == 0 || count[0] == words.length) {
                out.command(count[0] == words.length ? words : Arrays.copyOf(words, count[0]));
                count[0] = 2;
            }
        });
    }

    /* Elements. */

    @Override
    public boolean ordered() {
        return true;
    }

    @Override
    public long size(Slot value) {
        return read(value).size();
    }

    @Override
    public void visit(Slot value, long from, long count, boolean reversed, Visitor visitor) {
        ListValue list = read(value);
        long size = list.size();
        boolean more = list.seek(reversed ? size - 1 - from : from);
        for (long i = 0; i < count && more; i++) {
            visitor.element(list.element());
            more = list.move(!reversed);
        }
    }

    @Override
    public String debugObject(Slot value, boolean fast) {
        if (value.encoding() != QUICKLIST) {
            return "";
        }
        Quicklist nodes = nodes(value);
        String told = String.format(Locale.ROOT, " ql_nodes:%d ql_avg_node:%.2f ql_listpack_max:%d ql_compressed:%d", nodes.nodes(),
                (double) nodes.size() / nodes.nodes(), nodes.fill(), nodes.depth() == 0 ? 0 : 1);
        if (fast) {
            return told;
        }
        long bytes = 0;
        for (boolean more = nodes.firstNode(); more; more = nodes.nextNode()) {
            bytes += nodes.isPlain() ? nodes.length() : nodes.nodePackBytes();
        }
        return told + " ql_uncompressed_size:" + bytes;
    }

    @Override
    public boolean debug(String setting, Bytes value) {
        if (!setting.equals(PACKED_THRESHOLD)) {
            return false;
        }
        long bytes;
        try {
            bytes = OptionTypes.parseMemory(value.text());
        } catch (OptionError e) {
            throw NOT_A_THRESHOLD;
        }
        if (bytes > Integer.MAX_VALUE) {
            throw NOT_A_THRESHOLD;
        }
        limits.largeFrom((int) bytes);
        return true;
    }
}
