package dev.cairn.sample.delayqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.BlockingContract;
import dev.cairn.testkit.ModuleJar;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.testkit.UpgradeContract;

/** The second version takes the place of the first one, which the build has fetched as its users have it. */
class DelayQueueUpgradeTest extends UpgradeContract {
    private static final Path OLDER = Path.of("target", "older", "delay-queue-1.0.0.jar");

    @Override
    protected ServerModule module() {
        return new DelayQueueModule();
    }

    @Override
    protected ServerModule older() throws IOException {
        return ModuleJar.read(OLDER);
    }

    @Override
    protected List<List<String>> keys() {
        return Stream.concat(Stream.of(push("one", 9, "only"), push("few", 9, "later"), push("few", 5, ""), push("few", 9, "last")),
                IntStream.range(0, 300).mapToObj(i -> push("many", i * 7919 % 100, "message " + i))).toList();
    }

    @Override
    protected List<List<String>> changes() {
        return List.of(push("few", 7, "between"), List.of("DQ.POP", "one", "0"), push("one", 3, "again"), List.of("DQ.POP", "many", "0"));
    }

    private static List<String> push(String key, int moment, String message) {
        return List.of("DQ.PUSHAT", key, Integer.toString(moment), message);
    }

    @Override
    protected List<BlockingContract.Wait> waits() {
        return List.of(BlockingContract.Wait.of("DQ.POP k 0").servedBy("DQ.PUSH k 0 m", "m")
                .timed("DQ.POP k 100", Duration.ofSeconds(100), "nil"));
    }

    @Test
    void aMessageThatIsAwaitedComesWhenItIsDue() throws Exception {
        try (TestServer server = TestServer.with(older()).start(); TestClient a = server.client(); TestClient b = server.client()) {
            b.expect("DQ.PUSH k 6000000 later", "1");
            a.send("DQ.POP", "k", "0");
            server.awaitBlocked(1);
            server.upgrade(module());
            server.advance(Duration.ofSeconds(5900));
            server.awaitBlocked(1);
            server.advance(Duration.ofSeconds(200));
            assertEquals("later", a.receiveText());
            b.expect("DQ.PUSHAT k 5 low", "1").expect("DQ.PUSHAT k 5 high PRIORITY 3", "2").expect("DQ.POP k 0", "high");
        }
    }
}
