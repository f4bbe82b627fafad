package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ModuleRejected;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.data.DataType;
import dev.cairn.api.io.ConnectionType;

/**
 * What every module keeps: {@code configure} only declares and can be repeated; what it declares takes effect whole or not at all; a name
 * that is taken is refused with the names of both modules.
 */
public abstract class ModuleContract extends Contract {
    /** For subclasses. */
    protected ModuleContract() {
    }

    @Test
    void saysWhoItIsTheSameEachTime() {
        ServerModule module = module();
        assertEquals(module.info(), module.info());
        assertEquals(module().info(), module.info());
    }

    @Test
    void declaresTheSameEachTimeAndStartsNoThread() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        ServerModule module = module();
        List<String> first = declarations(module).lines;
        assertEquals(first, declarations(module).lines, "the same instance, configured again");
        assertEquals(first, declarations(module()).lines, "another instance");
        Set<Thread> after = new HashSet<>(Thread.getAllStackTraces().keySet());
        after.removeAll(before);
        after.removeIf(t -> !t.isAlive() || t.getThreadGroup() == null || t.getThreadGroup().getName().equals("system")
                || t.getThreadGroup().getName().equals("InnocuousThreadGroup"));
        assertTrue(after.isEmpty(), () -> "configure started " + after);
    }

    private static RecordingRegistrar declarations(ServerModule module) throws ModuleRejected {
        RecordingRegistrar registrar = new RecordingRegistrar();
        module.configure(registrar);
        return registrar;
    }

    @Test
    void documentsEachOption() throws Exception {
        for (OptionSpec<?> option : declarations(module()).options) {
            assertFalse(option.doc().isBlank(), () -> "option " + option.name() + " has no line of documentation");
            assertFalse(option.doc().contains("\n"), option::name);
        }
    }

    @Test
    void startsAndStopsManyTimes() {
        for (int i = 0; i < 3; i++) {
            server(module()).start().close();
        }
    }

    @Test
    void leavesNothingWhenItsRegistrationFails() throws Exception {
        List<Exception> failures = List.of(new ModuleRejected("not here"), new IllegalStateException("broken"),
                new IndexOutOfBoundsException("broken"));
        for (Exception failure : failures) {
            try (TestServer server = TestServer.with().start(); TestClient client = server.client()) {
                List<String> before = state(client);
                assertThrows(ModuleRejected.class, () -> server.register(new Failing(module(), failure)));
                assertEquals(before, state(client));
                server.register(module());
            }
        }
    }

    /** What of a server the registration of a module can change. */
    private static List<String> state(TestClient client) {
        List<String> state = new ArrayList<>();
        state.add(client.line("COMMAND COUNT"));
        state.add(Values.elements(client.call("COMMAND", "LIST")).stream().map(Values::text).sorted().toList().toString());
        state.add(client.line("CONFIG GET *"));
        state.add(client.line("INFO everything").lines().filter(l -> l.startsWith("#")).toList().toString());
        state.add(client.line("INFO modules"));
        return state;
    }

    @Test
    void isRefusedTwice() {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> server(module(), module()).start());
        assertInstanceOf(ModuleRejected.class, e.getCause());
        assertTrue(String.valueOf(e.getMessage()).contains(module().info().name()), e::getMessage);
    }

    @Test
    void refusesNamesThatAreTakenAndNamesBothModules() throws Exception {
        RecordingRegistrar own = declarations(module());
        List<Consumer<Registrar>> claims = new ArrayList<>();
        for (CommandSpec spec : own.commands) {
            if (!spec.name().contains("|")) {
                claims.add(r -> r.command(spec, (call, args, out) -> out.ok()));
            }
        }
        for (DataType type : own.dataTypes) {
            claims.add(r -> r.dataType(type));
        }
        for (ConnectionType type : own.connectionTypes) {
            claims.add(r -> r.connectionType(type));
        }
        for (OptionSpec<?> option : own.options) {
            claims.add(r -> r.option(option));
        }
        for (String title : own.infoTitles) {
            claims.add(r -> r.info(title, false, out -> {
            }));
        }
        for (Class<?> api : own.exports) {
            claims.add(r -> exportNothing(r, api));
        }
        for (Consumer<Registrar> claim : claims) {
            Rival rival = new Rival(claim);
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> server(module(), rival).start());
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains(module().info().name()) && message.contains("rival"), message);
        }
    }

    private static <A> void exportNothing(Registrar registrar, Class<A> api) {
        registrar.export(api, api.cast(java.lang.reflect.Proxy.newProxyInstance(api.getClassLoader(), new Class<?>[]{api},
                (proxy, method, args) -> {
                    throw new UnsupportedOperationException(method.getName());
                })));
    }

    /** Declares what the module does, and then fails. */
    private record Failing(ServerModule module, Exception failure) implements ServerModule {
        @Override
        public ModuleInfo info() {
            return module.info();
        }

        @Override
        public void configure(Registrar registrar) throws ModuleRejected {
            module.configure(registrar);
            switch (failure) {
                case ModuleRejected rejected -> throw rejected;
                case RuntimeException unchecked -> throw unchecked;
                default -> throw new AssertionError(failure);
            }
        }

        @Override
        public void start(ModuleContext context) {
            throw new AssertionError("started though it was rejected");
        }

        @Override
        public void stop(StopReason reason) {
            throw new AssertionError("stopped though it was rejected");
        }
    }

    /** Claims a name of the module's. */
    private record Rival(Consumer<Registrar> claim) implements ServerModule {
        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("rival", 1);
        }

        @Override
        public void configure(Registrar registrar) {
            claim.accept(registrar);
        }
    }
}
