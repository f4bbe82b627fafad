package dev.cairn.structures;

import java.nio.charset.StandardCharsets;

/**
 * The listpack: a sequence of short strings and integers in one contiguous block, without pointers. The owner of the
 * block calls; nothing is synchronised.
 *
 * <p>Design. Small collections should cost their bytes and little more. The layout is the one that Redis' dumps
 * contain, so a pack can be saved and loaded as it is:
 * total size (4 bytes), number of entries (2 bytes, 65535 if unknown), the entries, and 0xFF. An entry is an encoding
 * byte that holds the length or a small number,
 * further bytes, and the entry's size written backwards (1 to 5 bytes), for walking from the end. A string that is
 * the canonical decimal form of a 64-bit integer is
 * kept as an integer. Reading methods take the address of the pack; editing ones take the {@link Region} that holds
 * it, which they resize to the exact size. An entry is
 * named by its offset in the pack, and 0 is no entry. An edit invalidates offsets behind it; the bytes that are
 * inserted must not lie in the region itself.
 */
public final class Listpack {
    /** The size of a pack without entries, in bytes. */
    public static final int EMPTY_BYTES = 7;

    /** Where the first entry is. */
    static final int HEADER = 6;
    private static final int UNKNOWN = 65535;
    private static final int END = 0xff;
    private static final int MAX_DIGITS = 20;

    private Listpack() {
    }

    /** Makes the region an empty pack. */
    public static void create(Region region) {
        region.resize(EMPTY_BYTES);
        long pack = region.address();
        Memory.putInt(pack, EMPTY_BYTES);
        Memory.putShort(pack + 4, 0);
        Memory.putByte(pack + HEADER, END);
    }

    /** Writes a pack around entries that stand elsewhere: {@link #EMPTY_BYTES} more bytes than they take. */
    static void wrap(long pack, long entries, int entriesBytes, int count) {
        Memory.putInt(pack, EMPTY_BYTES + entriesBytes);
        Memory.putShort(pack + 4, Math.min(count, UNKNOWN));
        Memory.copy(entries, pack + HEADER, entriesBytes);
        Memory.putByte(pack + HEADER + entriesBytes, END);
    }

    /** Returns the size of the pack in bytes. */
    public static int bytes(long pack) {
        return Memory.getInt(pack);
    }

    /** Returns the number of entries; walks the pack if it has 65535 or more. */
    public static int count(long pack) {
        int count = Memory.getUnsignedShort(pack + 4);
        if (count == UNKNOWN) {
            count = 0;
            for (int at = first(pack); at != 0; at = next(pack, at)) {
                count++;
            }
        }
        return count;
    }

    /** Returns the first entry, or 0. */
    public static int first(long pack) {
        return orEnd(pack, HEADER);
    }

    /** Returns the last entry, or 0. */
    public static int last(long pack) {
        return previous(pack, end(pack));
    }

    /** Returns the entry behind this one, or 0. */
    public static int next(long pack, int at) {
        return orEnd(pack, at + sizeAt(pack, at));
    }

    /** Returns the entry before this one (which may be {@link #end}), or 0. */
    public static int previous(long pack, int at) {
        return at == HEADER ? 0 : entryBefore(pack, at);
    }

    /** Returns the entry that ends at an offset; there must be one. */
    static int entryBefore(long pack, int at) {
        long byteAt = pack + at - 1;
        int size = 0;
        int shift = 0;
        int part;
        do {
            part = Memory.getUnsignedByte(byteAt--);
            size |= (part & 127) << shift;
            shift += 7;
        } while ((part & 128) != 0 && shift < 35);
        return at - size - backBytes(size);
    }

    /** Returns the offset behind the last entry, where {@link #insert} appends. */
    public static int end(long pack) {
        return bytes(pack) - 1;
    }

    /** Returns the entry with the index, counted from the end if negative (-1 is the last), or 0. */
    public static int seek(long pack, long index) {
        int at = index >= 0 ? first(pack) : last(pack);
        for (long i = index >= 0 ? index : -(index + 1); i > 0 && at != 0; i--) {
            at = index >= 0 ? next(pack, at) : previous(pack, at);
        }
        return at;
    }

