package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Fills a server with keys as redis-benchmark names them: {@code key:} and twelve digits, 16 bytes, with 32-byte values.
 *
 * <p>One thread keeps a batch in flight on each of several connections. Keys go in scattered order, as those of a real data set do.
 */
final class Loader {
    /** Bytes in a key. */
    static final int KEY_BYTES = 16;
    /** Bytes in a value. */
    static final int VALUE_BYTES = 32;

    private static final int CONNECTIONS = 8;
    private static final int BATCH = 100;
    private static final int PUSHED_AT_ONCE = 1000;
    private static final int DIGITS = 12;
    /** A prime above any number of keys, so that multiples of it modulo that number visit every key once. */
    private static final long STRIDE = 2_654_435_761L;
    private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);

    private Loader() {
    }

    /** Pushes so many elements of three bytes to a list, as redis-benchmark's own tests do. */
    static void push(Wire wire, String list, long elements) throws IOException {
        for (long left = elements; left > 0; left -= PUSHED_AT_ONCE) {
            String[] words = new String[2 + (int) Math.min(left, PUSHED_AT_ONCE)];
            Arrays.fill(words, "xxx");
            words[0] = "RPUSH";
            words[1] = list;
            wire.call(words);
        }
    }

    /**
     * Sets every key once.
     *
     * @param fill the byte that values consist of
     * @return keys set per second
     */
    static double load(Server server, int keys, char fill) throws IOException {
        StringBuilder template = new StringBuilder();
        Wire.encode(template, "SET", "key:" + "0".repeat(DIGITS), Character.toString(fill).repeat(VALUE_BYTES));
        int length = template.length();
        int digits = template.indexOf("key:") + 4;
        byte[] batch = template.toString().repeat(BATCH).getBytes(StandardCharsets.US_ASCII);

        Wire[] wires = new Wire[CONNECTIONS];
        int[] inFlight = new int[CONNECTIONS];
        long began = System.nanoTime();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                wires[i] = Wire.connect(server.port());
            }
            int turn = 0;
            for (int sent = 0; sent < keys; turn = (turn + 1) % CONNECTIONS) {
                wires[turn].expect(OK, inFlight[turn]);
                int count = Math.min(BATCH, keys - sent);
                for (int i = 0; i < count; i++) {
                    digits(batch, i * length + digits, (sent + i) * STRIDE % keys);
                }
                wires[turn].send(batch, count * length);
                inFlight[turn] = count;
                sent += count;
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                wires[i].expect(OK, inFlight[i]);
            }
        } finally {
            for (Wire wire : wires) {
                if (wire != null) {
                    wire.close();
                }
            }
        }
        return keys / ((System.nanoTime() - began) / 1e9);
    }

    /** Fails unless the server holds exactly {@code keys} keys. */
    static void check(Wire wire, int keys) throws CompareException, IOException {
        String size = wire.call("DBSIZE");
        if (!size.equals(Integer.toString(keys))) {
            throw new CompareException("loaded " + keys + " keys, but DBSIZE is " + size);
        }
    }

    private static void digits(byte[] target, int at, long number) {
        long rest = number;
        for (int i = at + DIGITS - 1; i >= at; i--) {
            target[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
