package dev.cairn.types.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.cairn.testkit.RecordingLog;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

/** What hashes have logged: commands that do the same whenever they are repeated. */
class LoggedHashesTest {
    private final RecordingLog log = new RecordingLog();
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void start() {
        server = TestServer.with(new HashModule(), log).config("enable-debug-command yes").start();
        client = server.client();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private List<String> logged(String line) throws Exception {
        return log.of(server, client, line.split(" "));
    }

    @Test
    void aWriteIsLoggedWithItsWordsAndAReadNotAtAll() throws Exception {
        assertEquals(List.of("HSET h a 1 b 2"), logged("HSET h a 1 b 2"));
        assertEquals(List.of("HINCRBY h a 5"), logged("HINCRBY h a 5"));
        assertEquals(List.of("HDEL h b x"), logged("HDEL h b x"));
        assertEquals(List.of(), logged("HDEL h x"));
        assertEquals(List.of(), logged("HSETNX h a 1"));
        assertEquals(List.of(), logged("HGETALL h"));
        assertEquals(List.of(), logged("HRANDFIELD h 3"));
        assertEquals(List.of(), logged("HGETEX h FIELDS 1 a"));
        assertEquals(List.of(), logged("HPERSIST h FIELDS 1 a"));
    }

    @Test
    void timesAreLoggedAsMomentsOfTheFieldsThatGotThem() throws Exception {
        logged("HSET h a 1 b 2");
        String expire = logged("HEXPIRE h 100 FIELDS 2 a none").getFirst();
        assertTrue(expire.matches("HPEXPIREAT h \\d{13} FIELDS 1 a"), expire);
        assertEquals(List.of(), logged("HEXPIRE h 100 NX FIELDS 1 a"));
        assertEquals(List.of("HPEXPIREAT h 4000000000000 FIELDS 1 b"), logged("HGETEX h EXAT 4000000000 FIELDS 1 b"));
        assertEquals(List.of("HPERSIST h FIELDS 1 b"), logged("HGETEX h PERSIST FIELDS 1 b"));
        assertEquals(List.of("HSETEX h PXAT 4000000000000 FIELDS 1 c 3"), logged("HSETEX h FNX PXAT 4000000000000 FIELDS 1 c 3"));
        assertEquals(List.of("HSETEX h KEEPTTL FIELDS 1 c 4"), logged("HSETEX h KEEPTTL FIELDS 1 c 4"));
        assertEquals(List.of("HSET h c 4"), logged("HSETEX h FXX FIELDS 1 c 4"));
        assertEquals(List.of("HSETEX h KEEPTTL FIELDS 1 a 1.5"), logged("HINCRBYFLOAT h a 0.5"));
        assertEquals(List.of("HDEL h c"), logged("HPEXPIREAT h 1 FIELDS 1 c"));
        assertEquals(List.of("HDEL h b"), logged("HGETDEL h FIELDS 2 b none"));
        assertEquals(List.of("HSET h n 2.5"), logged("HINCRBYFLOAT other n 2.5").stream().map(l -> l.replace("other", "h")).toList());
    }

    @Test
    void whatExpiresIsLoggedAsDeleted() throws Exception {
        logged("DEBUG SET-ACTIVE-EXPIRE 0");
        logged("HSET h a 1 b 2 c 3 d 4");
        logged("HPEXPIRE h 100000 FIELDS 3 a b c");
        server.advance(Duration.ofSeconds(200));
        assertEquals(List.of("HDEL h a"), logged("HGET h a"));
        assertEquals(List.of("HSET h b 5"), logged("HINCRBY h b 5"));
        assertEquals(List.of("HSET h c 7"), logged("HSETNX h c 7"));
        logged("HPEXPIRE h 100000 FIELDS 2 b c");
        server.advance(Duration.ofSeconds(200));
        log.take();
        client.line("DEBUG SET-ACTIVE-EXPIRE 1");
        List<String> expired = new java.util.ArrayList<>();
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (expired.isEmpty()) {
            assertTrue(System.nanoTime() < deadline, "still not: the fields are deleted");
            server.awaitTurn();
            expired.addAll(log.take());
        }
        assertTrue(expired.equals(List.of("HDEL h b c")) || expired.equals(List.of("HDEL h c b")), expired.toString());
    }
}
