package dev.cairn.types.string;

import java.io.IOException;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Reply;
import dev.cairn.api.data.Content;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;

/**
 * The type of strings. A string lives inline in its key's record: as one integer when its bytes are the canonical form of one, else as
 * bytes. Main thread.
 *
 * <p>The server holds short and long bytes alike; the encodings {@code embstr} and {@code raw} tell them apart as Redis does, where a
 * string is short up to 44 bytes and until it is changed in place.
 */
final class StringType implements DataType, Content {
    /** The one instance. */
    static final StringType TYPE = new StringType();

    /** Encoding: bytes that are long or were changed in place. */
    static final int RAW = 0;
    /** Encoding: one integer. */
    static final int INT = 1;
    /** Encoding: at most 44 bytes as they were set. */
    static final int EMBSTR = 8;

    private static final int EMBSTR_LIMIT = 44;
    /** Integers from 0 to below this one count as shared. */
    private static final int SHARED_INTEGERS = 10_000;
    private static final TypeId ID = new TypeId("cairn-str", 1);
    private static final Bytes SET = Bytes.of("SET");

    /** How a saved value goes on. */
    private static final int SAVED_BYTES = 0;
    private static final int SAVED_INTEGER = 1;

    private StringType() {
    }

    @Override
    public TypeId id() {
        return ID;
    }

    @Override
    public String name() {
        return "string";
    }

    @Override
    public String encodingName(Slot value) {
        return switch (value.encoding()) {
            case INT -> "int";
            case EMBSTR -> "embstr";
            default -> "raw";
        };
    }

    @Override
    public boolean shared(Slot value) {
        return value.encoding() == INT && value.integer() >= 0 && value.integer() < SHARED_INTEGERS;
    }

    @Override
    public void save(Slot value, ValueWriter out) throws IOException {
        if (value.encoding() == INT) {
            out.integer(SAVED_INTEGER);
            out.integer(value.integer());
        } else {
            out.integer(SAVED_BYTES);
            out.bytes(value.bytes());
        }
    }

    @Override
    public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
        if (encodingVersion != ID.encodingVersion()) {
            throw new IOException("string saved with encoding version " + encodingVersion + ": want " + ID.encodingVersion());
        }
        long form = in.integer();
        if (form == SAVED_INTEGER) {
            into.putInteger(this, INT, in.integer());
        } else if (form == SAVED_BYTES) {
            Bytes value = in.bytes();
            into.put(this, encodingOf(value.length()), value);
        } else {
            throw new IOException("string saved in form " + form + ": want 0 or 1");
        }
    }

    @Override
    public void rewrite(Slot value, CommandSink out) {
        out.command(SET, value.key(), content(value));
    }

    @Override
    public void copy(Slot from, WriteSlot to) {
        if (from.encoding() == INT) {
            to.putInteger(this, INT, from.integer());
        } else {
            to.put(this, from.encoding(), from.bytes());
        }
    }

    /** The encoding of {@code length} bytes, not a number, as they are set. */
    static int encodingOf(int length) {
        return length <= EMBSTR_LIMIT ? EMBSTR : RAW;
    }

    /** Sets the value in its best encoding and the expiry in milliseconds since 1970. */
    static void replace(WriteSlot slot, Bytes value, long expireAt) {
        if (value.isLong()) {
            slot.replaceInteger(TYPE, INT, value.asLong(), expireAt);
        } else {
            slot.replace(TYPE, encodingOf(value.length()), value, expireAt);
        }
    }

    /** The content of a string, copied only when it is an integer. */
    @Override
    public Bytes content(Slot string) {
        return string.encoding() == INT ? Bytes.of(Long.toString(string.integer())) : string.bytes();
    }

    /** The length of a string in bytes. */
    static int length(Slot string) {
        return string.encoding() == INT ? decimalLength(string.integer()) : string.length();
    }

    /** Replies with the string, or nil where there is none. */
    static void reply(Slot string, Reply out) {
        if (!string.exists()) {
            out.nil();
        } else if (string.encoding() == INT) {
            out.bulk(string.integer());
        } else {
            out.bulk(string.bytes());
        }
    }

    /** Number of characters of an integer's decimal form. */
    static int decimalLength(long value) {
        if (value == Long.MIN_VALUE) {
            return 20;
        }
        int length = value < 0 ? 2 : 1;
        for (long rest = Math.abs(value); rest >= 10; rest /= 10) {
            length++;
        }
        return length;
    }
}
