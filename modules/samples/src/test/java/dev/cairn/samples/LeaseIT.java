package dev.cairn.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;

/** Does with the sample what the README tells: puts its jar into {@code lib/} of a copy of the distribution and uses it. */
class LeaseIT {
    @TempDir Path home;

    @BeforeEach
    void copyDistributionAndAddTheExample() throws IOException {
        Path distribution = ServerProcess.distribution();
        Files.walkFileTree(distribution, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(home.resolve(distribution.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                // the cache is large and does not fit other jars
                if (!file.getFileName().toString().startsWith("cairn.aot")) {
                    Files.copy(file, home.resolve(distribution.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        Files.copy(Samples.LEASE, home.resolve("lib").resolve(Samples.LEASE.getFileName()));
    }

    private ServerProcess start(String... options) {
        return ServerProcess.start("Cairn with the sample", List.of(home.resolve("bin/cairn-server").toString()), options);
    }

    @Test
    void leaseLetsAKeyLiveForTheConfiguredTime() throws IOException {
        try (ServerProcess server = start("--lease-seconds", "60"); RespClient client = server.connect()) {
            assertTrue(client.call("LEASE", "job").isNull());
            client.call("SET", "job", "worker-7");
            assertEquals(60, client.call("LEASE", "job").number());
            long ttl = client.call("PTTL", "job").number();
            assertTrue(ttl > 0 && ttl <= 60_000, () -> "PTTL is " + ttl);
            client.call("CONFIG", "SET", "lease-seconds", "5");
            assertEquals(5, client.call("LEASE", "job").number());
        }
    }

    @Test
    void leaseFailsATransactionThatWatchesTheKey() throws IOException {
        try (ServerProcess server = start(); RespClient client = server.connect(); RespClient other = server.connect()) {
            client.call("SET", "job", "worker-7");
            client.call("WATCH", "job");
            other.call("LEASE", "job");
            client.call("MULTI");
            client.call("GET", "job");
            assertTrue(client.call("EXEC").isNull());
        }
    }

    @Test
    void moduleAndCommandAreShown() throws IOException {
        try (ServerProcess server = start(); RespClient client = server.connect()) {
            RespReply info = client.call("COMMAND", "INFO", "lease").elements().getFirst();
            assertEquals("lease", info.elements().getFirst().text());
            assertEquals("job", client.call("COMMAND", "GETKEYS", "LEASE", "job").elements().getFirst().text());
            assertTrue(client.call("INFO", "modules").text().contains("name=lease"), client.call("INFO", "modules").text());
        }
    }
}
