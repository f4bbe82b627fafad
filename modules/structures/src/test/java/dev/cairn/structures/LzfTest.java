package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LzfTest {
    private final Heap heap = new Heap();
    private final Lzf lzf = new Lzf();

    @AfterEach
    void close() {
        heap.close();
    }

    /** Blocks of just the size, so that the checked memory finds an access beyond them. */
    private long block(byte[] bytes) {
        long block = heap.allocate(Math.max(1, bytes.length));
        Memory.copyFromArray(bytes, 0, block, bytes.length);
        return block;
    }

    private byte[] compress(byte[] input, int room) {
        long source = block(input);
        long target = heap.allocate(Math.max(1, room));
        int size = lzf.compress(source, input.length, target, room);
        assertTrue(size <= room);
        byte[] compressed = Memory.toArray(target, size);
        heap.free(source);
        heap.free(target);
        return compressed;
    }

    private byte[] expand(byte[] compressed, int room) {
        long source = block(compressed);
        long target = heap.allocate(Math.max(1, room));
        int size = Lzf.expand(source, compressed.length, target, room);
        byte[] expanded = size < 0 ? new byte[]{-1, -1, -1} : Memory.toArray(target, size);
        heap.free(source);
        heap.free(target);
        return expanded;
    }

    private static byte[] input(Random random) {
        byte[] bytes = new byte[switch (random.nextInt(6)) {
            case 0 -> random.nextInt(8);
            case 1 -> random.nextInt(300);
            case 2 -> 20_000 + random.nextInt(20_000);
            default -> random.nextInt(9000);
        }];
        int letters = 1 << random.nextInt(9);
        int run = 1 + random.nextInt(700);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i >= run && random.nextInt(30) > 0 ? bytes[i - run] : random.nextInt(letters));
        }
        return bytes;
    }

    @Test
    void expandsWhatItHasCompressed() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] input = input(random);
            byte[] compressed = compress(input, input.length + input.length / 32 + 1);
            assertArrayEquals(input, expand(compressed, input.length));
            if (input.length > 0) {
                assertEquals(-1, expand(compressed, input.length - 1)[0], "expanded into too little room");
            }
        }
    }

    @Test
    void compressesWhatRepeats() {
        byte[] input = "element:000123 ".repeat(600).getBytes(StandardCharsets.US_ASCII);
        assertTrue(compress(input, input.length).length < input.length / 20);
        assertArrayEquals(input, expand(compress(input, input.length), input.length));
    }

    @Test
    void givesUpWhereTheRoomIsTooSmall() {
        Random random = new Random(1);
        byte[] noise = new byte[4096];
        random.nextBytes(noise);
        assertEquals(0, compress(noise, noise.length).length);
        for (int i = 0; i < 500; i++) {
            byte[] input = java.util.Arrays.copyOf(input(random), 1 + random.nextInt(3000));
            int needed = compress(input, 2 * input.length + 1).length;
            assertEquals(0, compress(input, needed - 1).length);
            assertArrayEquals(input, expand(compress(input, needed), input.length));
        }
    }

    @Test
    void readsTheFormatAsOthersWriteIt() {
        // three letters; a copy of 9 from 3 back; a long copy of 20 from 1 back; a letter
        byte[] stream = HexFormat.of().parseHex("02616263" + "e00002" + "e00b00" + "0064");
        assertEquals("abcabcabcabc" + "c".repeat(20) + "d", new String(expand(stream, 64), StandardCharsets.US_ASCII));
    }

    @Test
    void refusesWhatIsNotSoundWithoutReadingOrWritingElsewhere() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[random.nextInt(40)];
            random.nextBytes(noise);
            expand(noise, random.nextInt(400));
        }
        byte[] input = "abcdefabcdefabcdef0123456789".repeat(20).getBytes(StandardCharsets.US_ASCII);
        byte[] compressed = compress(input, input.length);
        for (int end = 0; end < compressed.length; end++) {
            byte[] part = java.util.Arrays.copyOf(compressed, end);
            assertTrue(expand(part, input.length).length < input.length);
        }
    }

    @Test
    void refusesAnInputThatIsTooLong() {
        assertThrows(IllegalArgumentException.class, () -> lzf.compress(0, Lzf.MAX_BYTES + 1, 0, 0));
    }
}
