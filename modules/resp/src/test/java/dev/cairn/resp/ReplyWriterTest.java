package dev.cairn.resp;

import dev.cairn.api.command.Value;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import java.util.Arrays;
import dev.cairn.structures.Memory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplyWriterTest {
    private final ChunkPool pool = new ChunkPool();
    private final ReplyWriter writer = new ReplyWriter(pool);

    @AfterEach
    void leavesNoChunkBehind() {
        writer.clear();
        assertEquals(0, pool.bytes());
        assertEquals(0, writer.chunks());
        pool.trim();
        assertEquals(0, pool.cachedBytes());
    }

    private static byte[] bytes(ReplyWriter writer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writer.flush((address, length) -> {
                out.writeBytes(Memory.toArray(address, length));
                return length;
            }, Integer.MAX_VALUE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertTrue(writer.isEmpty());
        assertEquals(0, writer.chunks());
        return out.toByteArray();
    }

    private static String text(ReplyWriter writer) {
        return new String(bytes(writer), StandardCharsets.UTF_8);
    }

    private void assertWrites(String resp2, String resp3, Consumer<Reply> reply) {
        writer.protocol(2);
        reply.accept(writer);
        assertEquals(resp2, text(writer));
        writer.protocol(3);
        reply.accept(writer);
        assertEquals(resp3, text(writer));
        writer.protocol(2);
    }

    private void assertWrites(String both, Consumer<Reply> reply) {
        assertWrites(both, both, reply);
    }

    @Test
    void writesSimpleStringsAndErrors() {
        assertWrites("+OK\r\n", Reply::ok);
        assertWrites("+QUEUED\r\n", r -> r.simple(Token.of("QUEUED")));
        assertWrites("+PONG\r\n", r -> r.simple("PONG"));
        assertWrites("+\r\n", r -> r.simple(""));
        assertWrites("-ERR syntax error\r\n", r -> r.error(CommandError.SYNTAX));
        assertWrites("-NOAUTH\r\n", r -> r.error(CommandError.of("NOAUTH", "")));
        assertWrites("-ERR a  b c\r\n", r -> r.error(CommandError.err("\r\na\r\nb\nc\r\n\n")));
        assertWrites("-ERR né  ü\r\n", r -> r.error(CommandError.err("né\r\nü")));
    }

    @Test
    void writesIntegers() {
        for (long v : new long[]{0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 12345, 999_999_999_999L, Long.MAX_VALUE, Long.MIN_VALUE, -1, -9,
                -10, -12345}) {
            assertWrites(":" + v + "\r\n", r -> r.integer(v));
            assertWrites("$" + Long.toString(v).length() + "\r\n" + v + "\r\n", r -> r.bulk(v));
        }
        Random random = new Random(1);
        long power = 1;
        for (int i = 0; i < 20_000; i++) {
            long v = i < 57 ? power + i % 3 - 1 : random.nextLong() >> random.nextInt(64);
            power = i % 3 == 2 && power < 1_000_000_000_000_000_000L ? power * 10 : power;
            writer.integer(v).bulk(v);
            assertEquals(":" + v + "\r\n$" + Long.toString(v).length() + "\r\n" + v + "\r\n", text(writer));
        }
    }

    @Test
    void writesBulkStringsOfAllLengthsAndKinds() {
        byte[] random = new byte[70_000];
        new Random(2).nextBytes(random);
        try (Native memory = new Native(random)) {
            for (int n : new int[]{0, 1, 9, 10, 99, 100, 999, 1000, 8000, 16_000, 16_300, 16_384, 17_000, 65_000, 70_000}) {
                ByteArrayOutputStream expected = new ByteArrayOutputStream();
                byte[] line = ("$" + n + "\r\n").getBytes(StandardCharsets.US_ASCII);
                for (int i = 0; i < 3; i++) {
                    expected.writeBytes(line);
                    expected.write(random, 0, n);
                    expected.writeBytes(new byte[]{'\r', '\n'});
                }
                writer.bulk(memory.view().slice(0, n)).bulk(memory.view(), 0, n).bulk(Bytes.of(random), 0, n);
                assertEquals(expected.size(), writer.pendingBytes());
                assertArrayEquals(expected.toByteArray(), bytes(writer));
            }
        }
        assertWrites("$3\r\nabc\r\n", r -> r.bulk("abc"));
        assertWrites("$0\r\n\r\n", r -> r.bulk(""));
        assertWrites("$5\r\nnéü\r\n", r -> r.bulk("néü"));
        assertWrites("$2\r\nbc\r\n", r -> r.bulk(Bytes.of("abcd"), 1, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> writer.bulk(new NativeBytes(), 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> writer.bulk(Bytes.EMPTY, 0, 1));
        assertTrue(writer.isEmpty());
    }

    @Test
    void writesNullsAndBooleans() {
        assertWrites("$-1\r\n", "_\r\n", Reply::nil);
        assertWrites("*-1\r\n", "_\r\n", Reply::nilArray);
        assertWrites(":1\r\n", "#t\r\n", r -> r.bool(true));
        assertWrites(":0\r\n", "#f\r\n", r -> r.bool(false));
    }

    private void assertReal(String text, double value) {
        assertWrites("$" + text.length() + "\r\n" + text + "\r\n", "," + text + "\r\n", r -> r.real(value));
    }

    @Test
    void writesDoublesInTheirShortestForm() {
        assertReal("0", 0);
        assertReal("-0", -0.0);
        assertReal("3", 3);
        assertReal("-17", -17);
        assertReal("3.14", 3.14);
        assertReal("-0.5", -0.5);
        assertReal("0.1", 0.1);
        assertReal("0.30000000000000004", 0.1 + 0.2);
        assertReal("0.001", 0.001);
        assertReal("0.000001", 0.000001);
        assertReal("1e-7", 1e-7);
        assertReal("1.5e-10", 1.5e-10);
        assertReal("100000000000000000", 1e17);
        assertReal("1000000000000000000", 1e18);
        assertReal("1e+19", 1e19);
        assertReal("1.2e+20", 1.2e20);
        assertReal("1.7976931348623157e+308", Double.MAX_VALUE);
        assertReal("5e-324", Double.MIN_VALUE);
        assertReal("1234567.891", 1234567.891);
        assertReal("inf", Double.POSITIVE_INFINITY);
        assertReal("-inf", Double.NEGATIVE_INFINITY);
        assertReal("nan", Double.NaN);
    }

    @Test
    void doublesReadBackAsTheSameNumber() {
        Random random = new Random(5);
        for (int i = 0; i < 50_000; i++) {
            double v = i % 2 == 0 ? Double.longBitsToDouble(random.nextLong()) : random.nextInt(100_000) / 1000.0;
            if (Double.isFinite(v)) {
                assertEquals(v, Double.parseDouble(Doubles.text(v)));
            }
        }
    }

    @Test
    void writesBigNumbersAndVerbatimTexts() {
        BigInteger big = new BigInteger("-1234567890123456789012345678901234567890");
        assertWrites("$41\r\n" + big + "\r\n", "(" + big + "\r\n", r -> r.bigNumber(big));
        assertWrites("$5\r\nhello\r\n", "=9\r\ntxt:hello\r\n", r -> r.verbatim("txt", Bytes.of("hello")));
        String s = "x".repeat(40_000);
        assertWrites("$40000\r\n" + s + "\r\n", "=40004\r\nmkd:" + s + "\r\n", r -> r.verbatim("mkd", Bytes.of(s)));
    }

    @Test
    void writesAggregateHeaders() {
        assertWrites("*0\r\n", r -> r.array(0));
        assertWrites("*3\r\n", r -> r.array(3));
        assertWrites("*1234567\r\n", r -> r.array(1234567));
        assertWrites("*4\r\n", "%2\r\n", r -> r.map(2));
        assertWrites("*4000000000\r\n", "%2000000000\r\n", r -> r.map(2_000_000_000));
        assertWrites("*2\r\n", "~2\r\n", r -> r.set(2));
        assertWrites("*3\r\n", ">3\r\n", r -> r.push(3));
        assertThrows(IllegalStateException.class, () -> writer.attribute(1));
        writer.protocol(3);
        writer.attribute(1).simple("a").simple("b").ok();
        assertEquals("|1\r\n+a\r\n+b\r\n+OK\r\n", text(writer));
        assertThrows(IllegalArgumentException.class, () -> writer.protocol(4));
    }

    @Test
    void writesCountsThatAreKnownAtTheEnd() {
        for (Reply.Shape shape : Reply.Shape.values()) {
            for (int n : new int[]{0, 1, 9, 10, 100, 1_000_000_000, Integer.MAX_VALUE}) {
                long doubled = shape == Reply.Shape.MAP ? 2L * n : n;
                String type = List.of("*", "%", "~", ">").get(shape.ordinal());
                assertWrites("+a\r\n*" + doubled + "\r\n:1\r\n+b\r\n", "+a\r\n" + type + n + "\r\n:1\r\n+b\r\n", r -> {
                    r.simple("a");
                    int mark = r.begin(shape);
                    r.integer(1);
                    r.end(mark, n);
                    r.simple("b");
                });
            }
        }
    }

    /** Writes a random tree, known and deferred counts mixed, and its plain text beside it. */
    private void tree(Random random, int depth, StringBuilder expected) {
        int n = random.nextInt(6);
        if (depth == 0 || random.nextInt(4) == 0) {
            String s = "v".repeat(random.nextInt(random.nextInt(8) == 0 ? 6000 : 40));
            expected.append('$').append(s.length()).append("\r\n").append(s).append("\r\n");
            writer.bulk(s);
        } else if (random.nextBoolean()) {
            expected.append('*').append(n).append("\r\n");
            writer.array(n);
            for (int i = 0; i < n; i++) {
                tree(random, depth - 1, expected);
            }
        } else {
            expected.append('*').append(n).append("\r\n");
            int mark = writer.begin(Reply.Shape.ARRAY);
            for (int i = 0; i < n; i++) {
                tree(random, depth - 1, expected);
            }
            writer.end(mark, n);
        }
    }

    @Test
    void nestsDeferredCountsAcrossChunks() {
        Random random = new Random(6);
        int longest = 0;
        for (int round = 0; round < 1000; round++) {
            StringBuilder expected = new StringBuilder();
            long before = writer.position();
            tree(random, 1 + random.nextInt(6), expected);
            longest = Math.max(longest, writer.chunks());
            assertEquals(expected.length(), writer.pendingBytes());
            assertEquals(expected.length(), writer.position() - before);
            assertEquals(expected.toString(), text(writer));
        }
        assertTrue(longest > 5, "trees span chunks");
    }

    @Test
    void refusesMarksOutOfOrder() {
        int outer = writer.begin(Reply.Shape.ARRAY);
        int inner = writer.begin(Reply.Shape.ARRAY);
        assertThrows(IllegalStateException.class, () -> writer.end(outer, 1));
        assertThrows(IllegalStateException.class, () -> writer.flush((a, n) -> n, 1));
        writer.end(inner, 0).end(outer, 1);
        assertEquals("*1\r\n*0\r\n", text(writer));
    }

    @Test
    void truncatesToAnyPosition() throws IOException {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            StringBuilder kept = new StringBuilder();
            int before = random.nextInt(12);
            for (int i = 0; i < before; i++) {
                String s = "k".repeat(random.nextInt(9000));
                writer.raw(s.getBytes(StandardCharsets.US_ASCII));
                kept.append(s);
            }
            int sent = writer.flush((a, n) -> n, random.nextInt(20_000));
            long position = writer.position();
            int after = random.nextInt(12);
            for (int i = 0; i < after; i++) {
                if (random.nextBoolean()) {
                    writer.begin(Reply.Shape.MAP);
                }
                writer.bulk("x".repeat(random.nextInt(random.nextInt(8) == 0 ? 40_000 : 9000)));
            }
            writer.truncateTo(position);
            assertEquals(position, writer.position());
            writer.ok();
            assertEquals(kept.substring(sent) + "+OK\r\n", text(writer));
        }
        writer.ok();
        assertThrows(IllegalArgumentException.class, () -> writer.truncateTo(writer.position() + 1));
        assertThrows(IllegalArgumentException.class, () -> writer.truncateTo(writer.position() - 6));
    }

    @Test
    void aHandlerThatThrowsAfterBeginningLeavesOuterAggregatesOpen() {
        int outer = writer.begin(Reply.Shape.ARRAY);
        long position = writer.position();
        writer.begin(Reply.Shape.MAP);
        writer.bulk("half");
        writer.truncateTo(position);
        writer.error(CommandError.WRONG_TYPE);
        writer.end(outer, 1);
        assertEquals("*1\r\n-WRONGTYPE Operation against a key holding the wrong kind of value\r\n", text(writer));
    }

    @Test
    void flushStopsAtAShortWriteAndGoesOnLater() throws IOException {
        StringBuilder expected = new StringBuilder();
        Random random = new Random(8);
        for (int i = 0; i < 1200; i++) {
            String s = "s".repeat(random.nextInt(700));
            writer.bulk(s);
            expected.append('$').append(s.length()).append("\r\n").append(s).append("\r\n");
        }
        assertTrue(writer.chunks() > 5);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int most = writer.chunks();
        while (!writer.isEmpty()) {
            int[] calls = {0};
            int max = 1 + random.nextInt(20_000);
            int capacity = random.nextInt(20_000);
            int n = writer.flush((address, length) -> {
                int taken = Math.min(length, capacity - calls[0]);
                calls[0] += taken;
                out.writeBytes(Memory.toArray(address, taken));
                return taken;
            }, max);
            if (!writer.isEmpty()) {
                assertTrue(n >= Math.min(max, capacity) && n < max + ChunkPool.LARGEST_SHARED,
                        "a chunk above the usual size is offered whole");
            }
            assertTrue(writer.chunks() <= most, "sent chunks are released");
            most = writer.chunks();
        }
        assertEquals(0, writer.chunks());
        assertEquals(expected.toString(), out.toString(StandardCharsets.US_ASCII));
        assertEquals(expected.length(), writer.position());
    }

    @Test
    void whatASinkTookBeforeItFailedIsSent() {
        writer.raw(new byte[20_000]).raw(new byte[20_000]);
        int[] calls = {0};
        assertThrows(IOException.class, () -> writer.flush((address, length) -> {
            if (calls[0]++ > 0) {
                throw new IOException("reset by peer");
            }
            return length;
        }, Integer.MAX_VALUE));
        assertTrue(writer.pendingBytes() < 40_000);
    }

    @Test
    void aMutedWriterDropsWhatIsWritten() {
        writer.ok();
        writer.mute(true);
        writer.ok().integer(12).bulk("text").bulk(Bytes.of("x".repeat(100_000))).nil().real(1.5).array(1).raw(new byte[10]);
        try (Native memory = Native.of("y".repeat(100))) {
            writer.bulk(memory.view()).raw(memory.address, 100);
        }
        int mark = writer.begin(Reply.Shape.MAP);
        writer.ok().end(mark, 1).error(CommandError.SYNTAX);
        assertTrue(writer.muted());
        assertEquals(5, writer.pendingBytes());
        writer.mute(false);
        writer.simple("b");
        assertEquals("+OK\r\n+b\r\n", text(writer));
        writer.mute(true);
        writer.ok();
        writer.mute(false);
        assertTrue(writer.isEmpty());
        assertEquals(0, writer.chunks());
    }

    @Test
    void tellsWhetherTheLastReplyWasAnError() {
        assertFalse(writer.lastWasError());
        writer.error(CommandError.SYNTAX);
        assertTrue(writer.lastWasError());
        writer.ok();
        assertFalse(writer.lastWasError());
        long position = writer.position();
        writer.error(CommandError.SYNTAX);
        writer.truncateTo(position);
        assertFalse(writer.lastWasError());
        int mark = writer.begin(Reply.Shape.ARRAY);
        writer.error(CommandError.SYNTAX).end(mark, 1);
        assertFalse(writer.lastWasError());
    }

    @Test
    void appendsAnotherWritersReplies() throws IOException {
        ReplyWriter other = new ReplyWriter(pool);
        ReplyWriter foreign = new ReplyWriter(new ChunkPool());
        Random random = new Random(9);
        for (ReplyWriter from : List.of(other, foreign)) {
            for (int round = 0; round < 200; round++) {
                StringBuilder expected = new StringBuilder();
                for (int i = 0; i < 4; i++) {
                    String s = "m".repeat(random.nextInt(3000));
                    writer.raw(s.getBytes(StandardCharsets.US_ASCII));
                    String t = "o".repeat(random.nextInt(random.nextBoolean() ? 3000 : 50_000));
                    from.raw(t.getBytes(StandardCharsets.US_ASCII));
                    int sent = from.flush((a, n) -> n, random.nextInt(t.length() + 1));
                    writer.append(from);
                    assertTrue(from.isEmpty());
                    assertEquals(0, from.chunks());
                    expected.append(s).append(t, sent, t.length());
                }
                assertEquals(expected.length(), writer.pendingBytes());
                long position = writer.position();
                writer.bulk("x".repeat(20_000));
                writer.truncateTo(position);
                assertEquals(expected.toString(), text(writer));
            }
        }
        other.raw(new byte[30_000]);
        writer.mute(true);
        writer.append(other);
        assertTrue(writer.isEmpty() && other.isEmpty());
        writer.mute(false);
        assertThrows(IllegalStateException.class, () -> writer.append(writer));
    }

    @Test
    void reusesTheChunkThatWasReturnedLast() throws IOException {
        long[] seen = {0, 0};
        for (int i = 0; i < 2; i++) {
            int turn = i;
            writer.ok();
            writer.flush((address, length) -> {
                seen[turn] = address;
                return length;
            }, 100);
        }
        assertEquals(seen[0], seen[1]);
    }

    @Test
    void sendsNoMoreThanIsSafeOfALargeChunk() throws IOException {
        writer.raw(new byte[20_000]);
        writer.ok();
        assertEquals(20_000, writer.flush((address, length) -> length, 100, 20_000));
        assertEquals(5, writer.pendingBytes());
        OutputBuffer.Waiting waiting = new OutputBuffer.Waiting();
        writer.raw(new byte[20_000]);
        writer.waiting(waiting);
        waiting.send((address, length) -> length, 100_000, 12);
        assertEquals(12, waiting.sent());
        writer.sent(12);
        assertEquals(19_993, writer.pendingBytes());
    }

    @Test
    void letsTheFirstChunkFollowItsUse() throws IOException {
        assertEquals(ChunkPool.CHUNK, writer.firstChunk());
        assertFalse(writer.expandFirstChunk());
        writer.raw(new byte[9000]);
        bytes(writer);
        assertEquals(9000, writer.peak());
        assertFalse(writer.shrinkFirstChunk(), "more than half was used");
        writer.resetPeak();
        writer.raw(new byte[1500]);
        bytes(writer);
        assertTrue(writer.shrinkFirstChunk());
        assertEquals(2048, writer.firstChunk());
        writer.resetPeak();
        assertTrue(writer.shrinkFirstChunk());
        assertEquals(1024, writer.firstChunk());
        assertFalse(writer.shrinkFirstChunk());

        writer.ok();
        assertEquals(1024, pool.bytes());
        writer.raw(new byte[900]);
        assertEquals(1, writer.chunks());
        writer.raw(new byte[3000]);
        assertEquals(1024 + ChunkPool.CHUNK, pool.bytes());
        assertEquals(3905, writer.peak());
        bytes(writer);
        assertTrue(writer.expandFirstChunk());
        assertEquals(4096, writer.firstChunk());
        writer.raw(new byte[100_000]);
        bytes(writer);
        assertTrue(writer.expandFirstChunk());
        assertEquals(ChunkPool.CHUNK, writer.firstChunk());
        assertEquals(0, pool.bytes());
        pool.trim();
        assertEquals(0, pool.cachedBytes());
    }

    @Test
    void writesTheSameWhateverTheFirstChunk() throws IOException {
        byte[] value = new byte[20_000];
        new Random(5).nextBytes(value);
        try (Native memory = new Native(value)) {
            for (int n : new int[]{0, 900, 950, 953, 954, 960, 980, 984, 1000, 1024, 2000, 5000, 16_300, 16_344, 20_000}) {
                byte[][] seen = new byte[2][];
                for (int i = 0; i < 2; i++) {
                    ReplyWriter w = new ReplyWriter(pool);
                    assertEquals(i == 1, i == 1 && w.shrinkFirstChunk());
                    w.bulk(memory.view().slice(0, n)).integer(7).bulk(memory.view().slice(0, n)).bulk(Bytes.of(value), 0, n);
                    int mark = w.begin(Reply.Shape.ARRAY);
                    w.raw(value).nil();
                    w.end(mark, 1);
                    w.raw(memory.address, n).bulk("x".repeat(n));
                    seen[i] = bytes(w);
                }
                assertArrayEquals(seen[0], seen[1]);
            }
        }
        assertEquals(0, pool.bytes());
    }

    @Test
    void trimsOnlySlabsOfWhichNothingIsInUse() throws IOException {
        ReplyWriter[] writers = new ReplyWriter[20];
        for (int i = 0; i < writers.length; i++) {
            writers[i] = new ReplyWriter(pool);
            writers[i].shrinkFirstChunk();
            writers[i].ok();
        }
        pool.trim();
        assertEquals(12 * 1024, pool.cachedBytes());
        for (ReplyWriter w : writers) {
            assertEquals("+OK\r\n", text(w));
        }
        pool.trim();
        assertEquals(0, pool.cachedBytes());
        assertWrites("+OK\r\n", Reply::ok);
    }

    @Test
    void largeValuesShareChunks() throws IOException {
        byte[] value = "v".repeat(16_384).getBytes(StandardCharsets.US_ASCII);
        try (Native memory = new Native(value)) {
            for (int i = 0; i < 16; i++) {
                writer.bulk(memory.view());
            }
        }
        assertTrue(writer.chunks() <= 6, "chunks: " + writer.chunks());
        assertTrue(writer.heldBytes() < writer.pendingBytes() + ChunkPool.LARGEST_SHARED);
        assertEquals(("$16384\r\n" + "v".repeat(16_384) + "\r\n").repeat(16), text(writer));
    }

    @Test
    void keepsWhatWasInUseOfLateAndNoMoreThanTheLimitLater() {
        ChunkPool small = new ChunkPool(100_000);
        ReplyWriter w = new ReplyWriter(small);
        for (int i = 0; i < 50; i++) {
            w.raw(new byte[16_000]);
            w.raw(new byte[3_000_000 + i]);
        }
        assertTrue(small.bytes() > 150_000_000);
        w.clear();
        assertEquals(0, small.bytes());
        int used = ChunkPool.CHUNK + 49 * ChunkPool.LARGEST_SHARED;
        assertTrue(small.cachedBytes() > used - ChunkPool.LARGEST_SHARED);
        assertTrue(small.cachedBytes() <= used);
        for (int i = 0; i < 100; i++) {
            small.cool();
        }
        assertTrue(small.cachedBytes() <= 100_000);
        assertTrue(small.cachedBytes() >= 100_000 - ChunkPool.LARGEST_SHARED);
        small.trim();
    }

    @Test
    void decodesWhatTheWriterWrites() throws IOException {
        writer.protocol(3);
        writer.attribute(1).simple("ttl").integer(3);
        writer.array(12).ok().error(CommandError.SYNTAX).integer(-5).bulk("b").nil().real(1.5).real(Double.NEGATIVE_INFINITY).bool(true);
        writer.bigNumber(BigInteger.TEN).verbatim("txt", Bytes.of("v")).map(1).bulk("k").bulk("w").set(1).integer(1);
        writer.push(2).bulk("message").integer(1);
        writer.protocol(2);
        writer.nilArray().nil();
        ByteArrayInputStream in = new ByteArrayInputStream(bytes(writer));
        assertEquals(new Value.Attributed(List.of(new Value.Simple("ttl"), new Value.Int(3)),
                new Value.Array(List.of(new Value.Simple("OK"), new Value.Failure("ERR syntax error"), new Value.Int(-5),
                        Value.Bulk.of("b"), new Value.Nil(),
                        new Value.Real(1.5, "1.5"), new Value.Real(Double.NEGATIVE_INFINITY, "-inf"), new Value.Bool(true),
                        new Value.BigNumber(BigInteger.TEN),
                        new Value.Verbatim("txt", Bytes.of("v")), new Value.Map(List.of(Value.Bulk.of("k"), Value.Bulk.of("w"))),
                        new Value.Set(List.of(new Value.Int(1)))))),
                Resp.parse(in));
        assertEquals(new Value.Push(List.of(Value.Bulk.of("message"), new Value.Int(1))), Resp.parse(in));
        assertEquals(new Value.NilArray(), Resp.parse(in));
        assertEquals(new Value.Nil(), Resp.parse(in));
        assertThrows(IOException.class, () -> Resp.parse(in));
        assertThrows(IOException.class, () -> Resp.parse(new ByteArrayInputStream("x\r\n".getBytes(StandardCharsets.US_ASCII))));
        assertThrows(IOException.class, () -> Resp.parse(new ByteArrayInputStream(":x\r\n".getBytes(StandardCharsets.US_ASCII))));
        assertEquals("*2\r\n$3\r\nGET\r\n$2\r\né\r\n", new String(Resp.request("GET", "é"), StandardCharsets.UTF_8));
    }

    /** Values of all sizes by all ways to write them, without aggregates that are left open. */
    private static void writeMixed(Reply to, long address, int length) {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            int n = random.nextInt(random.nextInt(10) == 0 ? length : 2000);
            switch (random.nextInt(6)) {
                case 0 -> to.bulk(new NativeBytes(address, n));
                case 1 -> to.bulk(Bytes.of(new byte[n]));
                case 2 -> to.integer(n);
                case 3 -> ((ReplyWriter) to).raw(address, n);
                case 4 -> to.simple("s".repeat(n % 100));
                default -> to.array(n).nil();
            }
        }
    }

    @Test
    void isAbandonedWhenMoreWouldWaitThanMay() {
        int length = 200_000;
        try (Native memory = new Native(new byte[length], 0, length)) {
            writeMixed(writer, memory.address, length);
            byte[] whole = bytes(writer);
            for (int limit = 0; 2 * limit + ChunkPool.CHUNK < whole.length; limit += 9973) {
                ReplyWriter bounded = new ReplyWriter(pool);
                int most = limit;
                bounded.onGrowth(waiting -> waiting <= most);
                writeMixed(bounded, memory.address, length);
                assertTrue(bounded.abandoned());
                assertTrue(bounded.pendingBytes() <= 2 * limit + ChunkPool.CHUNK);
                bounded.mute(false);
                long waiting = bounded.pendingBytes();
                bounded.ok();
                assertEquals(waiting, bounded.pendingBytes());
                byte[] part = bytes(bounded);
                assertEquals(0, Arrays.compare(part, 0, part.length, whole, 0, part.length));
                bounded.clear();
            }
        }
    }
}
