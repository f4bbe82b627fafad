package dev.cairn.types.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.api.command.Value;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.testkit.Values;

/** Fields that expire, as a client sees them; the texts are those of Redis 8. */
class FieldExpiryTest {
    private final List<String> events = new ArrayList<>();
    private final TestServer server = TestServer.with(new HashModule(), new Events())
            .config("enable-debug-command yes", "hash-max-listpack-entries 64").start();
    private final TestClient client = server.client();

    private final class Events implements ServerModule {
        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("events", 1);
        }

        @Override
        public void configure(Registrar registrar) {
            registrar.onKeys(Set.of(KeyEventClass.HASH, KeyEventClass.GENERIC), (db, kind, event, key) -> events.add(event.text()));
        }
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private String list(String line) {
        Value reply = client.call(line.split(" "));
        return reply instanceof Value.Failure f ? f.text()
                : String.join(" ", Values.elements(reply).stream().map(v -> v instanceof Value.Nil ? "nil" : Values.text(v)).toList());
    }

    /** The same of seconds that go by while the test runs, rounded up to tens. */
    private String lives(String line) {
        return String.join(" ", Stream.of(list(line).split(" ")).map(Integer::valueOf).map(s -> s > 0 ? (s + 9) / 10 * 10 : s)
                .map(String::valueOf).toList());
    }

    private List<String> events() throws Exception {
        return server.onMain(() -> {
            List<String> copy = List.copyOf(events);
            events.clear();
            return copy;
        });
    }

