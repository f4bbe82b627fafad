package dev.cairn.testkit;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ModuleRejected;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.event.ShutdownBegun;
import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.core.boot.ServerAssembly;
import dev.cairn.core.config.ConfigFile;
import dev.cairn.core.server.CommandEntry;
import dev.cairn.core.server.Server;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Pages;
import dev.cairn.transport.inprocess.InProcessTransport;

/**
 * A server inside the test: the modules that the test gives it and the intrinsic commands, on a main thread of its own, with the transport
 * {@link InProcessTransport}. Its methods are for any thread.
 *
 * <pre>{@code
 * try (TestServer server = TestServer.with(new MyModule()).config("hz 100").start(); TestClient client = server.client()) {
 *     assertEquals("OK", client.text("MYCOMMAND", "key"));
 * }
 * }</pre>
 *
 * <p>{@link #close} fails if something failed unseen in the event loop, if a module's thread still runs, or, once the last of the servers
 * of the process is closed, if native memory is left.
 */
public final class TestServer implements AutoCloseable {
    /** How long a test waits for something to happen. */
    static final int PATIENCE_SECONDS = 60;
    private static int servers;
    private static long mappedBefore;

    private final ServerAssembly assembly = new ServerAssembly();
    private final InProcessTransport transport = new InProcessTransport("memory");
    private final CompletableFuture<Server> started = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread main;
    private final boolean failuresExpected;
    private final boolean listening;
    private List<Thread> left = List.of();
    private long unexpected;
    private boolean closed;

    /** Collects what a server is to be. */
    public static final class Builder {
        private final List<ServerModule> modules = new ArrayList<>();
        private final StringBuilder config = new StringBuilder();
        private boolean failuresExpected;
        private boolean listening;
        private Path directory = Path.of("").toAbsolutePath();

        private Builder() {
        }

        /** Adds a module. */
        public Builder module(ServerModule module) {
            modules.add(module);
            return this;
        }

        /** Adds lines of configuration as they stand in a {@code redis.conf}. */
        public Builder config(String... lines) {
            for (String line : lines) {
                config.append(line).append('\n');
            }
            return this;
        }

        /** Sets the working directory that modules are told; otherwise that of the process. */
        public Builder directory(Path path) {
            directory = path.toAbsolutePath();
            return this;
        }

        /** Says that handlers will fail, so that {@link TestServer#close} does not mind. */
        public Builder expectFailures() {
            failuresExpected = true;
            return this;
        }

        /** Has the connection types of the modules listen, as a server that boots does. */
        public Builder listening() {
            listening = true;
            return this;
        }

        /**
         * Starts the server.
         *
         * @throws IllegalStateException if a module is rejected or a line of configuration is wrong; its cause tells which
         */
        public TestServer start() {
            TestServer server = new TestServer(this);
            server.main.start();
            server.awaitStart();
            return server;
        }
    }

    /** Begins the declaration of a server with modules. */
    public static Builder with(ServerModule... modules) {
        Builder builder = new Builder();
        builder.modules.addAll(List.of(modules));
        return builder;
    }

    private TestServer(Builder of) {
        failuresExpected = of.failuresExpected;
        transport.patience(Duration.ofSeconds(PATIENCE_SECONDS));
        listening = of.listening;
        List<ServerModule> modules = new ArrayList<>(of.modules);
        modules.add(new Transport(transport));
        String config = of.config.toString();
        Path directory = of.directory;
        main = Thread.ofPlatform().name("test-server-main").daemon().unstarted(() -> body(modules, config, directory));
    }

    private void body(List<ServerModule> modules, String config, Path directory) {
        enter();
        Server server = null;
        boolean running = false;
        try {
            assembly.modules().makeReplaceable();
            for (ServerModule module : modules) {
                assembly.modules().register(module, "test");
            }
            assembly.configure(ConfigFile.reader(Path.of("")).text("test", config).directives());
            server = assembly.makeServer();
            assembly.modules().start(directory);
            running = true;
            for (ConnectionType type : listening ? assembly.modules().connectionTypes() : List.of(transport)) {
                server.listeners().open(type);
            }
            assembly.modules().startLanes();
            server.durability().open();
            started.complete(server);
            server.run();
        } catch (Throwable t) {
            started.completeExceptionally(t);
            ended.completeExceptionally(t);
            transport.breakOff();
        } finally {
            end(server, running);
        }
        ended.complete(null);
    }

