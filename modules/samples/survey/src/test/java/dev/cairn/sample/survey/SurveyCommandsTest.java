package dev.cairn.sample.survey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.cairn.api.ServerModule;
import dev.cairn.bio.BioModule;
import dev.cairn.testkit.CommandContract;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.testkit.Values;
import dev.cairn.types.string.StringModule;

class SurveyCommandsTest extends CommandContract {
    private static final int KEYS = 20_000;

    private final List<String> told = new ArrayList<>();

    @Override
    protected ServerModule module() {
        return new SurveyModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new BioModule(), new StringModule());
    }

    @Override
    protected Set<String> testedElsewhere() {
        return Set.of("SURVEY");
    }

    @Override
    protected List<Example> examples() {
        // one after the other on one server, where no survey was made before the last of them
        return List.of(Example.of("SURVEY START SEPARATOR ::"), Example.of("SURVEY START now"), Example.of("SURVEY PROGRESS"),
                Example.of("SURVEY RESULT"), Example.of("SURVEY RESULT 1 2"), Example.of("SURVEY WAIT -1"), Example.of("SURVEY WAIT 0"),
                Example.of("SURVEY CANCEL"), Example.of("SURVEY START").but(Leeway.VARYING_REPLY));
    }

    private TestServer start() {
        return TestServer.with(new SurveyModule(), new BioModule(), new StringModule()).start();
    }

    private static void fill(TestClient client) {
        List<String[]> commands = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            commands.add(new String[]{"SET", (i % 4 == 0 ? "user:" : "session:") + i, "x".repeat(i % 4 == 0 ? 400 : 10)});
        }
        client.pipeline(commands);
    }

    @Test
    void tellsWhichPrefixesTakeMostMemory() throws Exception {
        try (TestServer server = start(); TestClient client = server.client(); TestClient other = server.client()) {
            fill(client);
            client.expectError("SURVEY PROGRESS", "ERR no survey").expectError("SURVEY RESULT", "ERR no survey");
            client.expect("SURVEY START", "OK");
            assertEquals("done", client.text("SURVEY", "WAIT", "0"));
            client.expect("SURVEY PROGRESS", "[state, done, visited, 20000, keys, 20000]");
            String result = other.line("SURVEY RESULT");
            assertTrue(result.matches("\\[\\[user, 5000, \\d+\\], \\[session, 15000, \\d+\\]\\]"), result);
            other.expect("SURVEY START SEPARATOR 9", "OK");
            assertEquals("done", client.text("SURVEY", "WAIT", "0"));
            assertTrue(other.line("INFO survey").contains("survey_runs:2\r\nsurvey_running:0"));
        }
    }

    @Test
    void keysOfTooManyPrefixesAreCountedTogether() throws Exception {
        try (TestServer server = start(); TestClient client = server.client()) {
            fill(client);
            client.expect("CONFIG SET survey-max-prefixes 3", "OK").expect("SURVEY START SEPARATOR x", "OK");
            client.expect("SURVEY WAIT 0", "done");
            assertTrue(client.line("SURVEY RESULT").contains("[, " + (KEYS - 3) + ", "), client.line("SURVEY RESULT"));
        }
    }

    @Test
    void canBeCancelled() throws Exception {
        try (TestServer server = start(); TestClient client = server.client()) {
            fill(client);
            // in one piece: main hears of the cancellation before it makes the first step
            client.pipeline(List.of(new String[]{"SURVEY", "START"}, new String[]{"SURVEY", "START"}, new String[]{"SURVEY", "CANCEL"}))
                    .forEach(reply -> told.add(Values.text(reply)));
            assertEquals(List.of("OK", "BUSYSURVEY a survey is running, see SURVEY PROGRESS", "OK"), told);
            client.expect("SURVEY WAIT 0", "cancelled").expectError("SURVEY RESULT", "ERR the last survey is cancelled");
            client.expect("SURVEY START", "OK");
        }
    }

    @Test
    void waitsNoLongerThanItIsTold() throws Exception {
        try (TestServer server = start(); TestClient client = server.client()) {
            fill(client);
            client.expect("SURVEY START", "OK");
            client.send("SURVEY", "WAIT", "0.001");
            server.advance(Duration.ofSeconds(1));
            String state = client.receiveText();
            assertTrue(state.equals("running") || state.equals("done"), state);
        }
    }
}
