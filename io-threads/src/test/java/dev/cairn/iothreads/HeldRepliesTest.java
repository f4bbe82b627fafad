package dev.cairn.iothreads;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.persistence.Persistence;
import dev.cairn.api.persistence.PersistenceHost;
import dev.cairn.resp.Resp;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.string.StringModule;

/** What persistence holds back leaves by no thread before it is safe. */
@Timeout(300)
class HeldRepliesTest {
    private static final String LARGE = "x".repeat(20_000);

    /** Keeps nothing; what is safe is for the test to say. */
    private static final class Disk implements ServerModule, Persistence {
        private PersistenceHost host;
        /** Main thread. */
        private long safe;

        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("disk", 1);
        }

        @Override
        public void configure(Registrar registrar) {
            registrar.persistence(this);
        }

        @Override
        public void open(PersistenceHost server) {
            host = server;
            server.attach((memory, offset, length, database) -> {
            });
        }

        @Override
        public boolean holdsReplies() {
            return true;
        }

        @Override
        public long syncedOffset() {
            return safe;
        }
    }

    private final Disk disk = new Disk();

    /** How much is logged. */
    private long logged(TestServer server) throws Exception {
        return server.onMain(() -> disk.host.offset());
    }

    /** Says what is safe. */
    private void sync(TestServer server, long offset) throws Exception {
        server.onMain(() -> disk.safe = offset);
    }

    /** Sends commands that write, and returns how much is logged when they are executed and their turn is over. */
    private long execute(TestServer server, TestClient client, String... lines) throws Exception {
        long before = logged(server);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : lines) {
            bytes.writeBytes(Resp.request(line.split(" ")));
        }
        client.raw(bytes.toByteArray());
        server.await("the commands are executed", () -> disk.host.offset() > before);
        server.awaitTurn();
        return logged(server);
    }

    @ParameterizedTest
    @ValueSource(strings = {"io-threads 1", "io-threads-strategy fork-join", "io-threads-strategy rings"})
    void nothingLeavesBeforeItIsSafe(String how) throws Exception {
        try (TestServer server = TestServer.with(disk, new IoThreadsModule(), new StringModule())
                .config("io-threads 3", "io-threads-do-reads yes", "events-per-io-thread 0", how).start();
                TestClient client = server.client()) {
            long first = execute(server, client, "SET large " + LARGE);
            assertEquals(0, client.available());
            sync(server, first);
            assertEquals("OK", client.receiveText());

            // the reply to what comes later stands in the same chunk as the large one
            long second = execute(server, client, "SET k 1", "GET large");
            long third = execute(server, client, "SET k 2");
            assertEquals(0, client.available());
            sync(server, second);
            assertEquals("OK", client.receiveText());
            assertEquals(LARGE, client.receiveText());
            server.awaitTurn();
            assertEquals(0, client.available(), "a reply has left before its write is safe");
            sync(server, third);
            assertEquals("OK", client.receiveText());
            sync(server, Long.MAX_VALUE);
        }
    }
}