    private void end(@Nullable Server server, boolean running) {
        if (server == null) {
            leave();
            return;
        }
        try {
            if (running) {
                assembly.modules().stop(StopReason.SHUTDOWN);
            }
            left = assembly.modules().runningThreads();
            unexpected = server.stats().unexpectedErrors;
            server.close();
        } catch (Throwable t) {
            ended.completeExceptionally(t);
        } finally {
            leave();
        }
    }

    private static void enter() {
        synchronized (TestServer.class) {
            if (servers++ == 0) {
                releaseAll();
                mappedBefore = Pages.mappedBytes();
            }
        }
    }

    private void leave() {
        synchronized (TestServer.class) {
            if (--servers == 0) {
                releaseAll();
                long leaked = Pages.mappedBytes() - mappedBefore;
                if (leaked > 0) {
                    ended.completeExceptionally(new AssertionError(leaked + " bytes of native memory are left"));
                }
            }
        }
    }

    private static void releaseAll() {
        while (Heap.releaseSome(64) || Pages.releaseSome(Long.MAX_VALUE)) {
            Thread.onSpinWait();
        }
    }

    private void awaitStart() {
        try {
            started.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = cause(e);
            throw new IllegalStateException("the server does not start: " + cause.getMessage(), cause);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("the server does not start", e);
        }
    }

    private static Throwable cause(ExecutionException e) {
        return Objects.requireNonNullElse(e.getCause(), e);
    }

    /** The transport, for clients of a special kind. */
    public InProcessTransport transport() {
        return transport;
    }

    /** A new client that speaks RESP2. */
    public TestClient client() {
        return new TestClient(transport.connect());
    }

    /** A new client that speaks the given protocol, 2 or 3. */
    public TestClient client(int protocol) {
        TestClient client = client();
        if (protocol != 2) {
            client.call("HELLO", Integer.toString(protocol));
        }
        return client;
    }

    /** Runs a task on the main thread, between commands, and returns its result; throws what it throws. */
    public <T> T onMain(Callable<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        Server s = server();
        s.loop().post(() -> {
            int mark = s.databases().slotMark();
            try {
                result.complete(task.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            } finally {
                s.databases().releaseSlots(mark);
            }
        });
        try {
            return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            switch (cause(e)) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw e;
            }
        }
    }

    /** A database, for use inside {@link #onMain}. */
    public Keyspace database(int index) {
        return server().databases().at(index);
    }

    /** Registers one more module in the running server, without starting it. */
    public void register(ServerModule module) throws Exception {
        onMain(() -> {
            assembly.modules().register(module, "test");
            return true;
        });
    }

    /** Loads one more module into the running server: registers and starts it, and lets its connection types listen. */
    public void load(ServerModule module) throws Exception {
        onMain(() -> {
            assembly.modules().register(module, "test");
            assembly.modules().start(Path.of("").toAbsolutePath());
            return true;
        });
    }

    /**
     * Puts a newer version of a module in the place of the one of its name that runs, as {@code MODULE UPGRADE} does, with its keys and those who
     * wait, and returns when that is done. The clients are served meanwhile.
     *
     * @throws ModuleRejected with the reason why everything is as it was
     */
    public void upgrade(ServerModule newer) throws Exception {
        List<Thread> before = runningThreads();
        Optional<ModuleRejected> refused = beginUpgrade(newer).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (refused.isPresent()) {
            throw refused.get();
        }
        List<Thread> now = runningThreads();
        List<Thread> forgotten = before.stream().filter(t -> t.isAlive() && !now.contains(t)).toList();
        if (!forgotten.isEmpty()) {
            throw new AssertionError("the older version has stopped, but its threads still run: " + forgotten);
        }
    }

