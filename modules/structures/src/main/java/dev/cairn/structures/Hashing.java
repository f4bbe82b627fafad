package dev.cairn.structures;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The keyed 64-bit hash of byte strings. Any thread may call it.
 *
 * <p>Design. The index takes bucket, filter and tag from different bits of one value, so all 64 bits must be good,
 * and clients choose the keys, so
 * the value must depend on a secret. The hash folds 16 bytes at a time through a 64x64 to 128-bit multiplication,
 * whose halves are xor-ed (the idea of
 * wyhash and its kin). The value of a string is the same from memory and from an array.
 */
public final class Hashing {
    /** The secret of this process, drawn at start. */
    public static final long SEED = Entropy.number();

    private static final long K0 = 0x9e3779b97f4a7c15L;
    private static final long K1 = 0xd1b54a32d192ed03L;
    private static final long K2 = 0xaef17502108ef2d9L;
    private static final long K3 = 0xf1357aea2e62a9c5L;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Hashing() {
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }

    private static long finish(long state, long a, long b, int length) {
        long middle = fold(a ^ K1, b ^ state);
        return fold(middle ^ K2, state ^ K3 + length);
    }

    /** Returns the hash of {@code length} bytes at an address under a seed. */
    public static long hash(long address, int length, long seed) {
        long state = seed ^ K0;
        if (length > 16) {
            state = hashLong(address, length, state);
            return finish(state, Memory.getLong(address + length - 16), Memory.getLong(address + length - 8), length);
        }
        if (length >= 8) {
            return finish(state, Memory.getLong(address), Memory.getLong(address + length - 8), length);
        }
        if (length >= 4) {
            return finish(state, Memory.getUnsignedInt(address), Memory.getUnsignedInt(address + length - 4), length);
        }
        if (length > 0) {
            long a = Memory.getUnsignedByte(address) | Memory.getUnsignedByte(address + (length >> 1)) << 8
                    | Memory.getUnsignedByte(address + length - 1) << 16;
            return finish(state, a, 0, length);
        }
        return finish(state, 0, 0, 0);
    }

    private static long hashLong(long address, int length, long start) {
        long state = start;
        long at = address;
        int left = length;
        if (left > 64) {
            long second = start ^ K2;
            do {
                state = fold(Memory.getLong(at) ^ K1, Memory.getLong(at + 8) ^ state);
                second = fold(Memory.getLong(at + 16) ^ K3, Memory.getLong(at + 24) ^ second);
                at += 32;
                left -= 32;
            } while (left > 32);
            state ^= second;
        }
        while (left > 16) {
            state = fold(Memory.getLong(at) ^ K1, Memory.getLong(at + 8) ^ state);
            at += 16;
            left -= 16;
        }
        return state;
    }

    /** Returns the hash of bytes of an array under a seed; equals the hash of the same bytes in memory. */
    public static long hash(byte[] bytes, int offset, int length, long seed) {
        long state = seed ^ K0;
        int last = offset + length;
        if (length > 16) {
            state = hashLong(bytes, offset, length, state);
            return finish(state, (long) LONGS.get(bytes, last - 16), (long) LONGS.get(bytes, last - 8), length);
        }
        if (length >= 8) {
            return finish(state, (long) LONGS.get(bytes, offset), (long) LONGS.get(bytes, last - 8), length);
        }
        if (length >= 4) {
            return finish(state, (int) INTS.get(bytes, offset) & 0xffff_ffffL, (int) INTS.get(bytes, last - 4) & 0xffff_ffffL, length);
        }
        if (length > 0) {
            long a = bytes[offset] & 0xff | (bytes[offset + (length >> 1)] & 0xff) << 8 | (bytes[last - 1] & 0xff) << 16;
            return finish(state, a, 0, length);
        }
        return finish(state, 0, 0, 0);
    }

    private static long hashLong(byte[] bytes, int offset, int length, long start) {
        long state = start;
        int at = offset;
        int left = length;
        if (left > 64) {
            long second = start ^ K2;
            do {
                state = fold((long) LONGS.get(bytes, at) ^ K1, (long) LONGS.get(bytes, at + 8) ^ state);
                second = fold((long) LONGS.get(bytes, at + 16) ^ K3, (long) LONGS.get(bytes, at + 24) ^ second);
                at += 32;
                left -= 32;
            } while (left > 32);
            state ^= second;
        }
        while (left > 16) {
            state = fold((long) LONGS.get(bytes, at) ^ K1, (long) LONGS.get(bytes, at + 8) ^ state);
            at += 16;
            left -= 16;
        }
        return state;
    }
}
