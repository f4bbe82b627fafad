package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import dev.cairn.api.ServerModule;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Token;
import dev.cairn.core.server.KeyFinder;
import dev.cairn.api.command.Value;

/**
 * What every command of a module keeps: it is documented, refuses a wrong number of arguments, opens the keys that its key specs tell and
 * no others, does the same inside a transaction, has logged what makes equal keys elsewhere, and replies well-formed in both versions of the
 * protocol. Each command needs an {@link Example} at least, which so is the list of the commands that are tested.
 */
public abstract class CommandContract extends Contract {
    /** What an example may do differently; each is an explicit exception from the contract. */
    public enum Leeway {
        /** The reply, or what is in the keys then, is another each time: it depends on the time or on chance. */
        VARYING_REPLY,
        /** It opens fewer keys than it names, because it is done before. */
        OPENS_FEWER_KEYS,
        /** The reply differs between RESP2 and RESP3 in more than its types. */
        DIFFERS_BY_PROTOCOL,
        /** The handler throws what it should not. */
        FAILS
    }

    /**
     * An execution of a command.
     *
     * @param command the command's words
     * @param before the commands to execute before, on an empty database
     * @param leeways what it may do differently
     */
    public record Example(List<String> command, List<List<String>> before, Set<Leeway> leeways) {
        /** An example written as a line, its words between single spaces, on an empty database. */
        public static Example of(String line) {
            return new Example(words(line), List.of(), Set.of());
        }

        private static List<String> words(String line) {
            return List.of(line.split(" "));
        }

        /** This example after other commands, each a line. */
        public Example after(String... lines) {
            return new Example(command, Arrays.stream(lines).map(Example::words).toList(), leeways);
        }

        /** This example with exceptions from the contract. */
        public Example but(Leeway... more) {
            return new Example(command, before, Set.of(more));
        }

        @Override
        public String toString() {
            return String.join(" ", command);
        }
    }

    /** For subclasses. */
    protected CommandContract() {
    }

    /** Examples of all commands of the module, those that reply with errors included. */
    protected abstract List<Example> examples();

    /** Commands that other tests show, such as one that blocks until something else happens; none by default. */
    protected Set<String> testedElsewhere() {
        return Set.of();
    }

    /** The commands under test. */
    List<CommandSpec> commands() throws Exception {
        RecordingRegistrar registrar = new RecordingRegistrar();
        module().configure(registrar);
        return registrar.commands;
    }

    @TestFactory
    Stream<DynamicTest> documentsEachCommand() throws Exception {
        return commands().stream().map(spec -> DynamicTest.dynamicTest(spec.name(), () -> checkDocumented(spec)));
    }

    private static void checkDocumented(CommandSpec spec) {
        assertFalse(spec.summary().isBlank(), "no summary");
        assertTrue(spec.summary().endsWith("."), "the summary is no sentence");
        assertTrue(spec.complexity().startsWith("O(") || spec.complexity().startsWith("Depends on"), "no complexity");
        assertTrue(spec.since().matches("\\d+\\.\\d+\\.\\d+"), "since what version?");
        assertFalse(spec.categories().isEmpty(), "no ACL category");
        assertFalse(spec.is(CommandFlag.WRITE) && spec.is(CommandFlag.READONLY), "both writing and reading only");
        if (spec.is(CommandFlag.WRITE) || spec.is(CommandFlag.READONLY)) {
            boolean keyless = spec.keySpecs().isEmpty() && !spec.is(CommandFlag.TOUCHES_ARBITRARY_KEYS)
                    && !spec.is(CommandFlag.NO_MANDATORY_KEYS);
            assertFalse(keyless && spec.arguments().stream().anyMatch(a -> a.type() == dev.cairn.api.command.Argument.Type.KEY),
                    "takes keys and has no key spec");
        }
        for (KeySpec keys : spec.keySpecs()) {
            long access = keys.flags().stream()
                    .filter(Set.of(KeySpec.Flag.RO, KeySpec.Flag.RW, KeySpec.Flag.OW, KeySpec.Flag.RM)::contains).count();
            assertEquals(keys.flags().contains(KeySpec.Flag.NOT_KEY) ? 0 : 1, access, "a key spec says once how keys are accessed");
            assertFalse(spec.is(CommandFlag.READONLY) && !keys.flags().contains(KeySpec.Flag.RO)
                    && !keys.flags().contains(KeySpec.Flag.NOT_KEY), "reads only, but its key spec says otherwise");
        }
        spec.arguments();
    }

