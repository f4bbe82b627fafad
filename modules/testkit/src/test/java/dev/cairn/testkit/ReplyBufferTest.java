package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.command.Value;

/** How the size of a client's reply buffer follows its use. */
@Timeout(300)
class ReplyBufferTest {
    private final SampleModule sample = new SampleModule();

    private static long field(TestClient observer, String name) {
        String line = observer.line("CLIENT LIST").lines().filter(l -> l.contains(" name=tested ")).findFirst().orElseThrow();
        for (String field : line.split(" ", -1)) {
            if (field.startsWith(name + "=")) {
                return Long.parseLong(field.substring(name.length() + 1));
            }
        }
        throw new AssertionError("no " + name + " in " + line);
    }

    private static long size(TestServer server) {
        return server.server().clients().all().stream().filter(c -> c.name().equals("tested")).findFirst().orElseThrow().reply()
                .firstChunk();
    }

    @Test
    void shrinksWhatIsNotUsedAndExpandsWhatIsTooSmall() throws Exception {
        try (TestServer server = TestServer.with(sample).config("enable-debug-command yes").start();
                TestClient observer = server.client(); TestClient client = server.client()) {
            assertEquals("OK", client.line("CLIENT SETNAME tested"));
            assertEquals(16_384, field(observer, "rbs"));
            assertEquals(5, field(observer, "rbp"));
            server.advance(Duration.ofSeconds(6));
            server.await("the buffer shrinks", () -> size(server) == 1024);
            assertEquals(1024, field(observer, "rbs"));
            assertEquals("OK", observer.line("DEBUG REPLYBUFFER PEAK-RESET-TIME NEVER"));
            client.send("BOX.BYTES", "3000");
            assertEquals(3000, ((Value.Bulk) client.receive()).bytes().length());
            server.await("the buffer expands", () -> size(server) == 4096);
            assertEquals(3009, field(observer, "rbp"));
            client.send("BOX.BYTES", "100000");
            assertEquals(100_000, ((Value.Bulk) client.receive()).bytes().length());
            server.await("the buffer expands", () -> size(server) == 16_384);
            assertEquals(16_384, field(observer, "rbp"));
            assertTrue(observer.line("INFO stats").contains("\r\nreply_buffer_shrinks:"));
            assertTrue(server.onMain(() -> server.server().stats().replyBufferExpands >= 2));
            assertTrue(server.onMain(() -> server.server().stats().replyBufferShrinks >= 1));
        }
    }

    @Test
    void leavesTheSizeAloneWhenToldTo() throws Exception {
        try (TestServer server = TestServer.with(sample).config("enable-debug-command yes").start();
                TestClient observer = server.client(); TestClient client = server.client()) {
            assertEquals("OK", client.line("CLIENT SETNAME tested"));
            assertEquals("OK", observer.line("DEBUG REPLYBUFFER RESIZING 0"));
            server.advance(Duration.ofSeconds(60));
            assertEquals("PONG", client.line("PING"));
            assertEquals(16_384, field(observer, "rbs"));
            assertEquals("OK", observer.line("DEBUG REPLYBUFFER PEAK-RESET-TIME 100"));
            assertEquals("OK", observer.line("DEBUG REPLYBUFFER RESIZING 1"));
            server.advance(Duration.ofSeconds(1));
            server.await("the buffer shrinks", () -> size(server) == 1024);
            assertEquals("OK", observer.line("DEBUG REPLYBUFFER PEAK-RESET-TIME RESET"));
            assertTrue(observer.line("DEBUG REPLYBUFFER BOGUS 1").contains("ERR unknown subcommand"));
        }
    }
}
