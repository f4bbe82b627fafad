package dev.cairn.types.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.api.command.Value;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.testkit.Values;

class HashCommandsTest {
    private final HashModule module = new HashModule();
    private final TestServer server = TestServer.with(module).config("hash-max-listpack-entries 128").start();
    private final TestClient client = server.client();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private void fill(int from, int to) {
        for (int i = from; i < to; i++) {
            client.send("HSET", "h", "field:" + i, "value:" + i);
        }
        for (int i = from; i < to; i++) {
            assertEquals("1", client.receiveText());
        }
    }

    @Test
    void stopsDrawingFieldsWhenTheClientIsOverItsLimit() {
        client.call("CONFIG", "SET", "client-output-buffer-limit", "normal 200000 0 0");
        for (int fields : new int[]{1, 200}) {
            fill(0, fields);
            TestClient greedy = server.client(3);
            greedy.send("HRANDFIELD", "h", "-2000000000", "WITHVALUES");
            assertEquals(0, greedy.receiveToEnd().length);
            client.line("DEL h");
        }
    }

    @Test
    void becomesATableByTheNumberOfFieldsOrTheirLength() {
        fill(0, 128);
        assertEquals("listpack", client.line("OBJECT ENCODING h"));
        fill(128, 129);
        assertEquals("hashtable", client.line("OBJECT ENCODING h"));
        client.call("HSET", "k", "f", "x".repeat(64));
        assertEquals("listpack", client.line("OBJECT ENCODING k"));
        client.call("HSET", "k", "x".repeat(65), "v");
        assertEquals("hashtable", client.line("OBJECT ENCODING k"));
        client.line("HSET t f v");
        client.line("HPEXPIREAT t 4000000000000 FIELDS 1 f");
        assertEquals("listpackex", client.line("OBJECT ENCODING t"));
        client.line("HSET o a 1 b 2 c 3");
        client.line("CONFIG SET hash-max-ziplist-entries 2");
        client.line("HSET o a 4");
        assertEquals("hashtable", client.line("OBJECT ENCODING o"));
        client.line("HSET t f v g v h v");
        assertEquals("hashtable", client.line("OBJECT ENCODING t"));
        assertEquals("0", client.line("HSET t f v"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void scanSeesWhatIsThereAllTheTimeWhileTheTableChanges(boolean grow) {
        Random random = new Random(5);
        int kept = 1000;
        fill(0, grow ? kept : 20_000);
        int next = grow ? kept : 20_000;
        Set<String> seen = new HashSet<>();
        String cursor = "0";
        do {
            List<Value> reply = Values.elements(client.call("HSCAN", "h", cursor, "COUNT", "7", "NOVALUES"));
            cursor = Values.text(reply.get(0));
            Values.elements(reply.get(1)).forEach(f -> seen.add(Values.text(f)));
            int changes = random.nextInt(100);
            for (int i = 0; i < changes && (grow ? next < 30_000 : next > kept); i++) {
                if (grow) {
                    client.call("HSET", "h", "field:" + next++, "v");
                } else {
                    client.call("HDEL", "h", "field:" + --next);
                }
            }
        } while (!cursor.equals("0"));
        for (int i = 0; i < kept; i++) {
            assertTrue(seen.contains("field:" + i), "field:" + i);
        }
    }

    @ParameterizedTest
    @CsvSource({"50,-1,2000", "200,-1,2000", "50,10,2000", "200,20,2000", "200,150,300"})
    void randomFieldsAreDrawnEvenly(int fields, int count, int rounds) {
        fill(0, fields);
        Map<String, Integer> hits = new HashMap<>();
        int drawn = 0;
        for (int i = 0; i < rounds; i++) {
            Set<String> different = new HashSet<>();
            for (Value v : Values.elements(client.call("HRANDFIELD", "h", Integer.toString(count < 0 ? -20 : count)))) {
                hits.merge(Values.text(v), 1, Integer::sum);
                different.add(Values.text(v));
                drawn++;
            }
            if (count > 0) {
                assertEquals(count, different.size());
            }
        }
        double expected = (double) drawn / fields;
        double chiSquare = 0;
        for (int i = 0; i < fields; i++) {
            double d = hits.getOrDefault("field:" + i, 0) - expected;
            chiSquare += d * d / expected;
        }
        // the mean is the number of fields, the deviation the root of twice that: eight deviations never happen by chance
        assertTrue(chiSquare < fields + 8 * Math.sqrt(2.0 * fields), "chi-square " + chiSquare + " for " + fields + " fields");
    }

    @Test
    void deletingWhatGrewLargeGivesItsMemoryBack() throws Exception {
        long before = server.onMain(() -> server.database(0).store(module.type()).usedBytes());
        for (int i = 0; i < 120; i++) {
            client.call("HSET", "h", "field:" + i, "x".repeat(60_000));
        }
        fill(1000, 5000);
        assertTrue(server.onMain(() -> server.database(0).store(module.type()).usedBytes()) > 7_000_000);
        assertEquals("1", client.line("COPY h copied"));
        assertEquals("4120", client.line("HLEN copied"));
        assertEquals("1", client.line("DEL h"));
        assertEquals("value:1000", client.line("HGET copied field:1000"));
        assertEquals("1", client.line("DEL copied"));
        assertEquals(before, server.onMain(() -> server.database(0).store(module.type()).usedBytes()));
    }

    @Test
    void countsAChangeForEachField() {
        long before = changes();
        client.line("HSET h a 1 b 2 c 3");
        client.line("HDEL h a b x");
        client.line("HINCRBY h c 1");
        client.line("HSETNX h c 1");
        client.line("HDEL h c");
        assertEquals(before + 3 + 2 + 1 + 1, changes());
    }

    private long changes() {
        return client.line("INFO persistence").lines().filter(l -> l.startsWith("rdb_changes_since_last_save:"))
                .mapToLong(l -> Long.parseLong(l.substring(l.indexOf(':') + 1).trim())).findFirst().orElseThrow();
    }
}
