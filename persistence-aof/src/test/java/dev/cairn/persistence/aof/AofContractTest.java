package dev.cairn.persistence.aof;

import java.nio.file.Path;

import dev.cairn.testkit.PersistenceContract;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.string.StringModule;

/** The append-only file keeps to what all persistence keeps to. */
class AofContractTest extends PersistenceContract {
    @Override
    protected TestServer.Builder server(Path directory) {
        return TestServer.with(new TestLanes(), new AofModule(), new StringModule()).directory(directory).config("appendonly yes",
                "enable-debug-command yes");
    }

    @Override
    protected void compact(TestClient client) {
        client.call("BGREWRITEAOF");
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!client.text("INFO", "persistence").contains("aof_rewrites:1")) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the rewrite does not end");
            }
        }
    }
}