    @Test
    void hasAnExampleOfEachCommand() throws Exception {
        Set<String> shown = new HashSet<>(testedElsewhere());
        for (Example e : examples()) {
            shown.add(e.command().getFirst().toUpperCase(Locale.ROOT));
            if (e.command().size() > 1) {
                shown.add((e.command().get(0) + "|" + e.command().get(1)).toUpperCase(Locale.ROOT));
            }
        }
        Set<String> missing = new TreeSet<>();
        for (CommandSpec spec : commands()) {
            if (!shown.contains(spec.name())) {
                missing.add(spec.name());
            }
        }
        assertTrue(missing.isEmpty(), () -> "commands without an example, and so without a test: " + missing);
    }

    @Test
    void refusesWrongNumbersOfArguments() throws Exception {
        try (TestServer server = server(module()).start(); TestClient client = server.client()) {
            for (CommandSpec spec : commands()) {
                int names = spec.name().contains("|") ? 2 : 1;
                int least = Math.abs(spec.arity());
                for (int size : spec.arity() > 0 ? new int[]{least - 1, least + 1} : new int[]{least - 1}) {
                    if (size >= names) {
                        List<String> words = new ArrayList<>(Arrays.asList(spec.name().split("\\|")));
                        while (words.size() < size) {
                            words.add("x");
                        }
                        String refusal = "wrong number of arguments for '" + spec.name().toLowerCase(Locale.ROOT) + "' command";
                        Value reply = client.call(words.toArray(String[]::new));
                        assertTrue(reply instanceof Value.Failure && Values.text(reply).endsWith(refusal),
                                () -> words + " gives: " + Values.text(reply));
                    }
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> opensTheKeysOfItsKeySpecs() throws Exception {
        KeySpy spy = new KeySpy(module());
        List<CommandSpec> specs = commands();
        return each(spy, (server, client, example) -> {
            prepare(client, example);
            spy.opened.clear();
            Value reply = execute(client, example);
            CommandSpec spec = specOf(specs, example);
            List<KeyFinder.Key> found = KeyFinder.find(spec, new Words(example.command())).orElse(List.of());
            Set<String> declared = found.stream().map(k -> example.command().get(k.position())).collect(Collectors.toSet());
            Set<String> opened = new HashSet<>(spy.keys());
            assertTrue(declared.containsAll(opened), () -> "opened " + opened + ", declared " + declared);
            if (!(reply instanceof Value.Failure) && !example.leeways().contains(Leeway.OPENS_FEWER_KEYS)) {
                assertEquals(declared, opened);
            }
            for (KeyFinder.Key key : found) {
                String name = example.command().get(key.position());
                boolean changes = spy.opened.stream().anyMatch(o -> o.key().equals(name) && o.forChange());
                boolean readOnly = found.stream().filter(k -> example.command().get(k.position()).equals(name))
                        .allMatch(k -> k.flags().contains(KeySpec.Flag.RO));
                assertFalse(changes && readOnly, () -> "opened '" + name + "' for change, though its key spec says that it reads");
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> doesTheSameInsideATransaction() throws Exception {
        List<CommandSpec> specs = commands();
        return each(module(), (server, client, example) -> {
            prepare(client, example);
            Value direct = execute(client, example);
            String after = client.line("DEBUG DIGEST");
            prepare(client, example);
            assertEquals("OK", client.line("MULTI"));
            Value queued = execute(client, example);
            if (queued instanceof Value.Failure refused) {
                assertTrue(specOf(specs, example).is(CommandFlag.NO_MULTI) || direct.equals(queued), refused::text);
                client.line("DISCARD");
                return;
            }
            assertEquals("QUEUED", Values.text(queued));
            Value inside = Values.elements(client.call("EXEC")).getFirst();
            if (!example.leeways().contains(Leeway.VARYING_REPLY)) {
                assertEquals(direct, inside);
                assertEquals(after, client.line("DEBUG DIGEST"));
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> repliesWellFormedInBothProtocols() {
        return each(module(), (server, client, example) -> {
            prepare(client, example);
            Value second = execute(client, example);
            assertEquals("PONG", client.line("PING"));
            try (TestClient other = server.client(3)) {
                prepare(other, example);
                Value third = execute(other, example);
                assertEquals("PONG", other.line("PING"));
                assertTrue(Values.isResp2(second), () -> "RESP3 types in RESP2: " + second);
                Set<Leeway> leeways = example.leeways();
                if (!leeways.contains(Leeway.DIFFERS_BY_PROTOCOL) && !leeways.contains(Leeway.VARYING_REPLY)) {
                    assertEquals(Values.inResp2(second), Values.inResp2(third));
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> logsWhatMakesAnEqualKeyspace() {
        RecordingLog log = new RecordingLog();
        TestServer replica = server(module()).config("enable-debug-command yes").start();
        return each(module(), log, (server, client, example) -> {
            prepare(client, example);
            String before = client.line("DEBUG DIGEST");
            long changes = changes(client);
            execute(client, example);
            String after = client.line("DEBUG DIGEST");
            assertTrue(before.equals(after) || changes(client) > changes, "it changed the keyspace and did not report it");
            server.awaitTurn();
            try (TestClient other = replica.client()) {
                other.line("FLUSHALL");
                for (List<String> words : log.takeWords()) {
                    Value reply = other.call(words.stream().map(w -> w.getBytes(StandardCharsets.ISO_8859_1)).toArray(byte[][]::new));
                    assertFalse(reply instanceof Value.Failure, () -> words + " was logged and gives: " + Values.text(reply));
                }
                assertEquals(after, other.line("DEBUG DIGEST"), "what was logged makes other keys");
            }
        }).onClose(replica::close);
    }

    private static long changes(TestClient client) {
        String field = "rdb_changes_since_last_save:";
        return client.line("INFO persistence").lines().filter(l -> l.startsWith(field))
                .mapToLong(l -> Long.parseLong(l.substring(field.length()))).findFirst().orElseThrow();
    }

    private interface Check {
        void run(TestServer server, TestClient client, Example example) throws Exception;
    }

    /** A test for each example; they share a server, which the last one closes. */
    private Stream<DynamicTest> each(ServerModule module, Check check) {
        return each(server(module), check);
    }

    private Stream<DynamicTest> each(ServerModule module, RecordingLog log, Check check) {
        return each(server(module, log), check);
    }

    private Stream<DynamicTest> each(TestServer.Builder builder, Check check) {
        builder.config("enable-debug-command yes");
        if (examples().stream().anyMatch(e -> e.leeways().contains(Leeway.FAILS))) {
            builder.expectFailures();
        }
        TestServer server = builder.start();
        return examples().stream().map(example -> DynamicTest.dynamicTest(example.toString(), () -> {
            try (TestClient client = server.client()) {
                check.run(server, client, example);
            }
        })).onClose(server::close);
    }

    private static void prepare(TestClient client, Example example) {
        assertEquals("OK", client.line("FLUSHALL"));
        for (List<String> words : example.before()) {
            Value reply = client.call(words.toArray(String[]::new));
            assertFalse(reply instanceof Value.Failure, () -> words + ": " + Values.text(reply));
        }
    }

    private static Value execute(TestClient client, Example example) {
        return client.call(example.command().toArray(String[]::new));
    }

    private static CommandSpec specOf(List<CommandSpec> specs, Example example) {
        String name = example.command().getFirst().toUpperCase(Locale.ROOT);
        String sub = example.command().size() > 1 ? name + "|" + example.command().get(1).toUpperCase(Locale.ROOT) : name;
        CommandSpec found = null;
        for (CommandSpec s : specs) {
            if (s.name().equals(sub) || found == null && s.name().equals(name)) {
                found = s;
            }
        }
        return Objects.requireNonNull(found, () -> "the module has no command " + name);
    }

    /** The words of a command as arguments. */
    private static final class Words implements Args {
        private final List<Bytes> words;

        Words(List<String> words) {
            this.words = words.stream().map(w -> Bytes.of(w.getBytes(StandardCharsets.UTF_8))).toList();
        }

        @Override
        public int size() {
            return words.size();
        }

        @Override
        public Bytes at(int i) {
            return words.get(i);
        }

        @Override
        public boolean is(int i, Token token) {
            return token.matches(words.get(i));
        }
    }
}
