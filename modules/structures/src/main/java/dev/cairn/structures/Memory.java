package dev.cairn.structures;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The one accessor of off-heap memory: loads, stores, copies and comparisons at raw addresses, little-endian and
 * unaligned. Any thread may call it; it
 * synchronises nothing.
 *
 * <p>Design. Off-heap data is named by a raw {@code long} address, so that a slot of the index or a field of a record
 * is eight bytes and costs no
 * Java object. All accesses go through {@link #ALL}, one constant segment over the whole address space, which the
 * compiler folds to plain loads and stores.
 * Nothing protects a wrong address then but the checked mode ({@code -Ddev.cairn.checked=true}): every access is
 * looked up in a registry of live
 * memory and a bad one throws {@link MemoryAccessError}. Memory that does not come from {@link Pages} or {@link Heap}
 * is made known by
 * {@link #live} and {@link #dead}.
 */
public final class Memory {
    /** The whole address space as one segment, for calls that take a segment. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Whether every access is checked: the system property {@code dev.cairn.checked}. */
    public static final boolean CHECKED = Boolean.getBoolean("dev.cairn.checked");

    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle().withInvokeExactBehavior();
    private static final VarHandle SHORT = little(ValueLayout.JAVA_SHORT_UNALIGNED);
    private static final VarHandle INT = little(ValueLayout.JAVA_INT_UNALIGNED);
    private static final VarHandle LONG = little(ValueLayout.JAVA_LONG_UNALIGNED);

    private Memory() {
    }

    private static VarHandle little(ValueLayout layout) {
        return layout.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();
    }

    /** Returns the byte at the address. */
    public static byte getByte(long address) {
        if (CHECKED) {
            Shadow.check("read", address, 1);
        }
        return (byte) BYTE.get(ALL, address);
    }

    /** Returns the byte at the address as 0 to 255. */
    public static int getUnsignedByte(long address) {
        return getByte(address) & 0xff;
    }

    /** Returns the 16-bit number at the address. */
    public static short getShort(long address) {
        if (CHECKED) {
            Shadow.check("read", address, 2);
        }
        return (short) SHORT.get(ALL, address);
    }

    /** Returns the 16-bit number at the address as 0 to 65535. */
    public static int getUnsignedShort(long address) {
        return getShort(address) & 0xffff;
    }

    /** Returns the 32-bit number at the address. */
    public static int getInt(long address) {
        if (CHECKED) {
            Shadow.check("read", address, 4);
        }
        return (int) INT.get(ALL, address);
    }

    /** Returns the 32-bit number at the address as 0 to 2^32-1. */
    public static long getUnsignedInt(long address) {
        return getInt(address) & 0xffff_ffffL;
    }

    /** Returns the 64-bit number at the address. */
    public static long getLong(long address) {
        if (CHECKED) {
            Shadow.check("read", address, 8);
        }
        return (long) LONG.get(ALL, address);
    }

    /** Stores a byte. */
    public static void putByte(long address, byte value) {
        if (CHECKED) {
            Shadow.check("write", address, 1);
        }
        BYTE.set(ALL, address, value);
    }

    /** Stores the low byte of a number. */
    public static void putByte(long address, int value) {
        putByte(address, (byte) value);
    }

    /** Stores a 16-bit number. */
    public static void putShort(long address, short value) {
        if (CHECKED) {
            Shadow.check("write", address, 2);
        }
        SHORT.set(ALL, address, value);
    }

    /** Stores the low 16 bits of a number. */
    public static void putShort(long address, int value) {
        putShort(address, (short) value);
    }

    /** Stores a 32-bit number. */
    public static void putInt(long address, int value) {
        if (CHECKED) {
            Shadow.check("write", address, 4);
        }
        INT.set(ALL, address, value);
    }

    /** Stores a 64-bit number. */
    public static void putLong(long address, long value) {
        if (CHECKED) {
            Shadow.check("write", address, 8);
        }
        LONG.set(ALL, address, value);
    }

    /* Unchecked loads and stores: the allocator's own words lie in memory that is dead for everybody else. */

    static int rawInt(long address) {
        return (int) INT.get(ALL, address);
    }

    static void rawInt(long address, int value) {
        INT.set(ALL, address, value);
    }

    static long rawLong(long address) {
        return (long) LONG.get(ALL, address);
    }

    static void rawLong(long address, long value) {
        LONG.set(ALL, address, value);
    }

    static void rawFill(long address, long bytes, byte value) {
        if (bytes > 512) {
            ALL.asSlice(address, bytes).fill(value);
        } else if (bytes >= 8) {
            long word = (value & 0xff) * 0x0101_0101_0101_0101L;
            for (long i = 0; i < bytes - 8; i += 8) {
                LONG.set(ALL, address + i, word);
            }
            LONG.set(ALL, address + bytes - 8, word);
        } else {
            for (long i = 0; i < bytes; i++) {
                BYTE.set(ALL, address + i, value);
            }
        }
    }

    /** Copies {@code bytes} bytes; the ranges may overlap. */
    public static void copy(long source, long target, long bytes) {
        if (CHECKED) {
            Shadow.check("copy from", source, bytes);
            Shadow.check("copy to", target, bytes);
        }
        if (bytes > 64) {
            MemorySegment.copy(ALL, source, ALL, target, bytes);
        } else if (bytes >= 16) {
            copyWords(source, target, bytes);
        } else {
            copyFew(source, target, (int) bytes);
        }
    }

    /* All loads come before the first store, which makes overlap harmless. */
    private static void copyWords(long source, long target, long bytes) {
        long a = (long) LONG.get(ALL, source);
        long b = (long) LONG.get(ALL, source + 8);
        long y = (long) LONG.get(ALL, source + bytes - 16);
        long z = (long) LONG.get(ALL, source + bytes - 8);
        if (bytes > 32) {
            long c = (long) LONG.get(ALL, source + 16);
            long d = (long) LONG.get(ALL, source + 24);
            long w = (long) LONG.get(ALL, source + bytes - 32);
            long x = (long) LONG.get(ALL, source + bytes - 24);
            LONG.set(ALL, target + 16, c);
            LONG.set(ALL, target + 24, d);
            LONG.set(ALL, target + bytes - 32, w);
            LONG.set(ALL, target + bytes - 24, x);
        }
        LONG.set(ALL, target, a);
        LONG.set(ALL, target + 8, b);
        LONG.set(ALL, target + bytes - 16, y);
        LONG.set(ALL, target + bytes - 8, z);
    }

    private static void copyFew(long source, long target, int bytes) {
        if (bytes >= 8) {
            long a = (long) LONG.get(ALL, source);
            long z = (long) LONG.get(ALL, source + bytes - 8);
            LONG.set(ALL, target, a);
            LONG.set(ALL, target + bytes - 8, z);
        } else if (bytes >= 4) {
            int a = (int) INT.get(ALL, source);
            int z = (int) INT.get(ALL, source + bytes - 4);
            INT.set(ALL, target, a);
            INT.set(ALL, target + bytes - 4, z);
        } else if (bytes >= 2) {
            short a = (short) SHORT.get(ALL, source);
            short z = (short) SHORT.get(ALL, source + bytes - 2);
            SHORT.set(ALL, target, a);
            SHORT.set(ALL, target + bytes - 2, z);
        } else if (bytes == 1) {
            BYTE.set(ALL, target, (byte) BYTE.get(ALL, source));
        }
    }

    /** Copies bytes of an array to memory. */
    public static void copyFromArray(byte[] source, int offset, long target, int bytes) {
        if (CHECKED) {
            Shadow.check("copy to", target, bytes);
        }
        MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, target, bytes);
    }

    /** Copies memory into an array. */
    public static void copyToArray(long source, byte[] target, int offset, int bytes) {
        if (CHECKED) {
            Shadow.check("copy from", source, bytes);
        }
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, source, target, offset, bytes);
    }

    /** Returns a new array that holds the given bytes of memory. */
    public static byte[] toArray(long address, int bytes) {
        byte[] array = new byte[bytes];
        copyToArray(address, array, 0, bytes);
        return array;
    }

    /** Sets every byte of the range. */
    public static void fill(long address, long bytes, byte value) {
        if (CHECKED) {
            Shadow.check("fill", address, bytes);
        }
        if (bytes > 0) {
            rawFill(address, bytes, value);
        }
    }

    /** Returns whether two ranges of {@code bytes} bytes hold the same bytes. */
    public static boolean equal(long a, long b, int bytes) {
        if (CHECKED) {
            Shadow.check("compare", a, bytes);
            Shadow.check("compare", b, bytes);
        }
        if (bytes >= 8) {
            return bytes > 256 ? MemorySegment.mismatch(ALL, a, a + bytes, ALL, b, b + bytes) < 0 : equalWords(a, b, bytes);
        }
        if (bytes >= 4) {
            int last = bytes - 4;
            return (int) INT.get(ALL, a) == (int) INT.get(ALL, b) && (int) INT.get(ALL, a + last) == (int) INT.get(ALL, b + last);
        }
        for (int i = 0; i < bytes; i++) {
            if ((byte) BYTE.get(ALL, a + i) != (byte) BYTE.get(ALL, b + i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalWords(long a, long b, int bytes) {
        int last = bytes - 8;
        for (int i = 0; i < last; i += 8) {
            if ((long) LONG.get(ALL, a + i) != (long) LONG.get(ALL, b + i)) {
                return false;
            }
        }
        return (long) LONG.get(ALL, a + last) == (long) LONG.get(ALL, b + last);
    }

    /** Returns the offset of the first byte that differs, or -1 if the first {@code bytes} bytes are equal. */
    public static long mismatch(long a, long b, long bytes) {
        if (CHECKED) {
            Shadow.check("compare", a, bytes);
            Shadow.check("compare", b, bytes);
        }
        return MemorySegment.mismatch(ALL, a, a + bytes, ALL, b, b + bytes);
    }

    /** Compares two ranges as unsigned bytes in lexicographic order, as {@code memcmp} and then the lengths do. */
    public static int compare(long a, long aBytes, long b, long bBytes) {
        long common = Math.min(aBytes, bBytes);
        long at = mismatch(a, b, common);
        return at < 0 ? Long.compare(aBytes, bBytes) : getUnsignedByte(a + at) - getUnsignedByte(b + at);
    }

    /** Tells the checked mode that memory allocated elsewhere may be accessed. Does nothing when unchecked. */
    public static void live(long address, long bytes) {
        if (CHECKED) {
            Shadow.live(address, bytes);
        }
    }

    /** Tells the checked mode that memory may no longer be accessed. Does nothing when unchecked. */
    public static void dead(long address, long bytes) {
        if (CHECKED) {
            Shadow.dead(address, bytes);
        }
    }
}