    /** Begins an upgrade; what is returned completes at its end, with nothing or with the reason why everything is as it was. */
    public CompletableFuture<Optional<ModuleRejected>> beginUpgrade(ServerModule newer) throws Exception {
        CompletableFuture<Optional<ModuleRejected>> outcome = new CompletableFuture<>();
        return onMain(() -> {
            assembly.modules().upgrade(newer, "test", List.of(), outcome::complete);
            return outcome;
        });
    }

    private List<Thread> runningThreads() throws Exception {
        return onMain(() -> assembly.modules().runningThreads());
    }

    /**
     * Opens the listeners of a connection type that a module has brought, for a test that handles the connections itself.
     *
     * @param accepted is given the connections, on the main thread
     * @return the listeners that it has opened, to be looked at and closed on the main thread
     */
    public List<Listener> listen(String type, Consumer<Connection> accepted) throws Exception {
        return onMain(() -> List.copyOf(server().listeners().open(connectionType(type), accepted)));
    }

    /** A connection type that a module has brought. Only {@code memory} listens, unless the server was built to. */
    public ConnectionType connectionType(String name) {
        return assembly.modules().connectionTypes().stream().filter(t -> t.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no module brings the connection type " + name));
    }

    /** The declarations of all commands of a module, subcommands after their container. */
    public List<CommandSpec> commands(String module) throws Exception {
        return onMain(() -> {
            List<CommandSpec> specs = new ArrayList<>();
            for (CommandEntry e : server().originalCommands().all()) {
                collect(e, module, specs);
            }
            return specs;
        });
    }

    private static void collect(CommandEntry entry, String module, List<CommandSpec> into) {
        if (entry.module().equals(module)) {
            into.add(entry.spec());
        }
        if (entry.subcommands() != null) {
            entry.subcommands().all().forEach(e -> collect(e, module, into));
        }
    }

    /** Moves the server's clock forward, for expiry, timeouts and timers; returns when the loop has seen it. */
    public void advance(Duration by) throws Exception {
        onMain(() -> {
            server().clock().advance(by.toNanos() / 1000);
            return true;
        });
        awaitTurn();
    }

    /** Returns when the loop has finished a turn that began after the call. */
    public void awaitTurn() throws Exception {
        for (int i = 0; i < 2; i++) {
            onMain(() -> true);
        }
    }

    /** Returns when the condition holds on the main thread; it is looked at once a turn, and fails after a minute. */
    public void await(String what, Supplier<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!onMain(condition::get)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still not: " + what);
            }
        }
    }

    /** The text of a section of INFO. Main thread. */
    public String info(String section) {
        return server().info().text(List.of(section));
    }

    /** Waits until so many clients wait in blocking commands. */
    public void awaitBlocked(int clients) throws Exception {
        await(clients + " blocked clients", () -> server().blockedClients() == clients);
    }

    /** Bytes that keys, values and indexes take. */
    public long dataBytes() throws Exception {
        return onMain(() -> server().databases().usedBytes());
    }

    /**
     * Bytes that the main thread has allocated on the Java heap so far. In the checked mode of the off-heap memory commands allocate; a
     * test of their allocations runs without it.
     */
    public long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getThreadAllocatedBytes(main.threadId());
    }

    /** The core. */
    Server server() {
        if (ended.isCompletedExceptionally()) {
            ended.join();
        }
        return started.join();
    }

    /** How the server is put together. */
    ServerAssembly assembly() {
        return assembly;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Server server = started.join();
        server.loop().post(() -> server.shutDown(() -> server.events().fire(new ShutdownBegun())));
        try {
            main.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while the server stops", e);
        }
        if (main.isAlive()) {
            AssertionError stuck = new AssertionError("the server does not stop");
            stuck.setStackTrace(main.getStackTrace());
            throw stuck;
        }
        try {
            ended.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw new AssertionError("the server failed", e.getCause());
        }
        if (!left.isEmpty()) {
            throw new AssertionError("modules have stopped, but their threads still run: " + left);
        }
        if (unexpected > 0 && !failuresExpected) {
            throw new AssertionError(unexpected + " unexpected failures in the server, see its log");
        }
    }

    /** Brings the transport. */
    private record Transport(InProcessTransport transport) implements ServerModule {
        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("testkit", 1);
        }

        @Override
        public void configure(Registrar registrar) {
            registrar.connectionType(transport);
        }
    }
}