    private void fill(int fields) {
        for (int i = 0; i < fields; i++) {
            client.line("HSET h f" + i + " v" + i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 200})
    void repliesACodeForEachField(int fields) throws Exception {
        fill(fields);
        events();
        assertEquals("1 1 -2", list("HEXPIRE h 100 FIELDS 3 f0 f1 none"));
        assertEquals("100 100 -1 -2", lives("HTTL h FIELDS 4 f0 f1 f2 none"));
        assertEquals("0 1 -2", list("HEXPIRE h 200 NX FIELDS 3 f0 f2 none"));
        assertEquals("1 1", list("HEXPIRE h 50 LT FIELDS 2 f0 f1"));
        assertEquals("0 1", list("HPEXPIRE h 100000 GT FIELDS 2 f2 f0"));
        assertEquals("1 1 -2", list("HPERSIST h FIELDS 3 f1 f2 none"));
        assertEquals("-1", list("HPERSIST h FIELDS 1 f1"));
        assertEquals("0", list("HEXPIRE h 50 XX FIELDS 1 f1"));
        assertEquals("0", list("HEXPIRE h 50 GT FIELDS 1 f1"));
        assertEquals("1", list("HEXPIRE h 50 LT FIELDS 1 f1"));
        assertEquals(List.of("hexpire", "hexpire", "hexpire", "hexpire", "hpersist", "hexpire"), events());
        assertEquals("2 -2", list("HEXPIRE h 0 FIELDS 2 f1 f1"));
        assertEquals(List.of("hdel"), events());
        assertEquals(Integer.toString(fields - 1), client.line("HLEN h"));
        assertEquals("-2 -2", list("HEXPIRE none 10 FIELDS 2 a b"));
        assertEquals("-2 -2", list("HPEXPIRETIME none FIELDS 2 a b"));
        assertEquals("-2 -2", list("HPERSIST none FIELDS 2 a b"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HEXPIRE h x FIELDS 1 f0|ERR value is not an integer or out of range
            HEXPIRE h -1 FIELDS 1 f0|ERR invalid expire time, must be >= 0
            HEXPIRE h 70368744178 FIELDS 1 f0|ERR invalid expire time in 'hexpire' command
            HPEXPIREAT h 70368744177664 FIELDS 1 f0|ERR invalid expire time in 'hpexpireat' command
            HEXPIRE h 1 FIELD 1 f0|ERR Mandatory argument FIELDS is missing or not at the right position
            HEXPIRE h 1 FIELDS 0 f0|ERR Parameter `numFields` should be greater than 0
            HEXPIRE h 1 FIELDS x f0|ERR Parameter `numFields` should be greater than 0
            HEXPIRE h 1 FIELDS 2 f0|ERR The `numfields` parameter must match the number of arguments
            HEXPIRE h 1 NX FIELDS 1|ERR Parameter `numFields` should be greater than 0
            HTTL h FIELDS 0 f0|ERR Number of fields must be a positive integer
            HTTL h FIELDS 2 f0|ERR The `numfields` parameter must match the number of arguments
            HPERSIST h XX 1 f0|ERR Mandatory argument FIELDS is missing or not at the right position
            HGETEX h EX x FIELDS 1 f0|ERR value is not an integer or out of range
            HGETEX h PERSIST 1 FIELDS 1 f0|ERR Mandatory argument FIELDS is missing or not at the right position
            HGETEX h PX -1 FIELDS 1 f0|ERR invalid expire time, must be >= 0
            HGETDEL h FIELDS 3 f0 f1|ERR The `numfields` parameter must match the number of arguments
            HSETEX h FNX FXX FIELDS 1 a b|ERR Only one of FXX or FNX arguments can be specified
            HSETEX h EX 1 KEEPTTL FIELDS 1 a b|ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified
            HSETEX h BOGUS FIELDS 1 a b|ERR unknown argument: BOGUS
            HSETEX h FIELDS 2 a b c|ERR wrong number of arguments for 'hsetex' command
            HSETEX h FIELDS 0 a b|ERR invalid number of fields
            """)
    void saysWhatIsWrongWithTheArguments(String command, String error) {
        fill(2);
        String reply = list(command);
        // NX without fields is a number of arguments that the arity allows
        assertEquals(command.equals("HEXPIRE h 1 NX FIELDS 1") ? "ERR The `numfields` parameter must match the number of arguments" : error,
                reply);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 200})
    void aFieldWhoseTimeIsOverIsNotThere(int fields) throws Exception {
        client.line("DEBUG SET-ACTIVE-EXPIRE 0");
        fill(fields);
        list("HPEXPIRE h 1000000 FIELDS 2 f0 f1");
        events();
        server.advance(Duration.ofSeconds(2000));
        assertEquals("-2 -2 -1", list("HPTTL h FIELDS 3 f0 f1 f2"));
        assertEquals(Integer.toString(fields), client.line("HLEN h"), "as in Redis, it is counted until it is deleted");
        assertEquals(2 * (fields - 2), Values.elements(client.call("HGETALL", "h")).size());
        assertEquals(fields - 2, Values.elements(client.call("HKEYS", "h")).size());
        assertEquals(fields - 2, Values.elements(client.call("HRANDFIELD", "h", "1000")).size());
        assertEquals(List.of(), events());
        assertEquals("nil v2", list("HMGET h f0 f2"));
        assertEquals(List.of("hexpired"), events());
        assertEquals(Integer.toString(fields - 1), client.line("HLEN h"));
        assertEquals("5", client.line("HINCRBY h f1 5"));
        assertEquals("-1", list("HTTL h FIELDS 1 f1"));
        assertTrue(client.line("INFO stats").contains("expired_subkeys:1\r\n"));
    }

    @Test
    void theKeyGoesWithTheLastFieldThatExpires() throws Exception {
        client.line("DEBUG SET-ACTIVE-EXPIRE 0");
        client.line("HSET h a 1");
        list("HPEXPIRE h 1000000 FIELDS 1 a");
        events();
        server.advance(Duration.ofSeconds(2000));
        assertEquals("0", client.line("HEXISTS h a"));
        assertEquals("0", client.line("EXISTS h"));
        assertEquals(List.of("hexpired", "del"), events());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 300})
    void theServerDeletesFieldsWhoseTimeIsOver(int fields) throws Exception {
        for (int key = 0; key < 50; key++) {
            for (int i = 0; i < fields; i++) {
                client.line("HSET h" + key + " f" + i + " v");
            }
            for (int i = 0; i < fields / 2; i++) {
                list("HPEXPIRE h" + key + " 1000000 FIELDS 1 f" + i);
            }
        }
        assertTrue(client.line("INFO keyspace").contains("subexpiry=50"));
        server.advance(Duration.ofSeconds(2000));
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (client.line("INFO keyspace").contains("subexpiry")) {
            assertTrue(System.nanoTime() < deadline, "still not: all fields are deleted");
            server.awaitTurn();
        }
        for (int key = 0; key < 50; key++) {
            assertEquals(Integer.toString(fields - fields / 2), client.line("HLEN h" + key));
        }
        assertTrue(client.line("INFO stats").contains("expired_subkeys:" + 50 * (fields / 2) + "\r\n"));
    }

    @Test
    void timesFollowAKeyToItsOtherNamesAndPlaces() throws Exception {
        client.line("HSET h a 1 b 2");
        list("HPEXPIRE h 1000000 FIELDS 1 a");
        client.line("RENAME h other");
        client.line("COPY other copied");
        client.line("MOVE other 1");
        server.advance(Duration.ofSeconds(2000));
        assertEquals("b", list("HKEYS copied"));
        client.line("SELECT 1");
        assertEquals("b", list("HKEYS other"));
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (client.line("INFO keyspace").contains("subexpiry")) {
            assertTrue(System.nanoTime() < deadline, "still not: the fields are deleted in both places");
            server.awaitTurn();
        }
    }

    @Test
    void settingAFieldTakesItsTimeAwayUnlessItIsToBeKept() {
        fill(3);
        list("HEXPIRE h 100 FIELDS 3 f0 f1 f2");
        client.line("HSET h f0 x");
        client.line("HSETEX h KEEPTTL FIELDS 1 f1 x");
        client.line("HINCRBYFLOAT h n 1");
        assertEquals("-1 100 100", lives("HTTL h FIELDS 3 f0 f1 f2"));
        assertEquals("1", client.line("HSETEX h EX 50 FIELDS 1 f1 y"));
        assertEquals("50", lives("HTTL h FIELDS 1 f1"));
    }

    @Test
    void hsetexSetsAllFieldsOrNone() throws Exception {
        client.line("HSET h a 1");
        events();
        assertEquals("0", client.line("HSETEX h FNX FIELDS 2 a 2 b 2"));
        assertEquals("0", client.line("HSETEX h FXX FIELDS 2 a 2 b 2"));
        assertEquals("0", client.line("HSETEX none FXX FIELDS 1 a 2"));
        assertEquals(List.of(), events());
        assertEquals("1", client.line("HSETEX h FNX EX 10 FIELDS 1 b 2"));
        assertEquals(List.of("hset", "hexpire"), events());
        assertEquals("1", client.line("HSETEX h FXX EXAT 1 FIELDS 2 a 2 b 2"));
        assertEquals(List.of("hset", "hdel", "del"), events());
        assertEquals("0", client.line("EXISTS h"));
    }

    @Test
    void hgetexRepliesTheValuesAndSetsTheTimes() throws Exception {
        client.line("HSET h a 1 b 2");
        events();
        assertEquals("1 nil", list("HGETEX h FIELDS 2 a x"));
        assertEquals(List.of(), events());
        assertEquals("1 nil", list("HGETEX h EX 100 FIELDS 2 a x"));
        assertEquals("100 -1", lives("HTTL h FIELDS 2 a b"));
        assertEquals("1 2", list("HGETEX h PERSIST FIELDS 2 a b"));
        assertEquals("-1 -1", list("HTTL h FIELDS 2 a b"));
        assertEquals("1 2", list("HGETEX h PXAT 1 FIELDS 2 a b"));
        assertEquals(List.of("hexpire", "hpersist", "hdel", "del"), events());
        assertEquals("nil", list("HGETEX h FIELDS 1 a"));
    }

    @Test
    void hgetdelRepliesTheValuesAndDeletesTheFields() throws Exception {
        client.line("HSET h a 1 b 2");
        events();
        assertEquals("1 nil nil", list("HGETDEL h FIELDS 3 a a x"));
        assertEquals("2", list("HGETDEL h FIELDS 1 b"));
        assertEquals(List.of("hdel", "hdel", "del"), events());
        assertEquals("nil", list("HGETDEL h FIELDS 1 b"));
    }
}
