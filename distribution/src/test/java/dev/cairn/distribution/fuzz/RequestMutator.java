package dev.cairn.distribution.fuzz;

import dev.cairn.distribution.support.RespClient;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes bad requests out of good ones; the same seed gives the same bytes. */
final class RequestMutator {
    /** Good requests, none of which stops, blocks or reconfigures the server or another client. */
    private static final String[] CORPUS = {"PING", "PING hello", "ECHO hello", "SET key value", "SET key value EX 100 NX GET", "GET key",
            "GETEX key PERSIST", "HSET hash f 1 g 2", "HGETALL hash", "HMGET hash f g", "HINCRBY hash f 5", "HSCAN hash 0 COUNT 5",
            "HRANDFIELD hash 2 WITHVALUES", "HEXPIRE hash 100 NX FIELDS 1 f", "HSETEX hash EX 10 FIELDS 1 f v", "HGETDEL hash FIELDS 1 g",
            "GETDEL key", "MSET a 1 b 2 c 3", "MGET a b c", "MSETNX a 1 b 2", "APPEND key tail", "SETRANGE key 10 xyz",
            "GETRANGE key 0 -1", "SUBSTR key 0 3", "STRLEN key", "INCR n", "INCRBY n 100", "DECRBY n 7", "INCRBYFLOAT n 1.5",
            "LCS a b IDX WITHMATCHLEN",
            "DEL a b", "UNLINK key", "EXISTS a a b", "EXPIRE key 100 GT", "PEXPIREAT key 99999999999999", "TTL key", "PERSIST key",
            "KEYS *",
            "SCAN 0 MATCH k* COUNT 100 TYPE string", "RANDOMKEY", "RENAME a b", "COPY a b DB 1 REPLACE", "MOVE a 2", "OBJECT ENCODING key",
            "OBJECT HELP",
            "TYPE key", "TOUCH a b", "MULTI", "EXEC", "DISCARD", "WATCH a b", "UNWATCH", "SELECT 3", "SWAPDB 0 1", "FLUSHDB",
            "FLUSHALL ASYNC", "DBSIZE",
            "TIME", "HELLO", "HELLO 2", "HELLO 3", "HELLO 3 AUTH default x SETNAME me", "AUTH x", "AUTH default x", "CLIENT ID",
            "CLIENT INFO", "CLIENT UNPAUSE", "CLIENT UNBLOCK 1", "CLIENT UNBLOCK 1 ERROR", "CLIENT NO-EVICT ON", "CLIENT NO-TOUCH ON",
            "CLIENT CAPA redirect", "CLIENT GETREDIR",
            "CLIENT LIST", "CLIENT SETNAME me", "CLIENT GETNAME", "CLIENT REPLY OFF", "CLIENT REPLY ON", "CLIENT REPLY SKIP",
            "COMMAND COUNT",
            "COMMAND INFO get set", "COMMAND GETKEYS MSET a 1 b 2", "COMMAND LIST FILTERBY PATTERN s*", "COMMAND DOCS get",
            "CONFIG GET maxmemory*",
            "CONFIG RESETSTAT", "INFO", "RESET", "QUIT", "SUBSCRIBE a b", "PSUBSCRIBE a* *b [^c]?", "SSUBSCRIBE a", "UNSUBSCRIBE",
            "PUNSUBSCRIBE a*", "SUNSUBSCRIBE a", "PUBLISH a hello", "SPUBLISH a hello", "PUBSUB CHANNELS a*", "PUBSUB NUMSUB a b",
            "PUBSUB NUMPAT"};
    private static final String[] LENGTHS = {"-1", "-2", "0", "1", "2147483647", "2147483648", "4294967296", "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808", "99999999999999999999999", "1048576", "1048577", "8388608", "8388609", "", "+1", " 1", "1 ", "0x1",
            "1e9", "abc", "00000001"};
    private static final byte[][] FRAGMENTS = Arrays
            .stream(new String[]{"\r\n", "\n", "\r", "*", "$", "*1\r\n", "$0\r\n\r\n", "*-1\r\n", "*0\r\n", "$-1\r\n",
                    "\"", "'", "\\x", "\"\\xff\" ", "\0", "*2\r\n*1\r\n$4\r\nPING\r\n", "PING\r\n", "%1\r\n", "~2\r\n", ">1\r\n", "+OK\r\n",
                    "_\r\n", "SET a \"b c\"\r\n",
                    "GET 'a\r\n", "POST / HTTP/1.1\r\n", "Host: x\r\n", "|1\r\n+a\r\n+b\r\n"})
            .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
            .toArray(byte[][]::new);

    private final Random random;
    private final List<byte[]> corpus = new ArrayList<>();

    RequestMutator(long seed) {
        random = new Random(seed);
        for (String request : CORPUS) {
            corpus.add(RespClient.encode(RespClient.command(request.split(" "))));
            corpus.add((request + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** The next request; one in six is left whole so that the server gets into all its states. */
    byte[] next() {
        byte[] request = pick();
        if (random.nextInt(6) == 0) {
            return request;
        }
        if (random.nextInt(40) == 0) {
            return noise(random.nextInt(random.nextInt(10) == 0 ? 100_000 : 300));
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            request = mutate(request);
        }
        return request;
    }

    private byte[] pick() {
        return corpus.get(random.nextInt(corpus.size()));
    }

    private byte[] mutate(byte[] request) {
        if (request.length == 0) {
            return pick();
        }
        int at = random.nextInt(request.length);
        return switch (random.nextInt(9)) {
            case 0 -> flip(request, at, (byte) (1 << random.nextInt(8)));
            case 1 -> flip(request, at, (byte) random.nextInt(256));
            case 2 -> Arrays.copyOf(request, at);
            case 3 -> join(Arrays.copyOf(request, at), tail(pick()));
            case 4 -> join(Arrays.copyOf(request, at), FRAGMENTS[random.nextInt(FRAGMENTS.length)],
                    Arrays.copyOfRange(request, at, request.length));
            case 5, 6 -> replaceLength(request);
            case 7 -> join(Arrays.copyOf(request, at), noise(random.nextInt(20)), Arrays.copyOfRange(request, at, request.length));
            default -> join(Arrays.copyOf(request, at), pick(), Arrays.copyOfRange(request, at, request.length));
        };
    }

    private static byte[] flip(byte[] request, int at, byte mask) {
        byte[] flipped = request.clone();
        flipped[at] = (byte) (flipped[at] ^ mask);
        return flipped;
    }

    private byte[] tail(byte[] request) {
        return Arrays.copyOfRange(request, random.nextInt(request.length), request.length);
    }

    /** Replaces the number behind one of the request's length markers. */
    private byte[] replaceLength(byte[] request) {
        List<Integer> markers = new ArrayList<>();
        for (int i = 0; i < request.length; i++) {
            if (request[i] == '*' || request[i] == '$') {
                markers.add(i);
            }
        }
        if (markers.isEmpty()) {
            return join(request, noise(3));
        }
        int start = markers.get(random.nextInt(markers.size())) + 1;
        int end = start;
        while (end < request.length && request[end] != '\r') {
            end++;
        }
        String length = random.nextInt(4) == 0 ? Integer.toString(random.nextInt(40)) : LENGTHS[random.nextInt(LENGTHS.length)];
        return join(Arrays.copyOf(request, start), length.getBytes(StandardCharsets.ISO_8859_1),
                Arrays.copyOfRange(request, end, request.length));
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