    private static int orEnd(long pack, int at) {
        return Memory.getUnsignedByte(pack + at) == END ? 0 : at;
    }

    /* Encodings. */

    /* Returns the bytes of an entry without the size behind it. */
    private static int bodyBytes(long pack, int at) {
        int code = Memory.getUnsignedByte(pack + at);
        return isStringCode(code) ? prefixBytes(code) + length(pack, at) : integerBytes(code);
    }

    static int sizeAt(long pack, int at) {
        int body = bodyBytes(pack, at);
        return body + backBytes(body);
    }

    private static boolean isStringCode(int code) {
        return code >>> 6 == 2 || code >>> 4 == 14 || code == 0xf0;
    }

    private static int prefixBytes(int code) {
        return code < 0xc0 ? 1 : code < 0xf0 ? 2 : 5;
    }

    private static int integerBytes(int code) {
        if (code < 0x80) {
            return 1;
        }
        return switch (code) {
            case 0xf1 -> 3;
            case 0xf2 -> 4;
            case 0xf3 -> 5;
            case 0xf4 -> 9;
            default -> 2;
        };
    }

    static int backBytes(int size) {
        return size < 1 << 7 ? 1 : size < 1 << 14 ? 2 : size < 1 << 21 ? 3 : size < 1 << 28 ? 4 : 5;
    }

    private static void putBack(long target, int size) {
        int rest = size;
        for (int i = backBytes(size) - 1; i >= 0; i--) {
            Memory.putByte(target + i, rest & 127 | (i == 0 ? 0 : 128));
            rest >>>= 7;
        }
    }

    /** Returns whether the entry is an integer. */
    public static boolean isInteger(long pack, int at) {
        return !isStringCode(Memory.getUnsignedByte(pack + at));
    }

    /** Returns the value of an integer entry. */
    public static long integer(long pack, int at) {
        int code = Memory.getUnsignedByte(pack + at);
        if (code < 0x80) {
            return code;
        }
        long data = pack + at + 1;
        return switch (code) {
            case 0xf1 -> Memory.getShort(data);
            case 0xf2 -> Memory.getUnsignedShort(data) | Memory.getByte(data + 2) << 16;
            case 0xf3 -> Memory.getInt(data);
            case 0xf4 -> Memory.getLong(data);
            default -> ((code & 31) << 8 | Memory.getUnsignedByte(data)) << 19 >> 19;
        };
    }

    /** Returns the length of a string entry in bytes. */
    public static int length(long pack, int at) {
        int code = Memory.getUnsignedByte(pack + at);
        if (code < 0xc0) {
            return code & 63;
        }
        return code < 0xf0 ? (code & 15) << 8 | Memory.getUnsignedByte(pack + at + 1) : Memory.getInt(pack + at + 1);
    }

    /** Returns the address of the bytes of a string entry. */
    public static long string(long pack, int at) {
        return pack + at + prefixBytes(Memory.getUnsignedByte(pack + at));
    }

    /** Returns a copy of the entry as a string, integers in decimal. */
    public static byte[] toArray(long pack, int at) {
        return isInteger(pack, at) ? Long.toString(integer(pack, at)).getBytes(StandardCharsets.US_ASCII)
                : Memory.toArray(string(pack, at), length(pack, at));
    }

    static int stringPrefix(int length) {
        return length < 64 ? 1 : length < 4096 ? 2 : 5;
    }

    static int integerCodeBytes(long value) {
        if (value >= 0 && value < 128) {
            return 1;
        }
        long magnitude = value ^ value >> 63;
        return magnitude < 1 << 12 ? 2 : magnitude < 1 << 15 ? 3 : magnitude < 1 << 23 ? 4 : magnitude < 1L << 31 ? 5 : 9;
    }

    static void putInteger(long target, long value, int size) {
        switch (size) {
            case 1 -> Memory.putByte(target, (int) value);
            case 2 -> {
                Memory.putByte(target, 0xc0 | (int) (value >> 8) & 31);
                Memory.putByte(target + 1, (int) value);
            }
            case 3 -> {
                Memory.putByte(target, 0xf1);
                Memory.putShort(target + 1, (int) value);
            }
            case 4 -> {
                Memory.putByte(target, 0xf2);
                Memory.putShort(target + 1, (int) value);
                Memory.putByte(target + 3, (int) (value >> 16));
            }
            case 5 -> {
                Memory.putByte(target, 0xf3);
                Memory.putInt(target + 1, (int) value);
            }
            default -> {
                Memory.putByte(target, 0xf4);
                Memory.putLong(target + 1, value);
            }
        }
        putBack(target + size, size);
    }

