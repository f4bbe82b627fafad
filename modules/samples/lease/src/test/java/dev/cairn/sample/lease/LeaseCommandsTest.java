package dev.cairn.sample.lease;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.CommandContract;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.string.StringModule;

class LeaseCommandsTest extends CommandContract {
    @Override
    protected ServerModule module() {
        return new LeaseModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new StringModule());
    }

    @Override
    protected List<Example> examples() {
        return List.of(Example.of("LEASE job"), Example.of("LEASE job").after("SET job worker-7"));
    }

    @Test
    void aKeyLivesAsLongAsTheOptionSays() throws Exception {
        try (TestServer server = TestServer.with(module(), new StringModule()).config("lease-seconds 60").start();
                TestClient client = server.client()) {
            client.expect("LEASE job", "nil").expect("SET job worker-7", "OK").expect("LEASE job", "60");
            assertLives(client, 60);
            client.expect("CONFIG SET lease-seconds 5", "OK").expect("LEASE job", "5");
            assertLives(client, 5);
        }
    }

    private static void assertLives(TestClient client, long seconds) {
        long millis = Long.parseLong(client.line("PTTL job"));
        assertTrue(millis > 0 && millis <= 1000 * seconds, () -> "PTTL is " + millis);
    }
}
