package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.command.Value;
import dev.cairn.structures.Pages;

/** The keyspace through the wire: expiry, iteration, exchange, memory. */
@Timeout(300)
class KeyspaceTest {
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void start() {
        server = TestServer.with(new SampleModule()).config("enable-debug-command yes", "hz 100").start();
        client = server.client();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void put(String prefix, int from, int to) throws Exception {
        server.onMain(() -> {
            Keyspace keyspace = server.database(0);
            Bytes value = Bytes.of("a value of some bytes");
            for (int i = from; i < to; i++) {
                int mark = server.server().databases().slotMark();
                keyspace.write(Bytes.of(prefix + i)).put(SampleModule.TYPE, 0, value);
                server.server().databases().releaseSlots(mark);
            }
            return true;
        });
    }

    private void delete(String prefix, int from, int to) throws Exception {
        server.onMain(() -> {
            for (int i = from; i < to; i++) {
                int mark = server.server().databases().slotMark();
                server.database(0).delete(Bytes.of(prefix + i), false);
                server.server().databases().releaseSlots(mark);
            }
            return true;
        });
    }

    @Test
    void expiresAKeyWhenItIsAskedFor() throws Exception {
        client.line("DEBUG SET-ACTIVE-EXPIRE 0");
        client.line("BOX.PUT k v");
        assertEquals("1", client.line("PEXPIRE k 100000"));
        server.advance(Duration.ofSeconds(50));
        assertEquals("v", client.line("BOX.GET k"));
        server.advance(Duration.ofSeconds(60));
        assertEquals("1", client.line("DBSIZE"));
        assertEquals("nil", client.line("BOX.GET k"));
        assertEquals("0", client.line("DBSIZE"));
        assertTrue(client.line("INFO stats").contains("expired_keys:1\r\n"));
    }

    @Test
    void expiresKeysThatNobodyAsksFor() throws Exception {
        put("k", 0, 5000);
        server.onMain(() -> {
            long now = server.server().databases().now();
            for (int i = 0; i < 5000; i += 2) {
                int mark = server.server().databases().slotMark();
                server.database(0).write(Bytes.of("k" + i)).expireAt(now + 60_000);
                server.server().databases().releaseSlots(mark);
            }
            return true;
        });
        assertEquals("5000", client.line("DBSIZE"));
        server.advance(Duration.ofSeconds(61));
        server.await("half of the keys are gone", () -> server.database(0).size() == 2500);
        assertEquals("a value of some bytes", client.line("BOX.GET k1"));
        assertTrue(client.line("INFO stats").contains("expired_keys:2500\r\n"));
        assertTrue(client.line("INFO keyspace").contains("db0:keys=2500,expires=0,"), () -> client.line("INFO keyspace"));
    }

    @Test
    void seesOneMomentInATransaction() throws Exception {
        client.line("BOX.PUT k v");
        client.line("PEXPIRE k 1");
        server.advance(Duration.ofMillis(10));
        client.line("MULTI");
        client.line("EXISTS k");
        client.line("BOX.GET k");
        assertEquals("[0, nil]", client.line("EXEC"));
    }

    /** Iterates while {@code between} changes the keyspace, and returns the numbers of the stable keys that were seen. */
    private BitSet scan(Runnable between) {
        BitSet seen = new BitSet();
        String cursor = "0";
        int calls = 0;
        do {
            List<Value> reply = Values.elements(client.call("SCAN", cursor, "COUNT", "2000"));
            cursor = Values.text(reply.get(0));
            for (Value key : Values.elements(reply.get(1))) {
                String name = Values.text(key);
                if (name.startsWith("stable:")) {
                    seen.set(Integer.parseInt(name.substring(7)));
                }
            }
            between.run();
            assertTrue(++calls < 100_000, "the iteration does not end");
        } while (!cursor.equals("0"));
        return seen;
    }

    @Test
    void scanSeesEveryKeyThatStaysWhileTheTableGrowsAndShrinks() throws Exception {
        int stable = 100_000;
        put("stable:", 0, stable);
        int[] state = {0, 0};
        BitSet grown = scan(() -> run(() -> {
            if (state[0] < 200_000) {
                put("new:", state[0], state[0] + 5000);
                state[0] += 5000;
            }
        }));
        assertEquals(stable, grown.cardinality());
        put("new:", 0, 400_000);
        BitSet shrunk = scan(() -> run(() -> {
            if (state[1] < 400_000) {
                delete("new:", state[1], state[1] + 20_000);
                state[1] += 20_000;
            }
        }));
        assertEquals(stable, shrunk.cardinality());
        assertEquals(stable, scan(() -> {
        }).cardinality());
    }

    private interface Change {
        void run() throws Exception;
    }

    private static void run(Change change) {
        try {
            change.run();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void exchangesDatabasesForEveryClient() {
        try (TestClient other = server.client()) {
            other.line("SELECT 1");
            client.line("BOX.PUT k zero");
            other.line("BOX.PUT k one");
            client.line("WATCH k");
            assertEquals("OK", other.line("SWAPDB 0 1"));
            assertEquals("one", client.line("BOX.GET k"));
            assertEquals("zero", other.line("BOX.GET k"));
            client.line("MULTI");
            client.line("PING");
            assertEquals("nil", client.line("EXEC"));
            assertEquals("ERR DB index is out of range", client.line("SWAPDB 0 16"));
            assertEquals("ERR invalid first DB index", client.line("SWAPDB a 1"));
        }
    }

    @Test
    void emptiesOneDatabaseOrAll() {
        client.line("BOX.PUT a 1");
        client.line("SELECT 1");
        client.line("BOX.PUT b 1");
        client.line("WATCH b");
        assertEquals("OK", client.line("FLUSHDB"));
        client.line("MULTI");
        assertEquals("nil", client.line("EXEC"));
        assertEquals("0", client.line("DBSIZE"));
        client.line("SELECT 0");
        assertEquals("1", client.line("DBSIZE"));
        assertEquals("OK", client.line("FLUSHALL ASYNC"));
        assertEquals("0", client.line("DBSIZE"));
    }

    @Test
    void givesTheMemoryOfAFlushedDatabaseBack() throws Exception {
        client.line("PING");
        long mapped = Pages.mappedBytes();
        long used = server.onMain(() -> server.server().usedMemory());
        put("k", 0, 200_000);
        assertTrue(Pages.mappedBytes() - mapped > 10 << 20);
        assertTrue(server.onMain(() -> server.server().usedMemory()) - used > 10 << 20);
        client.line("FLUSHALL");
        assertTrue(server.onMain(() -> server.server().usedMemory()) - used < 64 << 10);
        server.await("the memory is given back", () -> Pages.mappedBytes() - mapped < 4 << 20);
    }

    @Test
    void shrinksWithItsKeys() throws Exception {
        client.line("PING");
        long used = server.onMain(() -> server.server().usedMemory());
        put("k", 0, 100_000);
        delete("k", 0, 99_990);
        server.await("the index has shrunk", () -> server.server().usedMemory() - used < 256 << 10);
        assertEquals("10", client.line("DBSIZE"));
        assertEquals(10, Values.elements(client.call("KEYS", "*")).size());
    }

    @Test
    void keepsEncodingsAndExpiryOverRenameCopyAndMove() {
        List<String> replies = new ArrayList<>();
        for (String line : List.of("BOX.PUT k v", "EXPIREAT k 9999999999", "RENAME k l", "EXPIRETIME l", "COPY l m", "EXPIRETIME m",
                "MOVE m 1", "SELECT 1",
                "BOX.GET m", "EXPIRETIME m", "COPY m m DB 0", "SELECT 0", "EXPIRETIME m", "PERSIST m", "TTL m", "TYPE m")) {
            replies.add(client.line(line));
        }
        assertEquals(List.of("OK", "1", "OK", "9999999999", "1", "9999999999", "1", "OK", "v", "9999999999", "1", "OK", "9999999999", "1",
                "-1", "box"), replies);
    }
}