    static void putString(long target, long source, int length) {
        int prefix = stringPrefix(length);
        switch (prefix) {
            case 1 -> Memory.putByte(target, 0x80 | length);
            case 2 -> {
                Memory.putByte(target, 0xe0 | length >>> 8);
                Memory.putByte(target + 1, length);
            }
            default -> {
                Memory.putByte(target, 0xf0);
                Memory.putInt(target + 1, length);
            }
        }
        Memory.copy(source, target + prefix, length);
        putBack(target + prefix + length, prefix + length);
    }

    /** Returns the bytes that a string takes as an entry. */
    public static int entryBytes(long source, int length) {
        int body = canonical(source, length) ? integerCodeBytes(parsed(source, length)) : Math.addExact(stringPrefix(length), length);
        return body + backBytes(body);
    }

    /* Returns whether the bytes are the decimal form that Long.toString gives. */
    static boolean canonical(long source, int length) {
        if (length == 0 || length > MAX_DIGITS) {
            return false;
        }
        int at = Memory.getByte(source) == '-' ? 1 : 0;
        int digits = length - at;
        if (digits == 0 || digits > 19 || Memory.getByte(source + at) == '0' && length > 1) {
            return false;
        }
        for (int i = at; i < length; i++) {
            int digit = Memory.getByte(source + i) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
        }
        return digits < 19 || negative(source, length) < 0 && (at == 1 || negative(source, length) != Long.MIN_VALUE);
    }

    /* Returns minus the magnitude of the number: that reaches one further than plus. It is positive if 19 digits overflow. */
    private static long negative(long source, int length) {
        long value = 0;
        for (int i = Memory.getByte(source) == '-' ? 1 : 0; i < length; i++) {
            value = value * 10 - (Memory.getByte(source + i) - '0');
        }
        return value;
    }

    static long parsed(long source, int length) {
        long value = negative(source, length);
        return Memory.getByte(source) == '-' ? value : -value;
    }

    /* Edits. */

    /* Makes the bytes [at, at + oldBytes) newBytes long and returns the pack's address. */
    private static long splice(Region region, int at, int oldBytes, int newBytes, int entries) {
        long pack = region.address();
        if (oldBytes == newBytes) {
            return pack;
        }
        int total = bytes(pack);
        int changed = Math.addExact(total, newBytes - oldBytes);
        int tail = total - at - oldBytes;
        if (changed > total) {
            region.resize(changed);
            pack = region.address();
        }
        Memory.copy(pack + at + oldBytes, pack + at + newBytes, tail);
        if (changed < total) {
            region.resize(changed);
            pack = region.address();
        }
        Memory.putInt(pack, changed);
        int count = Memory.getUnsignedShort(pack + 4);
        if (count != UNKNOWN) {
            Memory.putShort(pack + 4, Math.min(count + entries, UNKNOWN));
        }
        return pack;
    }

    private static int write(Region region, int at, int oldBytes, int entries, long source, int length) {
        if (canonical(source, length)) {
            return write(region, at, oldBytes, entries, parsed(source, length));
        }
        int body = Math.addExact(stringPrefix(length), length);
        putString(splice(region, at, oldBytes, body + backBytes(body), entries) + at, source, length);
        return at;
    }

    private static int write(Region region, int at, int oldBytes, int entries, long value) {
        int size = integerCodeBytes(value);
        putInteger(splice(region, at, oldBytes, size + 1, entries) + at, value, size);
        return at;
    }

    /** Inserts a string before the entry {@code at} ({@link #end} appends) and returns its offset, which is {@code at}. */
    public static int insert(Region region, int at, long source, int length) {
        return write(region, at, 0, 1, source, length);
    }

    /** Inserts an integer before the entry {@code at} ({@link #end} appends) and returns its offset, which is {@code at}. */
    public static int insert(Region region, int at, long value) {
        return write(region, at, 0, 1, value);
    }

