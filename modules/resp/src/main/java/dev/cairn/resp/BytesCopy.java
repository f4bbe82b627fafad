package dev.cairn.resp;

import dev.cairn.api.command.Bytes;
import dev.cairn.structures.Memory;
import java.util.Objects;

/** Copies {@link Bytes} of any kind to off-heap memory. Any thread may call it. */
public final class BytesCopy {
    private static final int FEW = 16;
    private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[8192]);

    private BytesCopy() {
    }

    /**
     * Copies {@code count} bytes of {@code source} from {@code from} on to the address.
     *
     * @throws IndexOutOfBoundsException if the source has fewer bytes
     */
    public static void put(Bytes source, int from, long toAddress, int count) {
        if (source instanceof NativeBytes b) {
            Objects.checkFromIndexSize(from, count, b.length());
            Memory.copy(b.address() + from, toAddress, count);
        } else if (count <= FEW) {
            for (int i = 0; i < count; i++) {
                Memory.putByte(toAddress + i, source.at(from + i));
            }
        } else {
            byte[] scratch = SCRATCH.get();
            for (int done = 0; done < count;) {
                int n = Math.min(count - done, scratch.length);
                source.copyTo(from + done, scratch, 0, n);
                Memory.copyFromArray(scratch, 0, toAddress + done, n);
                done += n;
            }
        }
    }

    /** Copies all bytes of {@code source} to the address. */
    public static void put(Bytes source, long toAddress) {
        put(source, 0, toAddress, source.length());
    }
}
