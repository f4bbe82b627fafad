package dev.cairn.core.module;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.Access;
import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ModuleRejected;
import dev.cairn.api.ServerModule;
import dev.cairn.api.SpiVersion;
import dev.cairn.api.StopReason;
import dev.cairn.api.config.Option;
import dev.cairn.api.data.DataType;
import dev.cairn.api.command.Publisher;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.event.ModuleChanged;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Loop;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobLanes;
import dev.cairn.api.job.JobQueue;
import dev.cairn.core.config.Options;
import dev.cairn.core.db.Databases;
import dev.cairn.core.server.CommandEntry;
import dev.cairn.core.server.Listeners;
import dev.cairn.core.server.Server;

/**
 * Finds, registers, starts and stops modules. Main thread.
 *
 * <p>What a module declares is staged, checked against what is there, and committed whole or not at all: a name that is taken refuses the
 * module with a message that names both.
 */
public final class ModuleManager {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleManager.class);

    private final Options options;
    private @Nullable Server bound;
    private final List<StagedRegistrar> pending = new ArrayList<>();
    private final Map<String, LoadedModule> modules = new LinkedHashMap<>();
    private final Map<String, String> ownerOfCommand = new HashMap<>();
    private final Map<String, String> ownerOfType = new HashMap<>();
    private final Map<String, ConnectionType> connectionTypes = new LinkedHashMap<>();
    private final Map<String, String> ownerOfConnectionType = new HashMap<>();
    private final Map<String, String> ownerOfInfo = new HashMap<>();
    private final Map<Class<?>, String> ownerOfExport = new HashMap<>();
    private final Map<Class<?>, Object> exports = new HashMap<>();
    private @Nullable JobLanes jobLanes;
    private @Nullable String jobLanesOwner;
    private @Nullable String persistenceOwner;

    /** A manager without modules; what they declare but options takes effect at {@link #bind}. */
    public ModuleManager(Options options) {
        this.options = options;
    }

    /**
     * Gives the server what the registered modules declare, and from now on what others will, at once.
     *
     * <p>Modules are found before the configuration is read, because they declare options; the server is made after, because the
     * configuration says how many databases it has.
     */
    public void bind(Server server) {
        bound = server;
        pending.forEach(staged -> commit(server, staged));
        pending.clear();
    }

    private Server server() {
        Server s = bound;
        if (s == null) {
            throw new IllegalStateException("the server is not made yet");
        }
        return s;
    }

    /** The registered modules in the order of their registration. */
    public List<LoadedModule> modules() {
        return List.copyOf(modules.values());
    }

    /** The connection types of all modules. */
    public List<ConnectionType> connectionTypes() {
        return List.copyOf(connectionTypes.values());
    }

    /**
     * Registers every module on the module path, in the order of their names.
     *
     * @throws ModuleRejected when one cannot be registered
     */
    public void discover() throws ModuleRejected {
        List<ServerModule> found = new ArrayList<>();
        try {
            ServiceLoader.load(ServerModule.class).forEach(found::add);
        } catch (ServiceConfigurationError e) {
            throw new ModuleRejected("a module on the module path cannot be loaded: " + e.getMessage(), e);
        }
        found.sort(Comparator.comparing(m -> m.info().name()));
        for (ServerModule m : found) {
            register(m, origin(m));
        }
    }

    private static String origin(ServerModule module) {
        Module m = module.getClass().getModule();
        if (m.getLayer() == null) {
            return "class path";
        }
        return m.getLayer().configuration().findModule(m.getName()).flatMap(r -> r.reference().location()).map(URI::getPath)
                .orElse(m.getName());
    }

    /**
     * Registers a module: its declarations take effect whole.
     *
     * @throws ModuleRejected when it refuses, or when what it declares cannot be
     */
    public void register(ServerModule module, String origin) throws ModuleRejected {
        ModuleInfo info = module.info();
        LoadedModule same = modules.get(info.name());
        if (same != null) {
            throw new ModuleRejected(
                    "module '" + info.name() + "' from " + origin + ": a module of that name is loaded from " + same.origin());
        }
        if (!SpiVersion.CURRENT.accepts(info.builtFor())) {
            throw new ModuleRejected("module '" + info.name() + "' from " + origin + " is built for version " + info.builtFor()
                    + " of the server API; this server has " + SpiVersion.CURRENT);
        }
        StagedRegistrar staged = new StagedRegistrar(info.name(), options);
        boolean done = false;
        try {
            module.configure(staged);
            check(info.name(), staged);
            Server server = bound;
            if (server == null) {
                pending.add(staged);
            } else {
                checkFits(server, staged);
                commit(server, staged);
            }
            claim(info.name(), staged);
            done = true;
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ModuleRejected("module '" + info.name() + "' from " + origin + ": " + e.getMessage(), e);
        } catch (RuntimeException | LinkageError e) {
            throw new ModuleRejected("module '" + info.name() + "' from " + origin + " failed to declare itself: " + e, e);
        } finally {
            staged.seal();
            if (!done) {
                options.undeclareAll(info.name());
            }
        }
        modules.put(info.name(), new LoadedModule(module, origin, staged.jobTypes, staged.connectionTypes));
        LOG.debug("Module '{}' version {} registered from {}", info.name(), info.version(), origin);
    }

    private void check(String module, StagedRegistrar staged) throws ModuleRejected {
        Map<String, String> commands = new HashMap<>(ownerOfCommand);
        for (StagedRegistrar.StagedCommand c : staged.commands) {
            String name = c.spec().name();
            refuseTaken("command", name, module, commands.putIfAbsent(name, module));
            int bar = name.indexOf('|');
            if (bar >= 0 && !commands.containsKey(name.substring(0, bar))) {
                throw new ModuleRejected("module '" + module + "': subcommand '" + name + "' has no container");
            }
        }
        Map<String, String> types = new HashMap<>(ownerOfType);
        for (DataType t : staged.dataTypes) {
            refuseTaken("data type", t.name(), module, types.putIfAbsent(t.name(), module));
            refuseTaken("type id", t.id().name(), module, types.putIfAbsent("id " + t.id().name(), module));
        }
        Map<String, String> connections = new HashMap<>(ownerOfConnectionType);
        for (ConnectionType t : staged.connectionTypes) {
            refuseTaken("connection type", t.name(), module, connections.putIfAbsent(t.name(), module));
        }
        Map<String, String> infos = new HashMap<>(ownerOfInfo);
        for (StagedRegistrar.StagedInfo i : staged.infos) {
            refuseTaken("INFO section", i.title(), module, infos.putIfAbsent(i.title().toLowerCase(Locale.ROOT), module));
        }
        if (staged.jobLanes != null && jobLanesOwner != null) {
            throw new ModuleRejected("module '" + module + "': background jobs are run by module '" + jobLanesOwner + "' already");
        }
        if (staged.persistence != null && persistenceOwner != null) {
            throw new ModuleRejected("module '" + module + "': data is kept by module '" + persistenceOwner + "' already");
        }
        for (Class<?> api : staged.exports.keySet()) {
            String owner = ownerOfExport.get(api);
            if (owner != null) {
                throw new ModuleRejected("API " + api.getName() + " of module '" + module + "' is exported by module '" + owner + "'");
            }
        }
    }

    private static void refuseTaken(String what, String name, String module, @Nullable String owner) throws ModuleRejected {
        if (owner != null) {
            throw new ModuleRejected(
                    what + " '" + name.toLowerCase(Locale.ROOT) + "' of module '" + module + "' is taken by module '" + owner + "'");
        }
    }

    /** Notes whose the names are from now on. */
    private void claim(String module, StagedRegistrar staged) {
        staged.commands.forEach(c -> ownerOfCommand.put(c.spec().name(), module));
        for (DataType t : staged.dataTypes) {
            ownerOfType.put(t.name(), module);
            ownerOfType.put("id " + t.id().name(), module);
        }
        for (ConnectionType t : staged.connectionTypes) {
            connectionTypes.put(t.name(), t);
            ownerOfConnectionType.put(t.name(), module);
        }
        staged.infos.forEach(i -> ownerOfInfo.put(i.title().toLowerCase(Locale.ROOT), module));
        staged.exports.keySet().forEach(api -> ownerOfExport.put(api, module));
        exports.putAll(staged.exports);
        if (staged.jobLanes != null) {
            jobLanes = staged.jobLanes;
            jobLanesOwner = module;
        }
        if (staged.persistence != null) {
            persistenceOwner = module;
        }
    }

    /** Refuses what the server would refuse half way: names that commands were renamed to, and a type too many. */
    private static void checkFits(Server server, StagedRegistrar staged) throws ModuleRejected {
        for (StagedRegistrar.StagedCommand c : staged.commands) {
            CommandEntry taken = server.commands().find(c.spec().name());
            if (taken != null) {
                throw new ModuleRejected("command '" + c.spec().name().toLowerCase(Locale.ROOT) + "' of module '" + staged.module()
                        + "': command '" + taken.wireName() + "' of module '" + taken.module() + "' is renamed to that name");
            }
        }
        if (server.databases().types().size() + staged.dataTypes.size() > Databases.MAX_TYPES) {
            throw new ModuleRejected("module '" + staged.module() + "' brings more data types than the " + Databases.MAX_TYPES
                    + " that there may be");
        }
    }

    private static void commit(Server server, StagedRegistrar staged) {
        staged.commands.forEach(c -> server.addCommand(c.spec(), c.handler(), staged.module()));
        staged.dataTypes.forEach(server.databases()::addType);
        if (staged.persistence != null) {
            server.durability().provide(staged.persistence);
        }
        staged.infos.forEach(i -> server.info().add(i.title(), i.byDefault(), i.source()));
        staged.listeners.forEach(l -> listen(server, l));
        staged.keyListeners.forEach(l -> server.events().listenKeys(l.classes(), l.listener()));
    }

    private static <E> void listen(Server server, StagedRegistrar.StagedListener<E> l) {
        Consumer<? super E> listener = l.listener();
        server.events().listen(l.eventClass(), listener);
    }

    /**
     * Starts the registered modules that do not run yet. Once the server listens, their connection types listen at once too.
     *
     * @throws ModuleRejected when one fails; those that were started before keep running
     */
    public void start(Path directory) throws ModuleRejected {
        for (LoadedModule m : modules.values()) {
            if (!m.started()) {
                try {
                    m.module().start(new Context(m, directory));
                } catch (Exception e) {
                    throw new ModuleRejected("module '" + m.info().name() + "' cannot start: " + e.getMessage(), e);
                }
                m.started(true);
                listen(m);
                server().events().fire(new ModuleChanged(m.info(), true));
            }
        }
    }

    private void listen(LoadedModule m) throws ModuleRejected {
        Listeners listeners = server().listeners();
        if (!listeners.serving()) {
            return;
        }
        for (ConnectionType type : m.connectionTypes()) {
            try {
                listeners.open(type);
            } catch (IOException e) {
                m.connectionTypes().forEach(listeners::close);
                stop(m, StopReason.UNLOAD);
                throw new ModuleRejected("module '" + m.info().name() + "' cannot listen on " + type.name() + ": " + e.getMessage(), e);
            }
        }
    }

    /** The threads of modules that were made by {@link ModuleContext#thread} and still run. */
    public List<Thread> runningThreads() {
        return modules.values().stream().flatMap(m -> m.threads().stream()).filter(Thread::isAlive).toList();
    }

    /** Stops all modules that run, in the reverse order of their start. */
    public void stop(StopReason reason) {
        for (LoadedModule m : modules().reversed()) {
            if (m.started()) {
                stop(m, reason);
            }
        }
    }

    private static void stop(LoadedModule m, StopReason reason) {
        try {
            m.module().stop(reason);
        } catch (RuntimeException e) {
            LOG.warn("Module '{}' failed to stop", m.info().name(), e);
        }
        m.started(false);
        for (Thread t : m.threads()) {
            if (t.isAlive()) {
                LOG.warn("Module '{}' stopped, but its thread '{}' still runs", m.info().name(), t.getName());
            }
        }
    }

    /** What a module is given. */
    private final class Context implements ModuleContext {
        private final LoadedModule module;
        private final Path directory;

        Context(LoadedModule module, Path directory) {
            this.module = module;
            this.directory = directory;
        }

        @Override
        public Loop loop() {
            return server().loop();
        }

        @Override
        public Access access() {
            return ModuleManager.this::onMain;
        }

        @Override
        public Path directory() {
            return directory;
        }

        @Override
        public Thread thread(String name, Runnable body) {
            Thread t = Thread.ofPlatform().name(name).daemon().unstarted(body);
            module.threads().add(t);
            return t;
        }

        @Override
        public <J, R> JobQueue<J, R> jobs(BackgroundJobType<J, R> type) {
            JobLanes lanes = jobLanes;
            if (lanes == null) {
                throw new IllegalStateException(
                        "job type '" + type.name() + "' has no lane: no module on the module path runs background jobs");
            }
            if (!module.declares(type)) {
                throw new IllegalStateException("job type '" + type.name() + "' was not declared by module '" + module.info().name() + "'");
            }
            return lanes.open(type, server().loop()::post);
        }

        @Override
        public <T> Optional<Option<T>> option(String name, Class<T> type) {
            return options.find(name, type);
        }

        @Override
        public Publisher publisher() {
            return server().pubsub();
        }

        @Override
        public <A> Optional<A> require(Class<A> api) {
            return Optional.ofNullable(exports.get(api)).map(api::cast);
        }
    }

    private <R> CompletionStage<R> onMain(int database, Function<? super Keyspace, ? extends R> work) {
        CompletableFuture<R> result = new CompletableFuture<>();
        Server server = server();
        server.loop().post(() -> {
            int mark = server.databases().slotMark();
            try {
                if (database < 0 || database >= server.databases().count()) {
                    throw new IllegalArgumentException("database " + database + ": there are " + server.databases().count());
                }
                result.complete(work.apply(server.databases().at(database)));
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                result.completeExceptionally(e);
            } finally {
                server.databases().releaseSlots(mark);
            }
        });
        return result;
    }
}
