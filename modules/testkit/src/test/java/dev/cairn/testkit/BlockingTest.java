package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.command.Ticket;
import dev.cairn.api.command.Value;

/** Clients that wait, by the SPI's means for it. */
@Timeout(300)
class BlockingTest {
    private final SampleModule sample = new SampleModule();
    private TestServer server;
    private TestClient a;
    private TestClient b;

    @BeforeEach
    void start() {
        server = TestServer.with(sample).expectFailures().start();
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
    void servesAClientWhenItsKeyIsPut() throws Exception {
        a.send("BOX.TAKE", "k", "0");
        awaitBlocked(1);
        assertTrue(b.line("CLIENT LIST").contains("flags=b"));
        assertEquals("OK", b.line("BOX.PUT other x"));
        assertEquals("OK", b.line("BOX.PUT k v"));
        assertEquals("v", a.receiveText());
        assertEquals("0", b.line("EXISTS k"));
        awaitBlocked(0);
        assertEquals(0, server.onMain(() -> server.server().blockingKeys()));
    }

    @Test
    void servesThoseWhoWaitedLongestFirst() throws Exception {
        a.send("BOX.TAKE", "k", "0");
        awaitBlocked(1);
        b.send("BOX.TAKE", "k", "0");
        awaitBlocked(2);
        try (TestClient c = server.client()) {
            c.line("BOX.PUT k 1");
            assertEquals("1", a.receiveText());
            awaitBlocked(1);
            c.line("BOX.PUT k 2");
            assertEquals("2", b.receiveText());
        }
    }

    @Test
    void timesOut() throws Exception {
        a.send("BOX.TAKE", "k", "100000");
        awaitBlocked(1);
        server.advance(Duration.ofSeconds(50));
        assertEquals(1, server.onMain(() -> server.server().blockedClients()));
        server.advance(Duration.ofSeconds(60));
        assertEquals("nil", a.receiveText());
        assertEquals("OK", b.line("BOX.PUT k v"));
        assertEquals("v", a.line("BOX.GET k"));
    }

    @Test
    void goesOnWithWhatTheClientHadSentMeanwhile() throws Exception {
        a.send("BOX.TAKE", "k", "0").send("PING").send("BOX.TAKE", "k", "0").send("PING", "again");
        awaitBlocked(1);
        b.line("BOX.PUT k 1");
        assertEquals("1", a.receiveText());
        assertEquals("PONG", a.receiveText());
        awaitBlocked(1);
        b.line("BOX.PUT k 2");
        assertEquals("2", a.receiveText());
        assertEquals("again", a.receiveText());
    }

    @Test
    void givesExactlyOneReplyWhenTheTimeIsOverAsTheKeyIsPut() {
        for (int i = 0; i < 300; i++) {
            a.send("BOX.TAKE", "k", "1").send("ECHO", "after");
            assertEquals("OK", b.line("BOX.PUT k " + i));
            String reply = a.receiveText();
            assertEquals("after", a.receiveText());
            assertEquals(reply.equals("nil") ? Integer.toString(i) : "nil", b.line("BOX.GET k"));
            b.line("DEL k");
        }
    }

    @Test
    void isWokenByATicketFromAnyThread() throws Exception {
        a.send("BOX.WAIT");
        awaitBlocked(1);
        Ticket ticket = sample.ticket;
        assertNotNull(ticket);
        assertTrue(ticket.waiting());
        Thread.ofPlatform().start(ticket::signal).join();
        assertEquals("signalled", a.receiveText());
        assertFalse(ticket.waiting());
    }

    @Test
    void theFirstCompletionOfATicketWins() throws Exception {
        a.send("BOX.WAIT").send("PING");
        awaitBlocked(1);
        Ticket ticket = sample.ticket;
        List<Thread> threads = List.of(1, 2, 3, 4).stream().map(i -> Thread.ofPlatform().start(() -> ticket.complete((call, out) -> {
            out.integer(i);
            return true;
        }))).toList();
        for (Thread t : threads) {
            t.join();
        }
        ticket.signal();
        assertTrue(a.receive() instanceof Value.Int);
        assertEquals("PONG", a.receiveText());
        server.awaitTurn();
        assertEquals("PONG", a.line("PING"));
    }

    @Test
    void repliesWithTheErrorThatAStepThrows() throws Exception {
        a.send("BOX.WAIT").send("PING");
        awaitBlocked(1);
        sample.ticket.complete((call, out) -> {
            out.array(2).integer(1);
            throw new IllegalStateException("no");
        });
        assertEquals("ERR internal error in command 'box.wait' of module 'sample': IllegalStateException", a.receiveText());
        assertEquals("PONG", a.receiveText());
    }

    @Test
    void tellsThatAWaitingClientHasGone() throws Exception {
        a.send("BOX.TAKE", "k", "0");
        awaitBlocked(1);
        a.close();
        awaitBlocked(0);
        assertEquals(1, sample.gone.get());
        b.line("BOX.PUT k v");
        assertEquals("v", b.line("BOX.GET k"));
    }

    @Test
    void tellsThatAWaitingClientWasKilled() throws Exception {
        a.send("BOX.WAIT");
        awaitBlocked(1);
        assertEquals("1", b.line("CLIENT KILL TYPE normal SKIPME yes"));
        assertEquals(0, a.receiveToEnd().length);
        assertEquals(1, sample.gone.get());
        sample.ticket.signal();
        server.awaitTurn();
        assertEquals(0, server.onMain(() -> server.server().blockedClients()));
    }

    @Test
    void doesNotBlockInsideATransaction() {
        a.line("MULTI");
        a.line("BOX.TAKE k 0");
        a.line("BOX.FAIL suspend");
        assertEquals("[nil, ERR internal error in command 'box.fail' of module 'sample': IllegalStateException]", a.line("EXEC"));
        assertEquals("PONG", a.line("PING"));
    }

    @Test
    void isServedAfterTheTransactionThatPutTheKey() throws Exception {
        a.send("BOX.TAKE", "k", "0");
        awaitBlocked(1);
        b.line("MULTI");
        b.line("BOX.PUT k 1");
        b.line("BOX.PUT k 2");
        assertEquals("[OK, OK]", b.line("EXEC"));
        assertEquals("2", a.receiveText());
        a.send("BOX.TAKE", "k", "0");
        awaitBlocked(1);
        b.line("MULTI");
        b.line("BOX.PUT k 3");
        b.line("DEL k");
        assertEquals("[OK, 1]", b.line("EXEC"));
        assertEquals("PONG", b.line("PING"));
        assertEquals(1, server.onMain(() -> server.server().blockedClients()));
    }

    @Test
    void isServedWhenTheDatabaseIsSwappedIn() throws Exception {
        a.send("BOX.TAKE", "k", "0");
        awaitBlocked(1);
        b.line("SELECT 1");
        b.line("BOX.PUT k v");
        assertEquals(1, server.onMain(() -> server.server().blockedClients()));
        assertEquals("OK", b.line("SWAPDB 0 1"));
        assertEquals("v", a.receiveText());
    }

    @Test
    void isServedWhenItsKeyComesByRename() throws Exception {
        a.send("BOX.TAKE", "k", "0");
        awaitBlocked(1);
        b.line("BOX.PUT other v");
        assertEquals("OK", b.line("RENAME other k"));
        assertEquals("v", a.receiveText());
    }

    @Test
    void servesTheKeysOfATransactionInTheOrderInWhichTheyBecameReady() throws Exception {
        a.send("BOX.TAKE", "k1", "0");
        awaitBlocked(1);
        b.send("BOX.TAKE", "k2", "0");
        awaitBlocked(2);
        try (TestClient c = server.client()) {
            c.line("MULTI");
            c.line("BOX.PUT k2 2");
            c.line("BOX.PUT k1 1");
            c.line("BOX.PUT k2 3");
            assertEquals("[OK, OK, OK]", c.line("EXEC"));
        }
        assertEquals("1", a.receiveText());
        assertEquals("3", b.receiveText());
    }

    @Test
    void countsACommandThatWaitedWhenItIsServed() throws Exception {
        a.send("BOX.TAKE", "k", "0");
        awaitBlocked(1);
        assertFalse(b.line("INFO commandstats").contains("cmdstat_box.take"));
        b.line("BOX.PUT k v");
        assertEquals("v", a.receiveText());
        assertTrue(b.line("INFO commandstats").contains("cmdstat_box.take:calls=1,"));
    }

    @Test
    void dropsTheReplyThatAClientDidNotWantToHave() throws Exception {
        a.send("CLIENT", "REPLY", "SKIP").send("BOX.TAKE", "k", "0").send("PING");
        awaitBlocked(1);
        b.line("BOX.PUT k v");
        assertEquals("PONG", a.receiveText());
    }

    @Test
    void hearsThatAnErrorOfAnotherClientHasEndedTheWait() throws Exception {
        String id = a.line("CLIENT ID");
        a.send("BOX.TAKE", "k", "100000");
        awaitBlocked(1);
        assertEquals("1", b.line("CLIENT UNBLOCK " + id + " ERROR"));
        assertEquals("UNBLOCKED client unblocked via CLIENT UNBLOCK", a.receiveText());
        assertEquals(1, sample.gone.get());
    }

    @Test
    void shutsDownWhileClientsWait() throws Exception {
        a.send("BOX.TAKE", "k", "100000");
        b.send("BOX.WAIT");
        awaitBlocked(2);
        server.close();
        assertEquals(2, sample.gone.get());
    }
}
