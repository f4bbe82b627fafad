package ${package};

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.CommandContract;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

class CappedCommandsTest extends CommandContract {
    @Override
    protected ServerModule module() {
        return new CappedModule();
    }

    @Override
    protected List<Example> examples() {
        return List.of(Example.of("${prefix}.ADD k 5"), Example.of("${prefix}.ADD k 5000").after("${prefix}.ADD k 5"),
                Example.of("${prefix}.ADD k x"), Example.of("${prefix}.GET k"), Example.of("${prefix}.GET k").after("${prefix}.ADD k 5"),
                Example.of("${prefix}.RESTORE k 7"));
    }

    @Test
    void aCounterStopsAtTheMost() {
        try (TestServer server = TestServer.with(module()).config("${artifactId}-most 10").start(); TestClient client = server.client()) {
            client.expect("${prefix}.ADD k 7", "7").expect("${prefix}.ADD k 7", "10").expect("${prefix}.GET k", "10");
            client.expectError("${prefix}.ADD k -1", "ERR value is out of range");
        }
    }
}
