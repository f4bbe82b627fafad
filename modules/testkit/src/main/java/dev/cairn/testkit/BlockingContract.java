package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import dev.cairn.api.command.Value;

/**
 * What every command that lets its client wait keeps: however the wait ends, and whatever happens at the same moment, the client gets
 * exactly one reply, and nothing of it is left in the server.
 */
public abstract class BlockingContract extends Contract {
    private static final int RACES = 100;

    /** What a wait may do differently; each is an explicit exception from the contract, and what it does instead is tested. */
    public enum Leeway {
        /** One command serves all who wait, not only the one who has waited longest. */
        SERVES_ALL
    }

    /**
     * A command that waits, and what ends its wait.
     *
     * @param command the command without an end in time
     * @param before the commands to execute before, on an empty database
     * @param serving a command of another client that ends the wait of one client
     * @param served the reply then, as a text; {@code *} for any
     * @param timed the command with an end in time
     * @param timeout after what time it ends
     * @param timedOut the reply then, as a text
     * @param leeways what it may do differently
     */
    public record Wait(List<String> command, List<List<String>> before, List<String> serving, String served, List<String> timed,
            Duration timeout, String timedOut, Set<Leeway> leeways) {
        /** A wait for ever, its words between single spaces. */
        public static Wait of(String line) {
            return new Wait(words(line), List.of(), List.of(), "*", List.of(), Duration.ZERO, "nil", Set.of());
        }

        private static List<String> words(String line) {
            return List.of(line.split(" "));
        }

        /** This wait after other commands, each a line. */
        public Wait after(String... lines) {
            return new Wait(command, Stream.of(lines).map(Wait::words).toList(), serving, served, timed, timeout, timedOut, leeways);
        }

        /** This wait, ended by a command of another client with a reply as {@link Values#text} writes it; {@code *} for any. */
        public Wait servedBy(String line, String reply) {
            return new Wait(command, before, words(line), reply, timed, timeout, timedOut, leeways);
        }

        /** This wait, in its form that ends after a time with a reply as {@link Values#text} writes it. */
        public Wait timed(String line, Duration after, String reply) {
            return new Wait(command, before, serving, served, words(line), after, reply, leeways);
        }

        /** This wait with exceptions from the contract. */
        public Wait but(Leeway... more) {
            return new Wait(command, before, serving, served, timed, timeout, timedOut, Set.of(more));
        }

        @Override
        public String toString() {
            return String.join(" ", command);
        }
    }

    /** For subclasses. */
    protected BlockingContract() {
    }

    /** Waits of all commands that let their client wait: each with {@link Wait#servedBy} and {@link Wait#timed}. */
    protected abstract List<Wait> waits();

    @Test
    void saysHowEachWaitEnds() {
        assertFalse(waits().isEmpty(), "no waits");
        for (Wait wait : waits()) {
            assertFalse(wait.serving().isEmpty(), () -> wait + ": served by what?");
            assertFalse(wait.timed().isEmpty() || !wait.timeout().isPositive(), () -> wait + ": with what timeout?");
        }
    }

    @TestFactory
    Stream<DynamicTest> isServedWithOneReply() {
        return each((server, wait, a, b) -> {
            waitWith(server, a, wait.command(), 1);
            call(b, wait.serving());
            checkServed(wait, a);
            assertEquals("PONG", a.line("PING"));
            checkNobodyWaits(server, b);
        });
    }

    @TestFactory
    Stream<DynamicTest> endsAfterItsTimeAndNotBefore() {
        return each((server, wait, a, b) -> {
            waitWith(server, a, wait.timed(), 1);
            server.advance(wait.timeout().dividedBy(2));
            assertEquals(1, server.onMain(() -> server.server().blockedClients()), "it ended too early");
            server.advance(wait.timeout());
            assertEquals(wait.timedOut(), a.receiveText());
            assertEquals("PONG", a.line("PING"));
            checkNobodyWaits(server, b);
        });
    }

    @TestFactory
    Stream<DynamicTest> givesOneReplyWhenItIsServedAsItsTimeIsOver() {
        return each((server, wait, a, b) -> {
            for (int i = 0; i < RACES; i++) {
                prepare(b, wait);
                waitWith(server, a, wait.timed(), 1);
                a.send("ECHO", "after");
                b.send(wait.serving().toArray(String[]::new));
                server.advance(wait.timeout().plusMillis(i % 3));
                Value reply = a.receive();
                assertTrue(Values.text(reply).equals(wait.timedOut()) || isServed(wait, reply), () -> Values.text(reply));
                assertEquals("after", a.receiveText());
                b.receive();
            }
            checkNobodyWaits(server, b);
        });
    }

