package dev.cairn.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.structures.Memory;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Pages;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RequestParserTest {
    private static final String LONG = "v".repeat(1234);
    private static final String CORPUS =
            "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n" + "PING\r\n" + "*1\r\n$4\r\nPING\r\n" + "\r\n" + "\n" + "*0\r\n"
                    + "*-1\r\n" + "*-10\r\n" + "*2\r\n$0\r\n\r\n$1\r\na\r\n" + "*2\r\n$10\r\n0123456789\r\n$100\r\n" + "x".repeat(100)
                    + "\r\n" + "  set\tk  \"a b\\x41\\n\" 'it\\'s'\n"
                    + "*12\r\n" + "$1\r\nb\r\n".repeat(12) + "*2\r\n$4\r\nECHO\r\n$1234\r\n" + LONG + "\r\n" + "echo \"\"\r\n" + "   \r\n"
                    + "*1\r\n$2\r\n\r\n\r\n"
                    + "*100\r\n" + "$0\r\n\r\n".repeat(100) + "*1\r\n$1\r\nz\r\n";

    private final RequestBatch batch = new RequestBatch();
    private final RequestParser parser = new RequestParser();

    @AfterEach
    void free() {
        parser.free();
        batch.free();
    }

    private static byte[] latin(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }

    private List<List<String>> drain() {
        List<List<String>> commands = new ArrayList<>();
        for (int c = 0; c < batch.commands(); c++) {
            List<String> arguments = new ArrayList<>();
            for (int i = 0; i < batch.argumentCount(c); i++) {
                arguments.add(new String(Memory.toArray(batch.address(c, i), batch.length(c, i)), StandardCharsets.ISO_8859_1));
            }
            commands.add(arguments);
        }
        batch.clear();
        return commands;
    }

    /** Feeds the bytes up to each of the ends in turn, moving what is not consumed to another buffer each time. */
    private List<List<String>> feed(byte[] bytes, int... ends) {
        List<List<String>> commands = new ArrayList<>();
        int consumed = 0;
        for (int end : ends) {
            try (Native buffer = new Native(bytes, consumed, end)) {
                int at = parser.parse(buffer.address, 0, buffer.length, batch, Integer.MAX_VALUE);
                consumed += at;
                commands.addAll(drain());
            }
        }
        return commands;
    }

    private List<List<String>> feed(String s) {
        return feed(latin(s), s.length());
    }

    private void assertError(String text, String request) {
        byte[] bytes = latin(request);
        feed(bytes, bytes.length);
        assertEquals(text, parser.error());
        assertTrue(parser.failed());
        parser.reset();
        int[] ends = new int[bytes.length];
        Arrays.setAll(ends, i -> i + 1);
        if (ends.length < 1000) {
            feed(bytes, ends);
            assertEquals(text, parser.error());
        }
        parser.reset();
        assertEquals("", parser.error());
    }

    @Test
    void findsTheCommandsOfTheCorpus() {
        List<List<String>> commands = feed(CORPUS);
        assertEquals(List.of("SET", "key", "value"), commands.getFirst());
        assertEquals(List.of("set", "k", "a bA\n", "it's"), commands.get(5));
        assertEquals(List.of("ECHO", LONG), commands.get(7));
        assertEquals(List.of("echo", ""), commands.get(8));
        assertEquals(List.of("\r\n"), commands.get(9));
        assertEquals(12, commands.size());
        assertEquals(new NaiveParser(latin(CORPUS), 1 << 29, false).commands, commands);
    }

    @Test
    void everySplitOfTheCorpusGivesTheSameCommands() {
        byte[] bytes = latin(CORPUS);
        List<List<String>> whole = feed(CORPUS);
        for (int i = 1; i < bytes.length; i++) {
            assertEquals(whole, feed(bytes, i, bytes.length), "split at " + i);
        }
    }

    @Test
    void feedingByteByByteGivesTheSameCommands() {
        byte[] bytes = latin(CORPUS);
        int[] ends = new int[bytes.length];
        Arrays.setAll(ends, i -> i + 1);
        assertEquals(feed(CORPUS), feed(bytes, ends));
        assertFalse(parser.incomplete());
    }

    @Test
    void addsAtMostTheCommandsAskedFor() {
        byte[] bytes = latin("PING\r\n*1\r\n$4\r\nPING\r\n*1\r\n$1\r\na\r\n");
        try (Native buffer = new Native(bytes)) {
            int at = parser.parse(buffer.address, 0, bytes.length, batch, 2);
            assertEquals(2, batch.commands());
            assertEquals(6, batch.end(0));
            assertEquals(at, batch.end(1));
            assertEquals(at, parser.parse(buffer.address, at, bytes.length, batch, 0));
            assertEquals(bytes.length, parser.parse(buffer.address, at, bytes.length, batch, 2));
            assertEquals(3, batch.commands());
            assertEquals("a", batch.text(2, 0));
        }
    }

    @Test
    void reportsErrorsInRedisWords() {
        assertError("Protocol error: invalid multibulk length", "*abc\r\n");
        assertError("Protocol error: invalid multibulk length", "*2147483648\r\n");
        assertError("Protocol error: invalid multibulk length", "*\r\n");
        assertError("Protocol error: invalid multibulk length", "*01\r\n");
        assertError("Protocol error: invalid multibulk length", "*+1\r\n");
        assertError("Protocol error: invalid multibulk length", "*3 \r\n");
        assertError("Protocol error: expected '$', got 'x'", "*1\r\nx3\r\n");
        assertError("Protocol error: expected '$', got ':'", "*2\r\n$1\r\na\r\n:3\r\n");
        assertError("Protocol error: invalid bulk length", "*1\r\n$-1\r\n");
        assertError("Protocol error: invalid bulk length", "*1\r\n$\r\n");
        assertError("Protocol error: invalid bulk length", "*1\r\n$a\r\n");
        assertError("Protocol error: invalid bulk length", "*1\r\n$00\r\n");
        assertError("Protocol error: invalid bulk length", "*1\r\n$1x\r\n");
        assertError("Protocol error: invalid bulk length", "*1\r\n$536870913\r\n");
        assertError("Protocol error: invalid bulk length", "*1\r\n$99999999999999999999\r\n");
        assertError("Protocol error: unbalanced quotes in request", "set \"a\r\n");
        assertError("Protocol error: unbalanced quotes in request", "set 'a\r\n");
        assertError("Protocol error: unbalanced quotes in request", "set \"a\"b\r\n");
        assertError("Protocol error: unbalanced quotes in request", "set 'a'b\r\n");
    }

    @Test
    void ignoresMultibulksOfAnyNegativeCount() {
        assertEquals(List.of(List.of("PING")), feed("*-1\r\n*-9223372036854775808\r\nPING\r\n"));
        assertError("Protocol error: invalid multibulk length", "*-9223372036854775809\r\n");
        assertError("Protocol error: invalid multibulk length", "*9223372036854775808\r\n");
        assertError("Protocol error: invalid multibulk length", "*18446744073709551617\r\n");
    }

    @Test
    void limitsLines() {
        assertError("Protocol error: too big inline request", "a".repeat(65537));
        assertError("Protocol error: too big mbulk count string", "*" + "1".repeat(65536));
        assertError("Protocol error: too big bulk count string", "*1\r\n$" + "1".repeat(65536));
        assertEquals(List.of(List.of("a".repeat(65535))), feed("a".repeat(65535) + "\n"));
        feed("*" + "1".repeat(65535));
        assertFalse(parser.failed());
    }

    @Test
    void limitsClientsThatHaveNotAuthenticated() {
        parser.unauthenticated(true);
        assertEquals(10, feed("*10\r\n" + "$1\r\na\r\n".repeat(10)).getFirst().size());
        assertEquals(1, feed("*1\r\n$16384\r\n" + "a".repeat(16384) + "\r\n").size());
        assertError("Protocol error: unauthenticated multibulk length", "*11\r\n");
        assertError("Protocol error: unauthenticated bulk length", "*1\r\n$16385\r\n");
        parser.unauthenticated(false);
        assertEquals(11, feed("*11\r\n" + "$1\r\na\r\n".repeat(11)).getFirst().size());
    }

    @Test
    void limitsBulksToTheConfiguredLength() {
        parser.maxBulkLength(2000);
        assertEquals(1, feed("*1\r\n$2000\r\n" + "a".repeat(2000) + "\r\n").size());
        assertError("Protocol error: invalid bulk length", "*1\r\n$2001\r\n" + "a".repeat(2001) + "\r\n");
    }

    @Test
    void deliversTheCommandsBeforeAnError() {
        List<List<String>> commands = feed("PING\r\n*1\r\n$4\r\nPING\r\n*1\r\n!\r\nPING\r\n");
        assertEquals(List.of(List.of("PING"), List.of("PING")), commands);
        assertTrue(parser.failed());
        assertEquals(List.of(), feed("PING\r\n"), "nothing is parsed after an error");
    }

    @Test
    void agreesWithTheNaiveParserOnRandomRequests() {
        Random random = new Random(1);
        String noise = "*$123-\r\n \"'\\xa0:\t\u00ff\u0000";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder s = new StringBuilder();
            for (int n = random.nextInt(6); n >= 0; n--) {
                request(random, s);
            }
            for (int n = random.nextInt(3); n > 0; n--) {
                int at = random.nextInt(s.length());
                s.setCharAt(at, noise.charAt(random.nextInt(noise.length())));
            }
            byte[] bytes = latin(s.toString());
            int[] ends = random.ints(random.nextInt(4), 0, bytes.length + 1).sorted().toArray();
            ends = Arrays.copyOf(ends, ends.length + 1);
            ends[ends.length - 1] = bytes.length;
            boolean limited = random.nextInt(4) == 0;
            parser.unauthenticated(limited);
            NaiveParser naive = new NaiveParser(bytes, 1 << 29, limited);
            assertEquals(naive.commands, feed(bytes, ends), s.toString());
            assertEquals(naive.error, parser.error(), s.toString());
            parser.reset();
        }
    }

    private static void request(Random random, StringBuilder s) {
        int n = random.nextInt(random.nextInt(10) == 0 ? 30 : 5);
        if (random.nextInt(4) == 0) {
            for (int i = 0; i < n; i++) {
                s.append(List.of("a", "'b c'", "\"d\\x41\\t\\\\\"", " ", "e\"f g\"", "\t", "h\\i").get(random.nextInt(7))).append(' ');
            }
            s.append(random.nextBoolean() ? "\r\n" : "\n");
        } else {
            s.append('*').append(n).append("\r\n");
            for (int i = 0; i < n; i++) {
                int length = random.nextInt(List.of(3, 12, 120, 1200).get(random.nextInt(4)));
                s.append('$').append(length).append("\r\n").repeat('a' + random.nextInt(26), length).append("\r\n");
            }
        }
    }

    @Test
    @Timeout(300)
    void aMillionArgumentsInSmallReadsAreParsedOnce() {
        int n = 1_000_000;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(latin("*" + n + "\r\n"));
        for (int i = 0; i < n; i++) {
            String s = Integer.toString(i);
            out.writeBytes(latin("$" + s.length() + "\r\n" + s + "\r\n"));
        }
        byte[] bytes = out.toByteArray();
        try (Native buffer = new Native(bytes)) {
            for (int to = 100; to < bytes.length; to += 100) {
                assertEquals(0, parser.parse(buffer.address, 0, to, batch, 10));
            }
            assertEquals(bytes.length, parser.parse(buffer.address, 0, bytes.length, batch, 10));
            assertEquals(n, batch.argumentCount(0));
            assertEquals("123456", batch.text(0, 123456));
            assertEquals("999999", batch.text(0, n - 1));
            batch.clear();
            assertTrue(batch.addresses.length < 10_000, "the huge command's arrays are given back");
        }
    }

    @Test
    void receivesBigArgumentsIntoTheirOwnMappings() {
        long before = Pages.mappedBytes() - Pages.releaseBytes();
        int length = RequestParser.BIG_ARGUMENT + 5;
        byte[] big = new byte[length];
        new Random(2).nextBytes(big);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(latin("PING\r\n*4\r\n$4\r\nMSET\r\n$" + length + "\r\n"));
        out.writeBytes(big);
        out.writeBytes(latin("\r\n$1\r\nb\r\n$" + length + "\r\n"));
        out.writeBytes(big);
        out.writeBytes(latin("\r\nPING\r\n"));
        byte[] bytes = out.toByteArray();
        int received = 1000;
        byte[] buffer = Arrays.copyOf(bytes, received);
        boolean found = false;
        while (!found) {
            try (Native memory = new Native(buffer)) {
                int at = parser.parse(memory.address, 0, memory.length, batch, 100);
                int end = memory.length;
                if (parser.pendingBulkLength() >= RequestParser.BIG_ARGUMENT) {
                    long block = Heap.allocateDetached(parser.pendingBulkLength() + 2);
                    end = parser.bigArgument(memory.address, at, end, block, Heap.detachedBytes(block));
                    assertEquals(at, parser.parse(memory.address, at, end, batch, 100), "waits for the big argument");
                    while (parser.bigMissing() > 0) {
                        int n = (int) Math.min(parser.bigMissing(), 77_777);
                        Memory.copyFromArray(bytes, received, parser.bigAddress(), n);
                        parser.bigReceived(n);
                        received += n;
                    }
                }
                int more = Math.min(9, bytes.length - received);
                byte[] next = Arrays.copyOf(Memory.toArray(memory.address + at, end - at), end - at + more);
                System.arraycopy(bytes, received, next, end - at, more);
                received += more;
                buffer = next;
                found = batch.commands() > 1;
                if (found) {
                    assertEquals("b", batch.text(1, 2));
                    check(big);
                }
            }
        }
        batch.free();
        parser.free();
        assertEquals(before, Pages.mappedBytes() - Pages.releaseBytes(), "what was not taken is released");
    }

    private void check(byte[] big) {
        assertFalse(batch.adoptable(1, 0));
        assertTrue(batch.adoptable(1, 1));
        assertTrue(batch.adoptable(1, 3));
        NativeBytes view = batch.view(1, 1, new NativeBytes());
        assertTrue(view.adoptable());
        assertTrue(Arrays.equals(big, view.toArray()));
        view.take();
        assertTrue(view.taken());
        assertFalse(batch.adoptable(1, 1));
        assertThrows(IllegalStateException.class, view::take);
        assertTrue(Arrays.equals(big, batch.view(1, 3, new NativeBytes()).toArray()));
        long address = view.address();
        batch.clear();
        assertEquals(big[0], Memory.getByte(address), "a taken mapping outlives the batch");
        Heap.freeDetached(address);
    }

    @Test
    void resetReleasesTheMappingsOfAnIncompleteCommand() {
        long before = Pages.mappedBytes() - Pages.releaseBytes();
        byte[] bytes = latin("*2\r\n$3\r\nSET\r\n$5000000\r\nabc");
        try (Native memory = new Native(bytes)) {
            assertEquals(0, parser.parse(memory.address, 0, bytes.length, batch, 1));
            assertEquals(5_000_000, parser.pendingBulkLength());
            assertEquals(bytes.length - 3, parser.pendingBulkOffset());
            assertEquals(1, parser.pendingArguments());
            long block = Heap.allocateDetached(5_000_002);
            int mapped = Heap.detachedBytes(block);
            assertEquals(bytes.length - 3, parser.bigArgument(memory.address, 0, bytes.length, block, mapped));
            assertEquals(5_000_002 - 3, parser.bigMissing());
            assertEquals(mapped, parser.bigBytes());
            parser.reset();
            assertFalse(parser.incomplete());
        }
        assertEquals(before, Pages.mappedBytes() - Pages.releaseBytes());
    }

    @Test
    void keepsManyUnquotedArgumentsApart() {
        String word = "\"" + "w".repeat(30_000) + "\\n\"";
        List<List<String>> commands = feed((word + " " + word + "\r\n").repeat(20));
        assertEquals(20, commands.size());
        for (List<String> command : commands) {
            assertEquals(List.of("w".repeat(30_000) + "\n", "w".repeat(30_000) + "\n"), command);
        }
    }

    @Test
    void manyQuotedArgumentsTakeNoMoreMemoryThanTheirLine() {
        long before = Pages.mappedBytes();
        byte[] line = latin("'a' ".repeat(16_000) + "\n");
        try (Native buffer = new Native(line)) {
            parser.parse(buffer.address, 0, line.length, batch, 1);
            assertTrue(Pages.mappedBytes() - before < 1 << 19);
        }
        List<String> arguments = drain().getFirst();
        assertEquals(16_000, arguments.size());
        assertEquals("a", arguments.getLast());
    }

    @Test
    void incompleteCommandsShareABudgetOfArguments() {
        ArgumentBudget budget = new ArgumentBudget(1500);
        byte[] large = latin("*5000\r\n" + "$0\r\n\r\n".repeat(700));
        byte[] small = latin("*60\r\n" + "$0\r\n\r\n".repeat(59));
        RequestParser first = new RequestParser(budget);
        RequestParser second = new RequestParser(budget);
        RequestParser third = new RequestParser(budget);
        assertTrue(fed(first, large));
        assertFalse(fed(second, large));
        assertEquals("Protocol error: too many arguments in incomplete commands", second.error());
        assertTrue(fed(third, small), "few arguments are always taken");
        first.reset();
        second.reset();
        assertTrue(fed(second, large));
        second.free();
        third.free();
        first.free();
    }

    /** Whether a parser that is given the bytes waits for more, without an error. */
    private boolean fed(RequestParser to, byte[] bytes) {
        try (Native buffer = new Native(bytes, 0, bytes.length)) {
            assertEquals(0, to.parse(buffer.address, 0, buffer.length, batch, 64));
            assertEquals(0, batch.commands());
            return to.incomplete();
        }
    }
}
