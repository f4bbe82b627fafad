package dev.cairn.types.list;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

@Timeout(300)
class ListTest {
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void start() {
        server = TestServer.with(new ListModule()).config("enable-debug-command yes").start();
        client = server.client();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void convertsBetweenItsEncodingsAtTheLimitsOfRedis() {
        client.line("CONFIG SET list-max-listpack-size 4");
        client.line("RPUSH k a b c d");
        assertEquals("listpack", client.line("OBJECT ENCODING k"));
        client.line("RPUSH k e");
        assertEquals("quicklist", client.line("OBJECT ENCODING k"));
        client.line("LPOP k 2");
        assertEquals("quicklist", client.line("OBJECT ENCODING k"));
        client.line("RPOP k");
        assertEquals("listpack", client.line("OBJECT ENCODING k"));
        assertEquals("[c, d]", client.line("LRANGE k 0 -1"));
        client.line("CONFIG SET list-max-ziplist-size -1");
        client.line("RPUSH k " + "x".repeat(4090));
        assertEquals("quicklist", client.line("OBJECT ENCODING k"));
        client.line("LSET k -1 y");
        assertEquals("[c, d, y]", client.line("LRANGE k 0 -1"));
    }

    @Test
    void aSavedListThatHasBecomeShortIsLoadedAsAListpack() throws Exception {
        client.line("CONFIG SET list-max-listpack-size 4");
        client.line("RPUSH k a b c d e");
        client.line("LPOP k");
        client.line("RPOP k");
        assertEquals("quicklist", client.line("OBJECT ENCODING k"));
        server.onMain(() -> {
            Slot from = server.database(0).peek(Bytes.of("k"));
            Saved saved = new Saved(new ArrayDeque<>());
            from.type().save(from, saved);
            from.type().load(saved, from.type().id().encodingVersion(), server.database(0).write(Bytes.of("loaded")));
            return true;
        });
        assertEquals("listpack", client.line("OBJECT ENCODING loaded"));
        assertEquals("[b, c, d]", client.line("LRANGE loaded 0 -1"));
    }

    /** A saved value as the words that were written. */
    private record Saved(Queue<Object> words) implements DataType.ValueWriter, DataType.ValueReader {
        @Override
        public void integer(long value) {
            words.add(value);
        }

        @Override
        public void bytes(Bytes value) {
            words.add(value.toArray());
        }

        @Override
        public void real(double value) {
            words.add(value);
        }

        @Override
        public long integer() {
            return (Long) words.remove();
        }

        @Override
        public Bytes bytes() {
            return Bytes.of((byte[]) words.remove());
        }

        @Override
        public double real() {
            return (Double) words.remove();
        }
    }

    @Test
    void countsEachElementAsAChange() {
        client.line("RPUSH k a b c d e f g");
        assertEquals("7", changes());
        client.line("LTRIM k 1 -2");
        assertEquals("9", changes());
        client.line("LTRIM k 0 -1");
        assertEquals("9", changes());
        client.line("LMOVE k l LEFT RIGHT");
        assertEquals("10", changes());
        client.line("LPOP k 10");
        assertEquals("14", changes());
        assertEquals("0", client.line("EXISTS k"));
    }

    private String changes() {
        return client.line("INFO persistence").lines().filter(l -> l.startsWith("rdb_changes_since_last_save:")).findFirst().orElse(":none")
                .split(":")[1].strip();
    }

    @Test
    void givesAllMemoryBackWhenListsAreDeleted() throws Exception {
        client.line("CONFIG SET list-max-listpack-size 16");
        client.line("RPUSH warm " + "x ".repeat(100).strip());
        client.line("DEL warm");
        long before = server.dataBytes();
        for (int i = 0; i < 20; i++) {
            client.line("RPUSH k" + i + " " + "element ".repeat(500).strip());
        }
        client.line("COPY k1 copy");
        client.line("RENAME k2 k3");
        client.line("SORT k4 ALPHA STORE k5");
        client.line("MOVE k6 1");
        client.line("SELECT 1");
        client.line("DEL k6");
        client.line("SELECT 0");
        for (int i = 0; i < 20; i++) {
            client.line("DEL k" + i);
        }
        client.line("DEL copy");
        long after = server.dataBytes();
        assertTrue(after <= before + 4096, () -> before + " bytes before, " + after + " after");
    }

    @ParameterizedTest
    @CsvSource({"-2,0", "4,0", "-1,1", "1,2", "128,1", "0,0", "16,3"})
    void doesTheSameAsAnArrayList(String size, String depth) {
        client.line("CONFIG SET list-max-listpack-size " + size + " list-compress-depth " + depth);
        Random random = new Random(size.hashCode());
        List<String> model = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            step(random, model, i);
            if (i % 50 == 0 || model.size() < 10) {
                assertEquals(model, split(client.line("LRANGE k 0 -1")));
            }
        }
        assertEquals(Integer.toString(model.size()), client.line("LLEN k"));
    }

    private static List<String> split(String array) {
        return array.equals("[]") ? List.of() : List.of(array.substring(1, array.length() - 1).split(", "));
    }

