package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ModuleRejected;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.command.Value;
import dev.cairn.api.config.OptionSpec;

/**
 * What a newer version of a module keeps that takes the place of an older one in a running server: keys are then what the newer version would
 * have made of the same commands, those who wait go on waiting, options keep their values, what the older version has logged is executed, and
 * an upgrade that fails leaves everything as it was. {@link #module} is the newer version.
 */
public abstract class UpgradeContract extends Contract {
    private static final int DATABASES = 16;

    /** For subclasses. */
    protected UpgradeContract() {
    }

    /** A new instance of the older version: from its jar by {@link ModuleJar}, or of a class that the tests keep. */
    protected abstract ServerModule older() throws Exception;

    /** Commands of the older version that make values of all its types and encodings, each its words; none for a module without keys. */
    protected abstract List<List<String>> keys();

    /** Commands that both versions know and that change these keys. */
    protected abstract List<List<String>> changes();

    /** Commands that wait for keys, in both versions; none by default. */
    protected List<BlockingContract.Wait> waits() {
        return List.of();
    }

    private TestServer start(ServerModule... modules) {
        return server(modules).config("enable-debug-command yes", "databases " + DATABASES).start();
    }

    private static void call(TestClient client, List<List<String>> commands) {
        for (List<String> words : commands) {
            Value reply = client.call(words.toArray(String[]::new));
            assertFalse(reply instanceof Value.Failure, () -> words + ": " + Values.text(reply));
        }
    }

    private static String digest(TestClient client) {
        return client.line("DEBUG DIGEST");
    }

    /** The digest of what the newer version itself makes. */
    private String expected(List<List<String>> commands) {
        try (TestServer server = start(module()); TestClient client = server.client()) {
            call(client, commands);
            return digest(client);
        }
    }

    @Test
    void isANewerVersionOfTheSameModule() throws Exception {
        assertEquals(older().info().name(), module().info().name());
        assertTrue(module().info().version() > older().info().version(), "the version is no larger");
    }

    @Test
    void takesOverKeysWithTheirTimes() throws Exception {
        String expected = expected(keys());
        try (TestServer server = start(older()); TestClient client = server.client()) {
            call(client, keys());
            long size = Long.parseLong(client.line("DBSIZE"));
            assertNotEquals(keys().isEmpty(), size > 0, "the commands make no keys");
            List<String> before = expiring(client);
            server.upgrade(module());
            assertEquals(before, times(client));
            names(client).forEach(key -> client.call("PERSIST", key));
            assertEquals(expected, digest(client), "the keys are others than those that the newer version makes");
            assertEquals(size, Long.parseLong(client.line("DBSIZE")));
        }
    }

    private static List<String> names(TestClient client) {
        return Values.elements(client.call("KEYS", "*")).stream().map(Values::text).sorted().toList();
    }

    private static List<String> expiring(TestClient client) {
        names(client).forEach(key -> client.call("PEXPIRE", key, "3600000"));
        return times(client);
    }

    private static List<String> times(TestClient client) {
        return names(client).stream().map(key -> key + " " + client.text("TYPE", key) + " " + client.text("PEXPIRETIME", key)).toList();
    }

    @Test
    void takesOverWhatIsChangedMeanwhileAndChangesItAfterwards() throws Exception {
        List<List<String>> made = new ArrayList<>();
        List<List<String>> changed = new ArrayList<>();
        for (int i = 0; i < DATABASES; i++) {
            made.add(List.of("SELECT", Integer.toString(i)));
            made.addAll(keys());
            changed.add(List.of("SELECT", Integer.toString(i)));
            changed.addAll(changes());
        }
        String expected = expected(Stream.of(made, changed, changed).flatMap(List::stream).toList());
        try (TestServer server = start(older()); TestClient client = server.client()) {
            call(client, made);
            CompletableFuture<Optional<ModuleRejected>> outcome = server.beginUpgrade(module());
            call(client, changed);
            assertEquals(Optional.empty(), outcome.get(TestServer.PATIENCE_SECONDS, TimeUnit.SECONDS));
            call(client, changed);
            assertEquals(expected, digest(client));
        }
    }

    @Test
    void executesWhatTheOlderVersionHasLogged() throws Exception {
        RecordingLog log = new RecordingLog();
        List<List<String>> all = Stream.concat(keys().stream(), changes().stream()).toList();
        try (TestServer server = start(older(), log); TestClient client = server.client()) {
            call(client, all);
            server.awaitTurn();
        }
        try (TestServer server = start(module()); TestClient client = server.client()) {
            for (List<String> words : log.takeWords()) {
                Value reply = client.call(words.stream().map(w -> w.getBytes(StandardCharsets.ISO_8859_1)).toArray(byte[][]::new));
                assertFalse(reply instanceof Value.Failure, () -> words + " was logged and gives: " + Values.text(reply));
            }
            assertEquals(expected(all), digest(client), "what was logged makes other keys");
        }
    }

