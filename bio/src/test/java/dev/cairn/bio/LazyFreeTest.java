package dev.cairn.bio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.structures.Pages;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

/** Freeing in the background as clients see it, with the module of the lanes and without. */
@Timeout(300)
class LazyFreeTest {
    private static final String LANE = "bio_lazy_free";
    private static final String MAIN = "test-server-main";

    private final HeavyModule heavy = new HeavyModule();

    private TestServer server(String... config) {
        return TestServer.with(new BioModule(), heavy).config(config).start();
    }

    private static long info(TestClient client, String field) {
        String text = client.text("INFO", "memory");
        int at = text.indexOf(field + ":") + field.length() + 1;
        return Long.parseLong(text.substring(at, text.indexOf('\r', at)));
    }

    private static long pending(TestClient client) {
        return info(client, "lazyfree_pending_objects");
    }

    private static long freed(TestClient client) {
        return info(client, "lazyfreed_objects");
    }

    private static void awaitFreed(TestClient client) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (pending(client) > 0) {
            assertTrue(System.nanoTime() < deadline, "objects stay pending");
        }
    }

    @Test
    void unlinkFreesALargeValueOnTheLaneAndCountsItUntilThen() {
        heavy.gate = new CountDownLatch(1);
        try (TestServer server = server(); TestClient client = server.client()) {
            client.line("HEAVY.PUT k 65");
            assertEquals("1", client.line("UNLINK k"));
            assertEquals("0", client.line("EXISTS k"));
            assertEquals(1, pending(client));
            assertEquals(0, freed(client));
            heavy.gate.countDown();
            awaitFreed(client);
            assertEquals(1, freed(client));
            assertEquals(List.of(LANE), heavy.releasedBy);
            client.line("CONFIG RESETSTAT");
            assertEquals(0, freed(client));
        }
    }

    @Test
    void aValueOfLittleWorkIsFreedAtOnceAndOneOfUnknownWorkOnTheLane() {
        try (TestServer server = server(); TestClient client = server.client()) {
            client.line("HEAVY.PUT small 64");
            client.line("HEAVY.PUT unknown 0");
            assertEquals("1", client.line("UNLINK small"));
            assertEquals(List.of(MAIN), heavy.releasedBy);
            assertEquals("1", client.line("UNLINK unknown"));
            awaitFreed(client);
            assertEquals(1, freed(client));
            assertEquals(List.of(MAIN, LANE), heavy.releasedBy);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"DEL k|lazyfree-lazy-user-del", "HEAVY.PUT k 1|lazyfree-lazy-server-del", "RENAME other k|lazyfree-lazy-server-del",
                    "FLUSHDB|lazyfree-lazy-user-flush", "FLUSHALL|lazyfree-lazy-user-flush"})
    void eachWayToDeleteFollowsItsOption(String how) {
        String command = how.substring(0, how.indexOf('|'));
        String option = how.substring(how.indexOf('|') + 1);
        try (TestServer server = server(option + " no"); TestClient client = server.client()) {
            client.line("HEAVY.PUT k 1000");
            client.line("HEAVY.PUT other 1");
            client.line(command);
            assertEquals(MAIN, heavy.releasedBy.getFirst());
            assertEquals(0, freed(client));
            assertEquals("OK", client.line("CONFIG SET " + option + " yes"));
            client.line("FLUSHALL SYNC");
            heavy.releasedBy.clear();
            client.line("HEAVY.PUT k 1000");
            client.line("HEAVY.PUT other 1");
            client.line(command);
            awaitFreed(client);
            assertEquals(command.startsWith("FLUSH") ? 2 : 1, freed(client));
            assertEquals(LANE, heavy.releasedBy.getFirst());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatExpiresFollowsItsOption(boolean lazily) throws Exception {
        try (TestServer server = server("lazyfree-lazy-expire " + (lazily ? "yes" : "no")); TestClient client = server.client()) {
            client.line("HEAVY.PUT k 1000");
            client.line("PEXPIRE k 50");
            server.advance(Duration.ofMillis(100));
            assertEquals("0", client.line("EXISTS k"));
            awaitFreed(client);
            assertEquals(List.of(lazily ? LANE : MAIN), heavy.releasedBy);
            assertEquals(lazily ? 1 : 0, freed(client));
        }
    }

    @Test
    void anAsynchronousFlushCountsAllKeysAndReleasesTheirObjectsOnTheLane() {
        heavy.gate = new CountDownLatch(1);
        try (TestServer server = server("lazyfree-lazy-user-flush no"); TestClient client = server.client()) {
            for (int i = 0; i < 100; i++) {
                client.line("HEAVY.PUT k" + i + " 1");
            }
            client.line("SELECT 1");
            client.line("HEAVY.PUT k 1");
            assertEquals("OK", client.line("FLUSHALL ASYNC"));
            assertEquals("0", client.line("DBSIZE"));
            assertEquals(101, pending(client));
            heavy.gate.countDown();
            awaitFreed(client);
            assertEquals(101, freed(client));
            assertEquals(Collections.nCopies(101, LANE), heavy.releasedBy);
            client.line("HEAVY.PUT k 1000");
            assertEquals("OK", client.line("FLUSHDB SYNC"));
            assertEquals(MAIN, heavy.releasedBy.getLast());
            assertEquals(101, freed(client));
        }
    }

    @Test
    void theLaneReturnsTheMemoryOfWhatWasDropped() throws Exception {
        try (TestServer server = server(); TestClient client = server.client()) {
            for (int i = 0; i < 2000; i++) {
                client.line("HEAVY.PUT key:" + "x".repeat(1000) + i + " 1");
            }
            long full = server.onMain(Pages::mappedBytes);
            client.line("FLUSHALL ASYNC");
            awaitFreed(client);
            assertEquals(2000, freed(client));
            server.await("the memory is returned", () -> Pages.releaseBytes() == 0);
            assertTrue(server.onMain(Pages::mappedBytes) < full);
        }
    }

    @Test
    void withoutLanesValuesAreReleasedOnMainAndTheCronReturnsTheMemory() {
        try (TestServer server = TestServer.with(heavy).config("hz 500").start(); TestClient client = server.client()) {
            for (int i = 0; i < 1000; i++) {
                client.line("HEAVY.PUT key:" + "x".repeat(1000) + i + " 1000");
            }
            client.line("UNLINK key:" + "x".repeat(1000) + 0);
            awaitFreed(client);
            assertEquals(1, freed(client));
            client.line("FLUSHALL ASYNC");
            awaitFreed(client);
            assertEquals(1000, freed(client));
            assertEquals(Collections.nCopies(1000, MAIN), heavy.releasedBy);
        }
    }

    @Test
    void aStopDoesNotWaitForWhatIsToBeFreed() {
        heavy.gate = new CountDownLatch(1);
        try (TestServer server = server(); TestClient client = server.client()) {
            client.line("HEAVY.PUT first 1000");
            client.line("UNLINK first");
            assertEquals(1, pending(client));
            heavy.gate.countDown();
            heavy.gate = new CountDownLatch(1);
            client.line("HEAVY.PUT second 1");
            client.line("FLUSHALL ASYNC");
            heavy.gate.countDown();
        }
        assertEquals(List.of(), heavy.releasedBy.stream().filter(MAIN::equals).toList());
    }
}
