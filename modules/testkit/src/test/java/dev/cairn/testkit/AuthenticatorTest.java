package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.Authenticator.Verdict;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Client;
import dev.cairn.api.command.CommandError;

/** Modules that decide who a client is. */
@Timeout(300)
class AuthenticatorTest {
    private volatile CompletableFuture<Verdict> later = new CompletableFuture<>();
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void start() {
        server = TestServer.with(new SampleModule(), new Knows()).config("requirepass own").expectFailures().start();
        client = server.client();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private final class Knows implements ServerModule {
        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("knows", 1);
        }

        @Override
        public void configure(Registrar r) {
            r.authenticator(this::asked);
            r.authenticator((c, user, password) -> password.text().equals("shadowed")
                    ? Verdict.denied(CommandError.of("WRONGPASS", "asked the last first"))
                    : Verdict.UNDECIDED);
        }

        private Verdict asked(Client c, Bytes user, Bytes password) {
            return switch (password.text()) {
                case "good" -> Verdict.granted(user.text() + "-known");
                case "bad" -> Verdict.denied(CommandError.of("WRONGPASS", "says the module"));
                case "fails" -> throw new IllegalStateException("on purpose");
                case "later" -> Verdict.later(later, 100_000);
                default -> Verdict.UNDECIDED;
            };
        }
    }

    @Test
    void decidesBeforeTheServersOwnPassword() throws Exception {
        assertTrue(client.line("BOX.GET k").startsWith("NOAUTH"), "served without a password");
        assertEquals("WRONGPASS says the module", client.line("AUTH bad"));
        assertEquals("WRONGPASS invalid username-password pair or user is disabled.", client.line("AUTH other"));
        assertEquals("WRONGPASS asked the last first", client.line("AUTH shadowed"));
        assertTrue(client.line("BOX.GET k").startsWith("NOAUTH"), "served after refusals");
        assertEquals("OK", client.line("AUTH alice good"));
        assertEquals("nil", client.line("BOX.GET k"));
        assertTrue(client.line("CLIENT INFO").contains("user=alice-known"), "another user");
        assertEquals("OK", client.line("AUTH own"));
        assertTrue(client.line("CLIENT INFO").contains("user=default"), "another user");
        assertTrue(client.line("INFO stats").contains("acl_access_denied_auth:3"), "not counted");
    }

    @Test
    void aFailureIsARefusal() throws Exception {
        assertEquals("WRONGPASS the module that was to check the password has failed", client.line("AUTH fails"));
        assertTrue(client.line("BOX.GET k").startsWith("NOAUTH"), "served");
    }

    @Test
    void helloAsksToo() throws Exception {
        assertEquals("WRONGPASS says the module", client.line("HELLO 3 AUTH alice bad"));
        assertTrue(client.line("HELLO 3 AUTH alice good SETNAME me").contains("proto=3"), "no greeting in RESP3");
        assertTrue(client.line("CLIENT INFO").contains("name=me"), "no name");
    }

    @Test
    void theClientWaitsForAVerdictFromElsewhere() throws Exception {
        client.send("AUTH", "bob", "later");
        client.send("CLIENT", "INFO");
        server.awaitBlocked(1);
        later.complete(Verdict.granted("bob"));
        assertEquals("OK", client.receiveText());
        assertTrue(client.receiveText().contains("user=bob"), "another user");
    }

    @Test
    void helloWaitsToo() throws Exception {
        client.send("HELLO", "3", "AUTH", "bob", "later", "SETNAME", "waited");
        server.awaitBlocked(1);
        later.complete(Verdict.granted("bob"));
        assertTrue(client.receiveText().contains("proto=3"), "no greeting");
        assertTrue(client.line("CLIENT INFO").contains("name=waited"), "no name");
    }

    @Test
    void aLateUndecidedGoesOnToTheNext() throws Exception {
        client.send("AUTH", "later");
        server.awaitBlocked(1);
        later.complete(Verdict.UNDECIDED);
        assertEquals("WRONGPASS invalid username-password pair or user is disabled.", client.receiveText());
        later = new CompletableFuture<>();
        client.send("AUTH", "later");
        server.awaitBlocked(1);
        later.complete(Verdict.denied(CommandError.of("WRONGPASS", "late")));
        assertEquals("WRONGPASS late", client.receiveText());
        later = new CompletableFuture<>();
        client.send("AUTH", "later");
        server.awaitBlocked(1);
        later.completeExceptionally(new IllegalStateException("on purpose"));
        assertEquals("WRONGPASS the module that was to check the password has failed", client.receiveText());
    }

    @Test
    void waitsNoLongerThanTheModuleSays() throws Exception {
        client.send("AUTH", "later");
        server.awaitBlocked(1);
        server.advance(Duration.ofSeconds(101));
        assertEquals("WRONGPASS the module that was to check the password took too long", client.receiveText());
        later.complete(Verdict.granted("late"));
        server.awaitTurn();
        assertTrue(client.line("BOX.GET k").startsWith("NOAUTH"), "served after the time");
    }

    @Test
    void cannotWaitInATransaction() throws Exception {
        client.line("AUTH own");
        client.line("MULTI");
        client.line("AUTH later");
        assertTrue(client.line("EXEC").contains("needs time, which a transaction has not"), "waited");
        assertEquals("PONG", client.line("PING"));
    }
}