    @Test
    void keepsTheValuesOfOptions() throws Exception {
        RecordingRegistrar declared = new RecordingRegistrar();
        older().configure(declared);
        RecordingRegistrar newer = new RecordingRegistrar();
        module().configure(newer);
        List<String> both = declared.options.stream().filter(o -> newer.options.stream().anyMatch(n -> isLike(o, n)))
                .map(OptionSpec::name).toList();
        try (TestServer server = start(older()); TestClient client = server.client()) {
            List<String> before = both.stream().map(name -> client.text("CONFIG", "GET", name)).toList();
            server.upgrade(module());
            assertEquals(before, both.stream().map(name -> client.text("CONFIG", "GET", name)).toList());
        }
    }

    /** Of the same name and default: what was not set has the newer version's. */
    private static boolean isLike(OptionSpec<?> older, OptionSpec<?> newer) {
        return older.name().equals(newer.name()) && text(older).equals(text(newer));
    }

    private static <T> String text(OptionSpec<T> option) {
        return option.type().format(option.defaultValue());
    }

    @Test
    void leavesEverythingAsItWasWhenItFails() throws Exception {
        try (TestServer server = start(older()); TestClient client = server.client()) {
            call(client, keys());
            List<String> before = state(client);
            ModuleRejected refused = assertThrows(ModuleRejected.class, () -> server.upgrade(new StartFails(module())));
            assertTrue(String.valueOf(refused.getMessage()).contains("cannot start: not today"), refused::getMessage);
            assertEquals(before, state(client));
            call(client, changes());
            server.upgrade(module());
            assertEquals(expected(Stream.concat(keys().stream(), changes().stream()).toList()), digest(client));
        }
    }

    private static List<String> state(TestClient client) {
        return List.of(digest(client), times(client).toString(), client.line("CONFIG GET *"), client.line("INFO modules"),
                client.line("COMMAND COUNT"), client.line("COMMAND LIST"));
    }

    @TestFactory
    Stream<DynamicTest> letsThoseWhoWaitGoOnWaiting() {
        return each((server, wait, a, b) -> {
            a.send(wait.command().toArray(String[]::new));
            server.awaitBlocked(1);
            assertThrows(ModuleRejected.class, () -> server.upgrade(new StartFails(module())));
            server.awaitBlocked(1);
            server.upgrade(module());
            server.awaitBlocked(1);
            assertEquals(0, a.available(), "it replied though it waits");
            b.call(wait.serving().toArray(String[]::new));
            String reply = a.receiveText();
            assertTrue(wait.served().equals("*") || wait.served().equals(reply), reply);
            server.awaitBlocked(0);
        });
    }

    @TestFactory
    Stream<DynamicTest> endsWaitsWhenTheWholeTimeIsOver() {
        return each((server, wait, a, b) -> {
            a.send(wait.timed().toArray(String[]::new));
            server.awaitBlocked(1);
            server.advance(wait.timeout().multipliedBy(4).dividedBy(10));
            server.upgrade(module());
            server.advance(wait.timeout().multipliedBy(3).dividedBy(10));
            server.awaitBlocked(1);
            server.advance(wait.timeout().dividedBy(2));
            assertEquals(wait.timedOut(), a.receiveText());
            server.awaitBlocked(0);
        });
    }

    private interface Check {
        void run(TestServer server, BlockingContract.Wait wait, TestClient a, TestClient b) throws Exception;
    }

    private Stream<DynamicTest> each(Check check) {
        return waits().stream().map(wait -> DynamicTest.dynamicTest(wait.toString(), () -> {
            try (TestServer server = start(older()); TestClient a = server.client(); TestClient b = server.client()) {
                call(b, wait.before());
                check.run(server, wait, a, b);
            }
        }));
    }

    /** The newer version, but that something fails after it has started. */
    private record StartFails(ServerModule module) implements ServerModule {
        @Override
        public ModuleInfo info() {
            return module.info();
        }

        @Override
        public void configure(Registrar registrar) throws ModuleRejected {
            module.configure(registrar);
        }

        @Override
        public void start(ModuleContext context) throws Exception {
            module.start(context);
            throw new ModuleRejected("not today");
        }

        @Override
        public void stop(StopReason reason) {
            module.stop(reason);
        }
    }
}