    private static String element(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> Integer.toString(random.nextInt(20) - 10);
            case 1 -> Long.toString(random.nextLong());
            case 2 -> random.nextInt(40) == 0 ? "long".repeat(random.nextInt(3000) + 1) : "e" + random.nextInt(5);
            default -> "element:" + random.nextInt(30);
        };
    }

    private void step(Random random, List<String> model, int i) {
        String e = element(random);
        int size = model.size();
        int at = size == 0 ? 0 : random.nextInt(size);
        boolean growing = i % 1000 < 600;
        switch (random.nextInt(growing ? 9 : 13)) {
            case 0, 1 -> {
                client.line("LPUSH k " + e);
                model.addFirst(e);
            }
            case 2, 3, 4 -> {
                client.line("RPUSH k " + e + " " + e);
                model.add(e);
                model.add(e);
            }
            case 5 -> set(at, e, model);
            case 6 -> insert(at, e, random.nextBoolean(), model);
            case 7 -> assertEquals(Integer.toString(model.indexOf(e)), client.line("LPOS k " + e).replace("nil", "-1"));
            case 8 -> {
                assertEquals(size == 0 ? "nil" : model.getLast(), client.line("LMOVE k k RIGHT LEFT"));
                if (size > 0) {
                    model.addFirst(model.removeLast());
                }
            }
            case 9 -> {
                boolean left = random.nextBoolean();
                assertEquals(size == 0 ? "nil" : left ? model.getFirst() : model.getLast(), client.line(left ? "LPOP k" : "RPOP k"));
                if (size > 0) {
                    model.remove(left ? 0 : size - 1);
                }
            }
            case 10 -> removeEqual(e, random.nextInt(5) - 2, model);
            case 11 -> {
                client.line("LTRIM k " + at / 8 + " " + (size - 1 - at / 7));
                List<String> kept = at / 8 <= size - 1 - at / 7 ? List.copyOf(model.subList(at / 8, size - at / 7)) : List.of();
                model.clear();
                model.addAll(kept);
            }
            default -> {
                int to = Math.min(size, at + 5);
                assertEquals(model.subList(at, to), split(client.line("LRANGE k " + at + " " + (at + 4))));
            }
        }
    }

    private void set(int at, String e, List<String> model) {
        if (!model.isEmpty()) {
            client.line("LSET k " + at + " " + e);
            model.set(at, e);
        }
    }

    private void insert(int at, String e, boolean after, List<String> model) {
        if (!model.isEmpty()) {
            int pivot = model.indexOf(model.get(at));
            client.line("LINSERT k " + (after ? "AFTER " : "BEFORE ") + model.get(at) + " " + e);
            model.add(after ? pivot + 1 : pivot, e);
        }
    }

    private void removeEqual(String e, int count, List<String> model) {
        int left = count == 0 ? Integer.MAX_VALUE : Math.abs(count);
        int removed = 0;
        if (count >= 0) {
            while (left-- > 0 && model.remove(e)) {
                removed++;
            }
        } else {
            for (int at = model.lastIndexOf(e); left-- > 0 && at >= 0; at = model.lastIndexOf(e)) {
                model.remove(at);
                removed++;
            }
        }
        assertEquals(Integer.toString(removed), client.line("LREM k " + count + " " + e));
    }

    @Test
    void takesTheErrorsOfRedis() {
        client.line("RPUSH k a");
        assertEquals("ERR index out of range", client.line("LSET k 1 x"));
        assertEquals("ERR no such key", client.line("LSET none 0 x"));
        assertEquals("ERR value is out of range, must be positive", client.line("LPOP k -1"));
        assertEquals("ERR value is out of range, must be positive", client.line("LPOP k x"));
        assertEquals("ERR wrong number of arguments for 'lpop' command", client.line("LPOP k 1 1"));
        assertEquals("ERR COUNT can't be negative", client.line("LPOS k a COUNT -1"));
        assertEquals("ERR MAXLEN can't be negative", client.line("LPOS k a MAXLEN -1"));
        assertEquals("ERR numkeys should be greater than 0", client.line("LMPOP 0 k LEFT"));
        assertEquals("ERR count should be greater than 0", client.line("LMPOP 1 k LEFT COUNT 0"));
        assertEquals("ERR syntax error", client.line("LMPOP 2 k LEFT"));
        assertEquals("ERR syntax error", client.line("LINSERT k BESIDE a x"));
        assertEquals("ERR timeout is negative", client.line("BLPOP k -1"));
        assertEquals("ERR timeout is not a float or out of range", client.line("BLPOP k soon"));
        assertEquals("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
                client.line("LREM k -9223372036854775808 a"));
    }

    @Test
    void tellsHowAQuicklistIsHeld() {
        client.line("CONFIG SET list-max-listpack-size 2 list-compress-depth 1");
        client.line("RPUSH k a b c d e");
        String told = client.line("DEBUG OBJECT k");
        assertTrue(told.contains(" ql_nodes:3 ql_avg_node:1.67 ql_listpack_max:2 ql_compressed:1 ql_uncompressed_size:"), told);
        assertFalse(client.line("DEBUG OBJECT k fast").contains("ql_uncompressed_size"));
        client.line("RPUSH l a");
        assertFalse(client.line("DEBUG OBJECT l").contains("ql_"));
    }

    @Test
    void keepsLargeElementsAlone() {
        client.line("DEBUG quicklist-packed-threshold 5b");
        client.line("CONFIG SET list-max-listpack-size 2");
        client.line("RPUSH k 1 22222222 3 44444444");
        client.line("LINSERT k BEFORE 3 666666");
        client.line("LSET k 0 7777777");
        client.line("LSET k 1 8");
        assertEquals("[7777777, 8, 666666, 3, 44444444]", client.line("LRANGE k 0 -1"));
    }
}
