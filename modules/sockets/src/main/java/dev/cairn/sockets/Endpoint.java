package dev.cairn.sockets;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import dev.cairn.structures.LibC;
import java.nio.ByteOrder;

/**
 * An IP address and a port, as in {@code struct sockaddr_in} and {@code sockaddr_in6}. Immutable.
 *
 * @param six whether the address is IPv6
 * @param high the first eight bytes of an IPv6 address
 * @param low the last eight bytes of an IPv6 address, or an IPv4 address in the low four
 * @param scope the scope of an IPv6 address
 * @param port from 0 to 65535
 */
public record Endpoint(boolean six, long high, long low, int scope, int port) implements SocketAddress {
    private static final int SIZE = 28;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private static final int SIZE_4 = 16;
    private static final int TEXT_SIZE = 46;
    private static final ValueLayout.OfShort SHORT_BE = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT_BE = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG_BE = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** Reads what the kernel has written. */
    public static Endpoint read(MemorySegment from) {
        boolean six = from.get(ValueLayout.JAVA_SHORT, 0) == AF_INET6;
        int port = Short.toUnsignedInt(from.get(SHORT_BE, 2));
        return six
                ? new Endpoint(true, from.get(LONG_BE, 8), from.get(LONG_BE, 16), from.get(ValueLayout.JAVA_INT, 24), port)
                : new Endpoint(false, 0, Integer.toUnsignedLong(from.get(INT_BE, 4)), 0, port);
    }

    /** Makes one of the bytes of an address in network order. */
    public static Endpoint of(byte[] address, int scope, int port) {
        MemorySegment bytes = MemorySegment.ofArray(address);
        return address.length == 16
                ? new Endpoint(true, bytes.get(LONG_BE, 0), bytes.get(LONG_BE, 8), scope, port)
                : new Endpoint(false, 0, Integer.toUnsignedLong(bytes.get(INT_BE, 0)), 0, port);
    }

    @Override
    public int write(MemorySegment into) {
        into.asSlice(0, SIZE).fill((byte) 0);
        into.set(ValueLayout.JAVA_SHORT, 0, (short) family());
        into.set(SHORT_BE, 2, (short) port);
        if (!six) {
            into.set(INT_BE, 4, (int) low);
            return SIZE_4;
        }
        into.set(LONG_BE, 8, high);
        into.set(LONG_BE, 16, low);
        into.set(ValueLayout.JAVA_INT, 24, scope);
        return SIZE;
    }

    @Override
    public int family() {
        return six ? AF_INET6 : AF_INET;
    }

    /** Whether it is {@code 127.0.0.0/8} or {@code ::1}. */
    public boolean loopback() {
        return six ? high == 0 && low == 1 : low >>> 24 == 127;
    }

    /** Writes {@code 127.0.0.1:6379} or {@code [::1]:6379}. */
    @Override
    public String toString() {
        return six ? "[" + address() + "]:" + port : address() + ":" + port;
    }

    /** Writes the address alone, IPv6 in its short form. */
    public String address() {
        if (!six) {
            return (low >>> 24) + "." + (low >>> 16 & 0xff) + "." + (low >>> 8 & 0xff) + "." + (low & 0xff);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(16, 8);
            bytes.set(LONG_BE, 0, high);
            bytes.set(LONG_BE, 8, low);
            MemorySegment text = arena.allocate(TEXT_SIZE);
            long end = LibC.call(Ntop.INET_NTOP, LibC.newErrno(), AF_INET6, bytes.address(), text.address(), TEXT_SIZE, 0, 0);
            assert end != 0;
            return text.getString(0);
        }
    }

    /** Linked when the first IPv6 address is written. */
    private static final class Ntop {
        static final MethodHandle INET_NTOP = LibC.function("inet_ntop");
    }
}