    /** Appends a string and returns its offset. */
    public static int append(Region region, long source, int length) {
        return insert(region, end(region.address()), source, length);
    }

    /** Appends an integer and returns its offset. */
    public static int append(Region region, long value) {
        return insert(region, end(region.address()), value);
    }

    /** Inserts a string at the head and returns its offset. */
    public static int prepend(Region region, long source, int length) {
        return insert(region, HEADER, source, length);
    }

    /** Inserts an integer at the head and returns its offset. */
    public static int prepend(Region region, long value) {
        return insert(region, HEADER, value);
    }

    /** Replaces an entry by a string. Its offset stays. */
    public static int replace(Region region, int at, long source, int length) {
        return write(region, at, sizeAt(region.address(), at), 0, source, length);
    }

    /** Replaces an entry by an integer. Its offset stays. */
    public static int replace(Region region, int at, long value) {
        return write(region, at, sizeAt(region.address(), at), 0, value);
    }

    /** Deletes up to {@code count} entries from {@code at} on and returns the offset of the one that follows, or 0. */
    public static int delete(Region region, int at, int count) {
        long pack = region.address();
        int to = at;
        int deleted = 0;
        while (deleted < count && Memory.getUnsignedByte(pack + to) != END) {
            to += sizeAt(pack, to);
            deleted++;
        }
        return deleted == 0 ? orEnd(pack, at) : orEnd(splice(region, at, to - at, 0, -deleted), at);
    }

    /** Returns whether the entry equals the bytes; an integer is compared as its decimal form. */
    public static boolean equal(long pack, int at, long source, int length) {
        if (isInteger(pack, at)) {
            return canonical(source, length) && parsed(source, length) == integer(pack, at);
        }
        return length(pack, at) == length && Memory.equal(string(pack, at), source, length);
    }

    /**
     * Returns the first entry from {@code at} on that equals the bytes, or 0; {@code skip} entries are passed over
     * after each one that is compared (1 finds a
     * field among fields and values).
     */
    public static int find(long pack, int at, long source, int length, int skip) {
        boolean number = canonical(source, length);
        long value = number ? parsed(source, length) : 0;
        int here = at;
        while (here != 0) {
            boolean integer = isInteger(pack, here);
            if (integer ? number && integer(pack, here) == value
                    : !number && length(pack, here) == length && Memory.equal(string(pack, here), source, length)) {
                return here;
            }
            here = next(pack, here);
            for (int i = 0; i < skip && here != 0; i++) {
                here = next(pack, here);
            }
        }
        return 0;
    }

    /** Returns whether the {@code bytes} bytes at {@code pack} are a sound pack; reads nothing beyond them, whatever they hold. */
    public static boolean validate(long pack, int bytes) {
        if (bytes < EMPTY_BYTES || bytes(pack) != bytes || Memory.getUnsignedByte(pack + bytes - 1) != END) {
            return false;
        }
        int entries = 0;
        int at = HEADER;
        while (at < bytes - 1) {
            int size = soundEntry(pack, at, bytes - 1);
            if (size == 0) {
                return false;
            }
            at += size;
            entries++;
        }
        int count = Memory.getUnsignedShort(pack + 4);
        return count == UNKNOWN || count == entries;
    }

    private static int soundEntry(long pack, int at, int limit) {
        int code = Memory.getUnsignedByte(pack + at);
        int left = limit - at;
        if (code > 0xf4 || left < (isStringCode(code) ? prefixBytes(code) : integerBytes(code))) {
            return 0;
        }
        if (code == 0xf0 && (length(pack, at) < 0 || length(pack, at) > left)) {
            return 0;
        }
        int body = bodyBytes(pack, at);
        int size = body + backBytes(body);
        return size <= left && previousSize(pack + at + size - 1, body) ? size : 0;
    }

    private static boolean previousSize(long lastByte, int body) {
        int rest = body;
        int bytes = backBytes(body);
        for (int i = 0; i < bytes; i++) {
            if (Memory.getUnsignedByte(lastByte - i) != (rest & 127 | (i == bytes - 1 ? 0 : 128))) {
                return false;
            }
            rest >>>= 7;
        }
        return true;
    }
}
