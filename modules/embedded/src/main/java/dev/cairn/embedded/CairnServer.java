package dev.cairn.embedded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.event.ShutdownBegun;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.core.boot.ServerAssembly;
import dev.cairn.core.config.ConfigFile;
import dev.cairn.core.server.Server;
import dev.cairn.transport.inprocess.InProcessClient;
import dev.cairn.transport.inprocess.InProcessModule;

/**
 * A server inside an application, on a main thread of its own. Its methods are for any thread.
 *
 * <pre>{@code
 * try (CairnServer server = CairnServer.builder().start(); InProcessClient client = server.client()) {
 *     client.call("SET", "greeting", "hello");
 * }
 * }</pre>
 *
 * <p>The modules on the application's module path are part of it, as those in {@code lib/} are part of the distribution; an application
 * on the class path adds them by {@link Builder#module}. It opens no socket unless its configuration says so. The JVM has to allow native access to {@code dev.cairn.structures} and
 * {@code dev.cairn.core} ({@code ALL-UNNAMED} on the class path); data lives outside the heap, so a small heap will do for the server.
 */
public final class CairnServer implements AutoCloseable {
    private final ServerAssembly assembly = new ServerAssembly();
    private final InProcessModule inProcess = new InProcessModule();
    private final CompletableFuture<Server> started = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    private final Thread main;

    /** Collects what a server is to be. For one thread. */
    public static final class Builder {
        private final List<ServerModule> modules = new ArrayList<>();
        private final StringBuilder config = new StringBuilder("port 0\n");
        private Path directory = Path.of("");
        private boolean discover = true;

        private Builder() {
        }

        /** Adds a module that is not found on the module path. */
        public Builder module(ServerModule module) {
            modules.add(module);
            return this;
        }

        /** Leaves out the modules on the module path: only those that were added are part of the server. */
        public Builder withoutDiscovery() {
            discover = false;
            return this;
        }

        /** Adds lines of configuration as they stand in a {@code redis.conf}, such as {@code port 6379}, which opens one. */
        public Builder config(String... lines) {
            for (String line : lines) {
                config.append(line).append('\n');
            }
            return this;
        }

        /** Sets the directory where relative paths of the configuration start; the process's at first. */
        public Builder directory(Path path) {
            directory = path;
            return this;
        }

        /**
         * Starts the server and returns when it serves.
         *
         * @throws IllegalStateException when a module, a line of the configuration or an address to listen on is bad; the message tells which
         */
        public CairnServer start() {
            CairnServer server = new CairnServer(this);
            server.main.start();
            try {
                server.started.join();
            } catch (CompletionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw new IllegalStateException("the server does not start: " + cause.getMessage(), cause);
            }
            return server;
        }
    }

    /** Begins the declaration of a server. */
    public static Builder builder() {
        return new Builder();
    }

    private CairnServer(Builder of) {
        List<ServerModule> modules = new ArrayList<>(of.modules);
        modules.add(inProcess);
        String config = of.config.toString();
        Path directory = of.directory.toAbsolutePath();
        boolean discover = of.discover;
        main = Thread.ofPlatform().name("cairn-main").daemon().unstarted(() -> body(discover, modules, config, directory));
    }

    /** A new client without a socket. */
    public InProcessClient client() {
        return new InProcessClient(inProcess.transport());
    }

    private void body(boolean discover, List<ServerModule> modules, String config, Path directory) {
        Server server = null;
        try {
            if (discover) {
                assembly.modules().discover();
            }
            for (ServerModule module : modules) {
                assembly.modules().register(module, "application");
            }
            assembly.configure(ConfigFile.reader(directory).text("configuration", config).directives());
            server = assembly.makeServer();
            assembly.modules().start(directory);
            for (ConnectionType type : assembly.modules().connectionTypes()) {
                server.listeners().open(type);
            }
            started.complete(server);
            server.run();
        } catch (Throwable t) {
            started.completeExceptionally(t);
            ended.completeExceptionally(t);
        } finally {
            end(server);
        }
    }

    private void end(@Nullable Server server) {
        try {
            if (server != null) {
                assembly.modules().stop(started.isCompletedExceptionally() ? StopReason.BOOT_FAILED : StopReason.SHUTDOWN);
                server.close();
            }
            ended.complete(null);
        } catch (Throwable t) {
            ended.completeExceptionally(t);
        }
    }

    /**
     * Shuts the server down in order and waits for its end.
     *
     * @throws IllegalStateException when it has failed
     */
    @Override
    public void close() {
        Server server = started.join();
        if (!ended.isDone()) {
            server.loop().post(() -> server.shutDown(() -> server.events().fire(new ShutdownBegun())));
        }
        try {
            ended.join();
        } catch (CompletionException e) {
            throw new IllegalStateException("the server has failed", e.getCause());
        }
    }
}
