package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One client looks at the others, holds them up and monitors them. */
@Timeout(300)
class ClientControlTest {
    private final SampleModule sample = new SampleModule();
    private TestServer server;
    private TestClient a;
    private TestClient b;

    @BeforeEach
    void start() {
        server = TestServer.with(sample).start();
        a = server.client();
        b = server.client();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void awaitBlocked(int clients) throws Exception {
        server.await(clients + " blocked clients", () -> server.server().blockedClients() == clients);
    }

    @Test
    void aPauseOfWritesHoldsUpWritesOnlyAndServesThemInTheirOrder() throws Exception {
        a.line("CLIENT PAUSE 100000 WRITE");
        b.send("BOX.PUT", "k", "1").send("BOX.GET", "k").send("BOX.PUT", "k", "3");
        awaitBlocked(1);
        TestClient c = server.client();
        c.send("BOX.PUT", "k", "2");
        awaitBlocked(2);
        assertEquals("nil", a.line("BOX.GET k"));
        assertTrue(a.line("BOX.PUT k").startsWith("ERR wrong number"));
        assertTrue(a.line("INFO clients").contains("blocked_clients:2\r\n"));
        assertEquals("OK", a.line("CLIENT UNPAUSE"));
        assertEquals("OK", b.receiveText());
        assertEquals("1", b.receiveText());
        assertEquals("OK", c.receiveText());
        assertEquals("OK", b.receiveText());
        awaitBlocked(0);
    }

    @Test
    void aPauseOfWritesHoldsUpTransactionsThatWrite() throws Exception {
        b.line("MULTI");
        b.line("BOX.PUT k 1");
        a.line("CLIENT PAUSE 100000 WRITE");
        b.send("EXEC");
        awaitBlocked(1);
        a.line("MULTI");
        a.line("BOX.GET k");
        assertEquals("[nil]", a.line("EXEC"));
        a.line("CLIENT UNPAUSE");
        assertEquals("[OK]", b.receiveText());
    }

    @Test
    void aPauseOfAllHoldsUpEveryCommandUntilItsTimeIsOver() throws Exception {
        a.line("CLIENT PAUSE 100000");
        a.send("PING");
        b.send("CLIENT", "UNPAUSE");
        awaitBlocked(2);
        server.advance(Duration.ofSeconds(50));
        assertEquals(2, server.onMain(() -> server.server().blockedClients()));
        server.advance(Duration.ofSeconds(60));
        assertEquals("PONG", a.receiveText());
        assertEquals("OK", b.receiveText());
    }

    @Test
    void ofTwoPausesTheLongerTimeAndTheStricterModeCount() throws Exception {
        a.send("CLIENT", "PAUSE", "100000", "ALL").send("PING");
        awaitBlocked(1);
        assertEquals("OK", a.receiveText());
        server.onMain(() -> {
            server.server().pause().begin(0, dev.cairn.core.server.ClientPause.Mode.WRITES);
            return true;
        });
        server.advance(Duration.ofSeconds(50));
        assertEquals(1, server.onMain(() -> server.server().blockedClients()));
        server.advance(Duration.ofSeconds(60));
        assertEquals("PONG", a.receiveText());
    }

    @Test
    void keysWhoseTimeIsOverAreHiddenAndKeptDuringAPause() throws Exception {
        a.line("BOX.PUT k v");
        a.line("PEXPIRE k 100000");
        a.line("CLIENT PAUSE 1000000 WRITE");
        server.advance(Duration.ofSeconds(200));
        assertEquals("nil", a.line("BOX.GET k"));
        assertEquals("1", a.line("DBSIZE"));
        assertTrue(a.line("INFO stats").contains("expired_keys:0\r\n"));
        a.line("CLIENT UNPAUSE");
        assertEquals("nil", a.line("BOX.GET k"));
        server.await("the key is deleted", () -> server.database(0).size() == 0);
    }

    @Test
    void aClientThatIsHeldUpMayLeave() throws Exception {
        a.line("CLIENT PAUSE 100000 WRITE");
        b.send("BOX.PUT", "k", "1");
        awaitBlocked(1);
        b.close();
        awaitBlocked(0);
        a.line("CLIENT UNPAUSE");
        assertEquals("nil", a.line("BOX.GET k"));
    }

    @Test
    void unblocksAClientAsIfItsTimeWasOverOrWithAnError() throws Exception {
        String id = b.line("CLIENT ID");
        assertEquals("0", a.line("CLIENT UNBLOCK " + id));
        b.send("BOX.TAKE", "k", "0");
        awaitBlocked(1);
        assertEquals("1", a.line("CLIENT UNBLOCK " + id));
        assertEquals("nil", b.receiveText());
        b.send("BOX.TAKE", "k", "0");
        awaitBlocked(1);
        assertEquals("1", a.line("CLIENT UNBLOCK " + id + " error"));
        assertEquals("UNBLOCKED client unblocked via CLIENT UNBLOCK", b.receiveText());
        assertEquals("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR", a.line("CLIENT UNBLOCK 1 maybe"));
        assertEquals("0", a.line("CLIENT UNBLOCK 9999"));
    }

    @Test
    void skipsTheReplyOfABlockingCommand() throws Exception {
        b.send("CLIENT", "REPLY", "SKIP").send("BOX.TAKE", "k", "0").send("ECHO", "after");
        awaitBlocked(1);
        a.line("BOX.PUT k v");
        assertEquals("after", b.receiveText());
        assertEquals("nil", a.line("BOX.GET k"));
    }

    @Test
    void closesClientsByNumberAgeUserAndType() throws Exception {
        String id = b.line("CLIENT ID");
        assertEquals("ERR client-id should be greater than 0", a.line("CLIENT KILL ID 0"));
        assertEquals("ERR maxage should be greater than 0", a.line("CLIENT KILL MAXAGE 0"));
        assertEquals("ERR No such user 'nobody'", a.line("CLIENT KILL USER nobody"));
        assertEquals("ERR syntax error", a.line("CLIENT KILL ID 10 ADDR"));
        assertEquals("0", a.line("CLIENT KILL ID " + id + " TYPE pubsub"));
        assertEquals("0", a.line("CLIENT KILL MAXAGE 100"));
        assertEquals("1", a.line("CLIENT KILL ID 777 " + id + " USER default"));
        assertEquals(0, b.receiveToEnd().length);
        server.client().line("PING");
        assertEquals("2", a.line("CLIENT KILL TYPE normal SKIPME no"));
    }

    @Test
    void showsTheModesOfAClient() {
        a.line("CLIENT NO-EVICT ON");
        a.line("CLIENT NO-TOUCH ON");
        a.line("CLIENT CAPA redirect other");
        String line = a.line("CLIENT INFO");
        assertTrue(line.contains(" flags=eT "), line);
        assertTrue(line.contains(" capa=r "), line);
        assertTrue(line.contains(" redir=-1 "), line);
        assertEquals("-1", a.line("CLIENT GETREDIR"));
        a.line("RESET");
        assertTrue(a.line("CLIENT INFO").contains(" flags=N "));
        assertEquals("ERR syntax error", a.line("CLIENT NO-EVICT perhaps"));
    }

    /** The seconds since a key was used, as the clock of the cron tells, once it has run. */
    private int idle(String key) throws Exception {
        long turns = server.onMain(() -> server.server().cronRuns());
        server.await("the cron has run", () -> server.server().cronRuns() > turns);
        return Integer.parseInt(b.line("OBJECT IDLETIME " + key));
    }

    @Test
    void commandsOfANoTouchClientLeaveTheAccessTimeAlone() throws Exception {
        a.line("BOX.PUT k v");
        server.advance(Duration.ofSeconds(1000));
        idle("k");
        a.line("CLIENT NO-TOUCH ON");
        a.line("BOX.GET k");
        assertTrue(idle("k") >= 900);
        a.line("TOUCH k");
        assertTrue(idle("k") < 500);
        server.advance(Duration.ofSeconds(1000));
        assertTrue(idle("k") >= 900);
        a.line("CLIENT NO-TOUCH OFF");
        a.line("BOX.GET k");
        assertTrue(idle("k") < 500);
    }

    private static String shown(TestClient monitor) {
        String line = monitor.receiveText();
        return line.substring(line.indexOf(']') + 2);
    }

    @Test
    void monitorsWhatIsExecutedWithoutSecretsAndAdministration() {
        assertEquals("OK", a.line("MONITOR"));
        b.line("ECHO x");
        String line = a.receiveText();
        assertTrue(line.matches("\\d+\\.\\d{6} \\[0 [^ ]+] \"ECHO\" \"x\""), line);
        b.raw("*2\r\n$4\r\necho\r\n$9\r\n\"\\\n\r\t\7\b\1\u00ff\r\n");
        b.receiveText();
        assertEquals("\"echo\" \"\\\"\\\\\\n\\r\\t\\a\\b\\x01\\xff\"", shown(a));
        b.line("AUTH me secret");
        assertEquals("\"AUTH\" \"(redacted)\" \"(redacted)\"", shown(a));
        b.line("CONFIG GET port");
        b.line("NOSUCH");
        b.line("MULTI");
        b.line("BOX.PUT k v");
        b.line("EXEC");
        assertEquals("\"MULTI\"", shown(a));
        assertEquals("\"BOX.PUT\" \"k\" \"v\"", shown(a));
        assertEquals("\"EXEC\"", shown(a));
    }

    @Test
    void aMonitorMayNotUseKeysAndIsOneNoMoreAfterReset() throws Exception {
        a.line("MONITOR");
        assertTrue(b.line("CLIENT LIST").contains(" flags=O "));
        assertEquals("ERR Replica can't interact with the keyspace", a.line("BOX.GET k"));
        assertEquals("RESET", a.line("RESET"));
        b.line("PING");
        assertEquals("nil", a.line("BOX.GET k"));
        assertFalse(server.onMain(() -> server.server().monitors().active()));
    }

    @Test
    void aMonitorSeesLargeArgumentsWhole() throws Exception {
        a.line("MONITOR");
        String large = "v".repeat(3 << 20);
        b.line("BOX.PUT k " + large);
        assertEquals("\"BOX.PUT\" \"k\" \"" + large + "\"", shown(a));
        b.line("DEL k");
        assertEquals("\"DEL\" \"k\"", shown(a));
    }
}
