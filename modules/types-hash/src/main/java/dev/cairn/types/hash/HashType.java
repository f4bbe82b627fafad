package dev.cairn.types.hash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Fields;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.TypeStore;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.structures.Dict;

/** The type of hashes; see {@link Hash} for how one is held. Main thread. */
final class HashType implements DataType, Fields {
    /** Encoding: a listpack of fields and values. */
    static final int LISTPACK = 0;
    /** Encoding: a listpack of fields, values and times. */
    static final int LISTPACK_EX = 1;
    /** Encoding: the root of a dict. */
    static final int HASHTABLE = 2;

    private static final TypeId ID = new TypeId("cairn-hsh", 1);
    private static final int SAVED_TIMES = 1;
    /** Fields in a command of a rewrite. */
    private static final int REWRITE_FIELDS = 64;
    private static final Bytes HSET = Bytes.of("HSET");
    private static final Bytes HPEXPIREAT = Bytes.of("HPEXPIREAT");
    private static final Bytes FIELDS = Bytes.of("FIELDS");
    private static final Bytes ONE = Bytes.of("1");

    private final HashLimits limits;

    HashType(HashLimits limits) {
        this.limits = limits;
    }

    HashLimits limits() {
        return limits;
    }

    private HashStore store(Slot slot) {
        return (HashStore) slot.store(this);
    }

    /** Opens a hash that exists, for reading. */
    Hash open(Keyspace keyspace, Slot slot) {
        return store(slot).open(keyspace, slot);
    }

    /** Opens a hash that exists as it is, fields included whose time is over. */
    Hash open(Slot slot) {
        return store(slot).open(slot);
    }

    /** Opens a hash for change, also one that does not exist yet. */
    Hash edit(Keyspace keyspace, WriteSlot slot) {
        return store(slot).edit(keyspace, slot);
    }

    @Override
    public @Nullable Bytes field(Keyspace keyspace, Slot value, Bytes name) {
        Hash hash = open(keyspace, value);
        return hash.seek(name) && !hash.isDue() ? hash.read().value() : null;
    }

    @Override
    public TypeId id() {
        return ID;
    }

    @Override
    public String name() {
        return "hash";
    }

    @Override
    public String encodingName(Slot value) {
        return switch (value.encoding()) {
            case LISTPACK -> "listpack";
            case LISTPACK_EX -> "listpackex";
            default -> "hashtable";
        };
    }

    @Override
    public TypeStore openStore() {
        return new HashStore(this);
    }

    @Override
    public boolean owning(int encoding) {
        return encoding == HASHTABLE || encoding == LISTPACK_EX;
    }

    @Override
    public long memory(Slot value) {
        return open(value).memory();
    }

    @Override
    public long freeEffort(Slot value) {
        return store(value).freeEffort(value);
    }

    @Override
    public void free(Slot value) {
        store(value).free(value);
    }

    @Override
    public void renamed(Slot value, Bytes before) {
        HashStore store = store(value);
        store.expires(before, Dict.NO_TIME);
        store.expires(value.key(), store.open(value).earliest());
    }

    @Override
    public void copy(Slot from, WriteSlot to) {
        if (from.encoding() == LISTPACK) {
            to.put(this, LISTPACK, from.bytes());
            return;
        }
        Hash hash = open(from);
        HashStore target = store(to);
        HashBuilder builder = target.builder();
        if (from.encoding() == HASHTABLE) {
            builder.table(hash.size());
        } else {
            builder.timed();
        }
        hash.forEach(h -> {
            PackReader r = h.read();
            builder.add(r.field().address(), r.field().length(), r.value().address(), r.value().length(), h.time());
        });
        builder.put(to, target);
    }

    @Override
    public void save(Slot value, ValueWriter out) throws IOException {
        Hash hash = open(value);
        boolean timed = hash.isTimed();
        out.integer(timed ? SAVED_TIMES : 0);
        out.integer(hash.size());
        IOException[] failed = new IOException[1];
        hash.forEach(h -> {
            if (failed[0] == null) {
                try {
                    PackReader r = h.read();
                    out.bytes(r.field());
                    out.bytes(r.value());
                    if (timed) {
                        out.integer(Hash.packed(h.time()));
                    }
                } catch (IOException e) {
                    failed[0] = e;
                }
            }
        });
        if (failed[0] != null) {
            throw failed[0];
        }
    }

    @Override
    public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
        if (encodingVersion != ID.encodingVersion()) {
            throw new IOException("hash saved with encoding version " + encodingVersion + ": want " + ID.encodingVersion());
        }
        long form = in.integer();
        long fields = in.integer();
        if (form < 0 || form > SAVED_TIMES || fields < 1) {
            throw new IOException("hash of " + fields + " fields saved in form " + form + ": want a positive number, and 0 or 1");
        }
        HashStore store = store(into);
        HashBuilder builder = store.builder();
        boolean whole = false;
        try {
            loadFields(in, form == SAVED_TIMES, fields, builder, store);
            whole = true;
        } finally {
            if (!whole) {
                builder.discard();
            }
        }
        builder.put(into, store);
    }

    private void loadFields(ValueReader in, boolean timed, long fields, HashBuilder builder, HashStore store) throws IOException {
        if (timed) {
            builder.timed();
        }
        for (long i = 0; i < fields; i++) {
            Bytes field = in.bytes();
            Bytes value = in.bytes();
            long time = timed ? Hash.unpacked(in.integer()) : Dict.NO_TIME;
            if (!store.add(builder, field, value, time)) {
                throw new IOException("hash has a field twice: " + field);
            }
        }
    }

    @Override
    public void rewrite(Slot value, CommandSink out) {
        Hash hash = open(value);
        List<Bytes> words = new ArrayList<>();
        Bytes key = value.key().retain();
        hash.forEach(h -> {
            if (words.isEmpty()) {
                words.add(HSET);
                words.add(key);
            }
            words.add(h.read().field().retain());
            words.add(h.read().value().retain());
            if (words.size() == 2 + 2 * REWRITE_FIELDS) {
                flush(words, out);
            }
        });
        flush(words, out);
        if (hash.isTimed()) {
            hash.forEach(h -> {
                if (h.time() != Dict.NO_TIME) {
                    out.command(HPEXPIREAT, key, Bytes.of(Long.toString(h.time())), FIELDS, ONE, h.read().field());
                }
            });
        }
    }

    private static void flush(List<Bytes> words, CommandSink out) {
        if (!words.isEmpty()) {
            out.command(words.toArray(Bytes[]::new));
            words.clear();
        }
    }

    @Override
    public boolean elements(Slot value, ElementSink out) {
        open(value).forEach(h -> {
            PackReader r = h.read();
            if (h.time() == Dict.NO_TIME) {
                out.element(r.field(), r.value());
            } else {
                out.element(r.field(), r.value(), Bytes.of(Long.toString(h.time())));
            }
        });
        return true;
    }
}
