package dev.cairn.core.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Test;

class DaemonizerTest {
    private static final List<String> STARTED = List.of("java", "-Xmx256m", "--module-path", "/proc/self/fd/8", "-m",
            "dev.cairn.core/dev.cairn.core.Main", "our.conf", "--port", "7000");

    @Test
    void theChildIsStartedByTheLauncherWithTheServersArguments() {
        assertEquals(List.of("/opt/cairn/bin/cairn-server", "our.conf", "--port", "7000"),
                Daemonizer.again(STARTED, "/opt/cairn/bin/cairn-server", "/opt/jdk/bin/java"));
    }

    @Test
    void withoutALauncherItIsStartedByTheSameCommandLine() {
        List<String> again = Daemonizer.again(STARTED, "", "/opt/jdk/bin/java");
        assertEquals("/opt/jdk/bin/java", again.getFirst());
        assertEquals(STARTED.subList(1, STARTED.size()), again.subList(1, again.size()));
    }
}