    @TestFactory
    Stream<DynamicTest> servesOthersWhenTheClientHasGone() {
        return each((server, wait, a, b) -> {
            waitWith(server, a, wait.command(), 1);
            try (TestClient c = server.client()) {
                waitWith(server, c, wait.command(), 2);
                a.reset();
                server.awaitBlocked(1);
                call(b, wait.serving());
                checkServed(wait, c);
            }
            checkNobodyWaits(server, b);
        });
    }

    @TestFactory
    Stream<DynamicTest> servesWhoHasWaitedLongestFirst() {
        return each((server, wait, a, b) -> {
            waitWith(server, a, wait.command(), 1);
            try (TestClient c = server.client()) {
                waitWith(server, c, wait.command(), 2);
                call(b, wait.serving());
                checkServed(wait, a);
                if (!wait.leeways().contains(Leeway.SERVES_ALL)) {
                    server.awaitTurn();
                    assertEquals(1, server.onMain(() -> server.server().blockedClients()), "both were served by one command");
                    call(b, wait.serving());
                }
                checkServed(wait, c);
            }
            checkNobodyWaits(server, b);
        });
    }

    @TestFactory
    Stream<DynamicTest> isEndedByClientUnblock() {
        return each((server, wait, a, b) -> {
            String id = a.line("CLIENT ID");
            waitWith(server, a, wait.command(), 1);
            assertEquals("1", b.line("CLIENT UNBLOCK " + id));
            assertEquals(wait.timedOut(), a.receiveText());
            waitWith(server, a, wait.command(), 1);
            assertEquals("1", b.line("CLIENT UNBLOCK " + id + " ERROR"));
            assertTrue(a.receiveText().startsWith("UNBLOCKED "));
            assertEquals("PONG", a.line("PING"));
            checkNobodyWaits(server, b);
        });
    }

    @TestFactory
    Stream<DynamicTest> doesNotWaitInsideATransaction() {
        return each((server, wait, a, b) -> {
            a.line("MULTI");
            assertEquals("QUEUED", Values.text(call(a, wait.command())));
            a.line("PING");
            List<Value> replies = Values.elements(a.call("EXEC"));
            assertEquals(2, replies.size());
            assertEquals("PONG", Values.text(replies.getLast()));
            checkNobodyWaits(server, b);
        });
    }

    @TestFactory
    Stream<DynamicTest> endsWhenTheServerDoes() {
        return waits().stream().map(wait -> DynamicTest.dynamicTest(wait.toString(), () -> {
            TestServer server = server(module()).start();
            TestClient client = server.client();
            prepare(client, wait);
            waitWith(server, client, wait.command(), 1);
            // fails if the module leaves a thread, memory or a failure behind
            server.close();
        }));
    }

    private static void waitWith(TestServer server, TestClient client, List<String> words, int waiting) throws Exception {
        client.send(words.toArray(String[]::new));
        server.awaitBlocked(waiting);
        assertEquals(0, client.available(), "it replied though it waits");
    }

    private static Value call(TestClient client, List<String> words) {
        return client.call(words.toArray(String[]::new));
    }

    private static boolean isServed(Wait wait, Value reply) {
        return wait.served().equals("*") ? !(reply instanceof Value.Failure) : wait.served().equals(Values.text(reply));
    }

    private static void checkServed(Wait wait, TestClient client) {
        Value reply = client.receive();
        assertTrue(isServed(wait, reply), () -> "the reply is " + Values.text(reply) + ", not " + wait.served());
        assertNotEquals(wait.timedOut(), Values.text(reply));
    }

    /** Asks the server itself whether it keeps anything of a wait that is over. */
    private static void checkNobodyWaits(TestServer server, TestClient client) throws Exception {
        server.awaitBlocked(0);
        assertTrue(client.line("INFO clients").contains("blocked_clients:0\r\n"));
        assertEquals(0, server.onMain(() -> server.server().blockingKeys()), "keys are waited for by nobody");
    }

    private interface Check {
        void run(TestServer server, Wait wait, TestClient a, TestClient b) throws Exception;
    }

    private Stream<DynamicTest> each(Check check) {
        TestServer server = server(module()).start();
        return waits().stream().map(wait -> DynamicTest.dynamicTest(wait.toString(), () -> {
            try (TestClient a = server.client(); TestClient b = server.client()) {
                prepare(b, wait);
                check.run(server, wait, a, b);
            }
        })).onClose(server::close);
    }

    private static void prepare(TestClient client, Wait wait) {
        assertEquals("OK", client.line("FLUSHALL"));
        for (List<String> words : wait.before()) {
            Value reply = call(client, words);
            assertFalse(reply instanceof Value.Failure, () -> words + ": " + Values.text(reply));
        }
    }
}
