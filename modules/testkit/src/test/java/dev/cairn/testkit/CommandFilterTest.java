package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.FilteredCommand;
import dev.cairn.api.command.Token;

/** Filters of modules, on what clients send. */
@Timeout(300)
class CommandFilterTest {
    private final RecordingLog log = new RecordingLog();
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void start() {
        server = TestServer.with(new SampleModule(), new Filter(), log).expectFailures().start();
        client = server.client();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static final class Filter implements ServerModule {
        private static final Token PUT = Token.of("PUT");
        private static final Token SECRET = Token.of("SECRET");
        private static final Token BROKEN = Token.of("BROKEN");
        private static final Token DROP = Token.of("DROP");
        private static final Token FIRST = Token.of("FIRST");

        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("filter", 1);
        }

        @Override
        public void configure(Registrar r) {
            r.filter(Filter::first);
            r.filter(Filter::second);
        }

        private static void first(FilteredCommand c) {
            if (c.is(0, FIRST)) {
                c.replace(0, Bytes.of("PUT"));
            } else if (c.is(0, BROKEN)) {
                c.replace(0, Bytes.of("PING"));
                throw new IllegalStateException("on purpose");
            } else if (c.is(0, DROP)) {
                c.delete(0);
            }
        }

        private static void second(FilteredCommand c) {
            if (c.is(0, PUT)) {
                c.replace(0, Bytes.of("BOX.PUT"));
                c.insert(2, Bytes.of("from " + c.client().id()));
            } else if (c.is(0, SECRET)) {
                throw CommandError.of("DENIED", "by a filter");
            }
        }
    }

    @Test
    void changesWhatIsExecuted() throws Exception {
        String id = client.line("CLIENT ID");
        assertEquals("OK", client.line("PUT k"));
        assertEquals("from " + id, client.line("BOX.GET k"));
        assertEquals("OK", client.line("FIRST other"));
        assertEquals("from " + id, client.line("BOX.GET other"));
        assertEquals("PONG", client.line("DROP PING"));
        assertEquals(List.of("BOX.PUT k from " + id), log.of(server, client, "PUT", "k"));
    }

    @Test
    void refusesWithAnErrorOfItsOwn() throws Exception {
        assertEquals("DENIED by a filter", client.line("SECRET"));
        client.line("MULTI");
        assertEquals("DENIED by a filter", client.line("SECRET"));
        assertTrue(client.line("EXEC").startsWith("EXECABORT"), "the transaction was executed");
    }

    @Test
    void isPassedOverWhenItFails() throws Exception {
        assertTrue(client.line("BROKEN").startsWith("ERR unknown command 'BROKEN'"), "the failed filter's change stands");
    }

    @Test
    void sawWhatIsQueued() throws Exception {
        client.line("MULTI");
        assertEquals("QUEUED", client.line("PUT a"));
        assertEquals("QUEUED", client.line("PUT b"));
        assertEquals("[OK, OK]", client.line("EXEC"));
        assertEquals("from " + client.line("CLIENT ID"), client.line("BOX.GET b"));
    }

    @Test
    void aCommandThatAPauseHeldIsFilteredOnce() throws Exception {
        client.line("CLIENT PAUSE 100000 WRITE");
        try (TestClient held = server.client()) {
            held.send("PUT", "k");
            server.awaitBlocked(1);
            client.line("CLIENT UNPAUSE");
            assertEquals("OK", held.receiveText());
            assertTrue(held.line("BOX.GET k").startsWith("from "), "not filtered");
        }
    }

    @Test
    void pipelinedCommandsAreEachFiltered() throws Exception {
        String from = "from " + client.line("CLIENT ID");
        for (int i = 0; i < 100; i++) {
            client.send("PUT", "k" + i);
            client.send("BOX.GET", "k" + i);
        }
        for (int i = 0; i < 100; i++) {
            assertEquals("OK", client.receiveText());
            assertEquals(from, client.receiveText());
        }
    }

    @Test
    void theSlowLogShowsWhatWasExecuted() throws Exception {
        client.line("CONFIG SET slowlog-log-slower-than 0");
        client.line("PUT k");
        assertTrue(client.line("SLOWLOG GET 1").contains("BOX.PUT"), "the words as sent");
    }
}
