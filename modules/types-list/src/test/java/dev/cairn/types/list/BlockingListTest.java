package dev.cairn.types.list;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.string.StringModule;

@Timeout(300)
class BlockingListTest {
    private TestServer server;
    private TestClient a;
    private TestClient b;
    private TestClient c;

    @BeforeEach
    void start() {
        server = TestServer.with(new ListModule(), new StringModule()).start();
        a = server.client();
        b = server.client();
        c = server.client();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void block(TestClient client, int clients, String... words) throws Exception {
        client.send(words);
        server.awaitBlocked(clients);
    }

    @Test
    void isServedInTheOrderOfItsArguments() throws Exception {
        block(a, 1, "BLPOP", "k1", "k2", "0");
        c.line("MULTI");
        c.line("RPUSH k2 2");
        c.line("RPUSH k1 1");
        c.line("EXEC");
        assertEquals("[k1, 1]", a.receiveText());
        assertEquals("[2]", c.line("LRANGE k2 0 -1"));
    }

    @Test
    void servesThoseWhoWaitedLongestFirst() throws Exception {
        block(a, 1, "BLPOP", "k", "0");
        block(b, 2, "BRPOP", "k", "0");
        assertEquals("3", c.line("RPUSH k 1 2 3"));
        assertEquals("[k, 1]", a.receiveText());
        assertEquals("[k, 3]", b.receiveText());
        assertEquals("[2]", c.line("LRANGE k 0 -1"));
    }

    @Test
    void waitsForAListAndNotForAKeyOfAnotherType() throws Exception {
        block(a, 1, "BLPOP", "k", "0");
        c.line("SET k v");
        c.line("DEL k");
        c.line("MULTI");
        c.line("RPUSH k 1");
        c.line("DEL k");
        c.line("SET k v");
        c.line("EXEC");
        server.awaitBlocked(1);
        c.line("RPUSH other x");
        c.line("RENAME other k");
        assertEquals("[k, x]", a.receiveText());
    }

    @Test
    void isServedByCopySortAndMove() throws Exception {
        c.line("RPUSH source 2 1");
        block(a, 1, "BLPOP", "k", "0");
        c.line("COPY source k");
        assertEquals("[k, 2]", a.receiveText());
        c.line("DEL k");
        block(a, 1, "BLPOP", "k", "0");
        c.line("SORT source STORE k");
        assertEquals("[k, 1]", a.receiveText());
        a.line("SELECT 1");
        block(a, 1, "BRPOP", "source", "0");
        c.line("MOVE source 1");
        assertEquals("[source, 1]", a.receiveText());
    }

    @Test
    void movesInChainsAndCircles() throws Exception {
        block(a, 1, "BLMOVE", "l1", "l2", "LEFT", "RIGHT", "0");
        block(b, 2, "BRPOPLPUSH", "l2", "l3", "0");
        c.line("RPUSH l1 x");
        assertEquals("x", a.receiveText());
        assertEquals("x", b.receiveText());
        assertEquals("[x]", c.line("LRANGE l3 0 -1"));
        block(a, 1, "BRPOPLPUSH", "c1", "c2", "0");
        block(b, 2, "BRPOPLPUSH", "c2", "c1", "0");
        c.line("RPUSH c1 y");
        assertEquals("y", a.receiveText());
        assertEquals("y", b.receiveText());
        assertEquals("[y]", c.line("LRANGE c1 0 -1"));
        block(a, 1, "BRPOPLPUSH", "self", "self", "0");
        c.line("RPUSH self z");
        assertEquals("z", a.receiveText());
        assertEquals("[z]", c.line("LRANGE self 0 -1"));
    }

    @Test
    void leavesTheElementForTheNextWhenTheTargetIsNoList() throws Exception {
        c.line("SET target v");
        block(a, 1, "BLMOVE", "k", "target", "LEFT", "RIGHT", "0");
        block(b, 2, "BLPOP", "k", "0");
        c.line("RPUSH k x");
        assertEquals("WRONGTYPE Operation against a key holding the wrong kind of value", a.receiveText());
        assertEquals("[k, x]", b.receiveText());
    }

    @Test
    void popsManyForTheFirstAndLeavesTheRest() throws Exception {
        block(a, 1, "BLMPOP", "0", "2", "j", "k", "RIGHT", "COUNT", "2");
        c.line("RPUSH k 1 2 3");
        assertEquals("[k, [3, 2]]", a.receiveText());
        assertEquals("[1]", c.line("LRANGE k 0 -1"));
    }

    @Test
    void timesOut() throws Exception {
        block(a, 1, "BLPOP", "k", "99.5");
        block(b, 2, "BLMOVE", "k", "l", "LEFT", "LEFT", "1000");
        server.advance(Duration.ofSeconds(100));
        assertEquals("nil", a.receiveText());
        server.awaitBlocked(1);
        server.advance(Duration.ofSeconds(1000));
        assertEquals("nil", b.receiveText());
    }

    @Test
    void doesNotWaitInATransaction() {
        a.line("MULTI");
        a.line("BLPOP k 0");
        a.line("BLMOVE k l LEFT LEFT 0");
        a.line("BLMPOP 0 1 k LEFT");
        a.line("RPUSH k 1");
        a.line("BLPOP k 0");
        assertEquals("[nil, nil, nil, 1, [k, 1]]", a.line("EXEC"));
    }

    @Test
    void isNotServedByWhatIsGoneAfterTheTransaction() throws Exception {
        block(a, 1, "BLPOP", "k", "0");
        c.line("MULTI");
        c.line("RPUSH k 1");
        c.line("LPOP k");
        c.line("EXEC");
        server.awaitBlocked(1);
        assertEquals("1", c.line("LPUSH k 2"));
        assertEquals("[k, 2]", a.receiveText());
    }
}
