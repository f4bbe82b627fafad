package dev.cairn.core.module;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
import dev.cairn.api.command.Outcall;
import dev.cairn.api.command.Publisher;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.event.ModuleChanged;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Loop;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobLanes;
import dev.cairn.api.job.JobQueue;
import dev.cairn.core.config.OptionSetError;
import dev.cairn.core.config.Options;
import dev.cairn.core.db.Databases;
import dev.cairn.core.observe.LatencyMonitor;
import dev.cairn.core.server.CommandEntry;
import dev.cairn.core.server.Listeners;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.ServerIdentity;

/**
 * Finds, registers, starts and stops modules. Main thread.
 *
 * <p>What a module declares is staged, checked against what is there, and committed whole or not at all: a name that is taken refuses the
 * module with a message that names both.
 */
public final class ModuleManager {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleManager.class);

    /** How long background jobs that must be done may take when the server stops; a disk that is slower is in trouble. */
    private static final Duration LANES_GRACE = Duration.ofSeconds(30);

    private final Options options;
    private @Nullable Server bound;
    private final List<StagedRegistrar> pending = new ArrayList<>();
    private final Map<String, LoadedModule> modules = new LinkedHashMap<>();
    private final Claims claims = new Claims();
    private @Nullable Path directory;
    /** The loaders of modules that were unloaded, as long as they are in memory. */
    private final List<WeakReference<ClassLoader>> unloaded = new ArrayList<>();
    private int unloadedCount;
    private @Nullable ModuleUpgrade upgrade;
    /** The names of the modules in the folder for plug-ins. */
    private final Set<String> inFolder = new HashSet<>();
    /** The distribution that takes no modules beside its own, empty if any may be loaded. */
    private String sealedBy = "";
    private boolean allReplaceable;

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

    /** Refuses every module that is loaded from now on: those of the distribution, which are registered, are all that there are. */
    public void seal(String distribution) {
        sealedBy = distribution;
    }

    /** Lets newer versions take the places of all modules that are registered from now on, as in the test kit; else only of those loaded by path. */
    public void makeReplaceable() {
        allReplaceable = true;
    }

    /** Whether modules may be loaded beside those of the module path. */
    public boolean loadsModules() {
        return sealedBy.isEmpty();
    }

    Server server() {
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

    /** The registered modules, as clients are told of them. */
    public Collection<ServerIdentity.Loaded> loaded() {
        return modules.values().stream()
                .map(m -> new ServerIdentity.Loaded(m.info(), m.origin(), m.arguments(), m.declared().filters.size(),
                        names(m.users()), names(modules.values().stream().filter(other -> other.users().contains(m)).toList())))
                .toList();
    }

    private static List<String> names(Collection<LoadedModule> of) {
        return of.stream().map(m -> m.info().name()).sorted().toList();
    }

    /** The modules that were loaded by path, other than those of the folder for plug-ins: each its path and its arguments. */
    public List<List<String>> loadedByPath() {
        List<List<String>> lines = new ArrayList<>();
        for (LoadedModule m : modules.values()) {
            if (m.layer() != null && !inFolder.contains(m.info().name())) {
                List<String> words = new ArrayList<>(m.arguments());
                words.addFirst(m.origin());
                lines.add(words);
            }
        }
        return lines;
    }

    /** The connection types of all modules. */
    public List<ConnectionType> connectionTypes() {
        return claims.connectionTypes();
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
        Map<String, ServerModule> byName = new TreeMap<>();
        for (ServerModule m : found) {
            ServerModule other = byName.put(infoOf(m, origin(m)).name(), m);
            if (other != null) {
                throw new ModuleRejected(
                        "two modules on the module path have the name '" + m.info().name() + "': " + origin(other) + " and "
                                + origin(m));
            }
        }
        for (ServerModule m : byName.values()) {
            register(m, origin(m));
        }
    }

    /**
     * Registers every module in the folders of {@code plugins}, each folder one module with its libraries.
     *
     * @throws ModuleRejected when one cannot be registered
     */
    public void discoverPlugins(Path plugins) throws ModuleRejected {
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(plugins)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(plugins, Files::isDirectory)) {
                found.forEach(folders::add);
            } catch (IOException e) {
                throw new ModuleRejected(plugins + " cannot be read: " + e, e);
            }
        }
        Collections.sort(folders);
        for (Path folder : folders) {
            PluginLayer layer = PluginLayer.read(folder);
            load(layer, List.of(), List.of());
            inFolder.add(layer.module().info().name());
        }
    }

    /**
     * Has another object of a module that was read in declare itself, to nobody: its classes are loaded then, and the real declaration holds
     * up the server for less. Any thread but main.
     */
    public static void rehearse(PluginLayer layer) {
        try {
            ServerModule module = layer.another();
            module.configure(new StagedRegistrar(module.info().name(), new Options(), true, true, null));
        } catch (ModuleRejected | RuntimeException | ServiceConfigurationError | LinkageError | AssertionError | OutOfMemoryError
                | StackOverflowError e) {
            LOG.debug("A module from {} has failed in the rehearsal of its declaration, and will again", layer.origin(), e);
        }
    }

    /**
     * Registers a module that was read in and, once the server runs, starts it. On failure nothing of it is left.
     *
     * @param arguments what the module is given to read in {@code start}
     * @param values values for its options
     * @throws ModuleRejected when it refuses, or when what it declares or is given cannot be
     */
    public void load(PluginLayer layer, List<String> arguments, List<Options.Entry> values) throws ModuleRejected {
        boolean done = false;
        LoadedModule m = null;
        try {
            if (!loadsModules()) {
                throw new ModuleRejected("the distribution '" + sealedBy + "' takes no modules beside its own");
            }
            refuseWhileUpgrading();
            m = register(layer.module(), layer.origin().toString(), true);
            m.layer(layer, arguments);
            Options.configure(m.declared().declaredOptions, values);
            if (directory != null) {
                start(m, directory);
            }
            done = true;
        } catch (OptionSetError e) {
            throw new ModuleRejected("module '" + layer.module().info().name() + "': " + e.getMessage(), e);
        } finally {
            if (!done) {
                if (m != null) {
                    remove(m);
                }
                layer.close();
            }
        }
        if (m.started()) {
            LOG.info("Module '{}' loaded from {}", m.info().name(), m.origin());
        }
    }

    /**
     * Stops a module that was loaded by path and forgets it.
     *
     * @throws ModuleRejected when it cannot go now; the message is what MODULE UNLOAD replies
     */
    public void unload(String name) throws ModuleRejected {
        LoadedModule m = modules.get(name);
        if (m == null) {
            throw new ModuleRejected("no such module with that name");
        }
        PluginLayer layer = m.layer();
        if (layer == null) {
            throw new ModuleRejected("the module is part of the distribution");
        }
        refuseWhileUpgrading();
        refuseUnload(m);
        stop(m, StopReason.UNLOAD);
        remove(m);
        close(m, layer);
        server().events().fire(new ModuleChanged(m.info(), false));
        LOG.info("Module {} unloaded", name);
    }

    /** Lets go of the code of a module that has ended, and keeps watch over whether others do. */
    private void close(LoadedModule m, PluginLayer layer) {
        layer.close();
        unloaded.add(new WeakReference<>(m.module().getClass().getClassLoader()));
    }

    /**
     * Begins to put a newer version of a module that was loaded by path in its place, and to hand over its keys.
     *
     * @param layer the newer version, which is closed when it is refused
     * @param arguments what it is given to read in {@code start}; null for what the older was given
     * @param values values for its options
     * @param atOnce whether all must be done before this returns; else others are served meanwhile
     * @param outcome is told once, on the main thread, at the end: nothing, or why everything is as before
     */
    public void upgrade(String name, PluginLayer layer, @Nullable List<String> arguments, List<Options.Entry> values, boolean atOnce,
            Consumer<Optional<ModuleRejected>> outcome) {
        upgrade(name, NewerVersion.of(layer), arguments, values, atOnce, outcome);
    }

    /**
     * Begins to put a newer version of a module in its place, where both are objects that the caller has made, as in the test kit: what runs
     * is what {@link #upgrade(String, PluginLayer, List, List, boolean, Consumer)} does, but nothing is read in or let go.
     */
    public void upgrade(ServerModule newer, String origin, List<Options.Entry> values, Consumer<Optional<ModuleRejected>> outcome) {
        upgrade(newer.info().name(), new NewerVersion(newer, origin, null), null, values, false, outcome);
    }

    private void upgrade(String name, NewerVersion newer, @Nullable List<String> arguments, List<Options.Entry> values, boolean atOnce,
            Consumer<Optional<ModuleRejected>> outcome) {
        ModuleUpgrade begun;
        try {
            refuseWhileUpgrading();
            LoadedModule m = modules.get(name);
            if (m == null) {
                throw new ModuleRejected("no such module with that name");
            }
            if (newer.layer() != null && m.layer() == null) {
                throw new ModuleRejected("the module is part of the distribution");
            }
            begun = new ModuleUpgrade(this, m, newer, arguments == null ? m.arguments() : arguments, values, outcome);
        } catch (ModuleRejected e) {
            newer.close();
            outcome.accept(Optional.of(e));
            return;
        }
        upgrade = begun;
        begun.begin(atOnce);
    }

    private void refuseWhileUpgrading() throws ModuleRejected {
        ModuleUpgrade going = upgrade;
        if (going != null) {
            throw new ModuleRejected("module '" + going.name() + "' is being upgraded. Please wait for that and try again");
        }
    }

    /** The upgrade has ended. */
    void upgradeEnded() {
        upgrade = null;
    }

    /** Puts a module in the place of another of its name, whose declarations are gone. */
    void succeed(LoadedModule old, LoadedModule successor) {
        claims.remove(old.declared());
        claims.add(successor.declared());
        modules.values().forEach(m -> m.users().remove(old));
        modules.put(successor.info().name(), successor);
        successor.started(true);
        stop(old, StopReason.UPGRADE);
        JobLanes lanes = claims.lanes();
        if (lanes != null) {
            old.declared().jobTypes.forEach(lanes::close);
        }
        server().events().fire(new ModuleChanged(old.info(), false));
        server().events().fire(new ModuleChanged(successor.info(), true));
        if (inFolder.contains(successor.info().name())) {
            LOG.warn("Module '{}' comes from the folder for plug-ins: the next start loads what is there then, so put version {} into {}",
                    successor.info().name(), successor.info().version(), old.origin());
        }
    }

    /** Lets go of the code of a module that was succeeded, when no value is left that its types are to release. */
    void retire(LoadedModule old) {
        PluginLayer layer = old.layer();
        if (layer != null) {
            close(old, layer);
        }
    }

    /** Forgets a module that was prepared or started, but does not take the place that it was meant for. */
    void drop(LoadedModule m) {
        modules.values().forEach(other -> other.users().remove(m));
        JobLanes lanes = claims.lanes();
        if (lanes != null) {
            m.declared().jobTypes.forEach(lanes::close);
        }
    }

    Claims claims() {
        return claims;
    }

    Options options() {
        return options;
    }

    /** What a module is given when it starts. */
    ModuleContext contextOf(LoadedModule m) {
        return new Context(m, Objects.requireNonNull(directory));
    }

    /** Runs a task on the main thread, after the command that is going on. Any thread. */
    public void post(Runnable task) {
        server().loop().post(task);
    }

    private void refuseUnload(LoadedModule m) throws ModuleRejected {
        for (DataType type : m.declared().dataTypes) {
            if (server().databases().keysOf(type) > 0) {
                throw new ModuleRejected("the module exports one or more module-side data types, can't unload");
            }
        }
        refuseUsed(m);
        if (server().blockedClients(m.declared().registration()) > 0) {
            throw new ModuleRejected("the module has blocked clients. Please wait for them to be unblocked and try again");
        }
        if (m.loop().awaitsTimer()) {
            throw new ModuleRejected("the module holds timer that is not fired. Please stop the timer or wait until it fires.");
        }
        refuseConnections(m);
    }

    /** Refuses that a module goes which others use. */
    void refuseUsed(LoadedModule m) throws ModuleRejected {
        if (!m.users().isEmpty() || extendedByOthers(m) || claims.carriesServer(m.declared())) {
            throw new ModuleRejected("the module exports APIs used by other modules. Please unload them first and try again");
        }
    }

    /** Refuses that a module goes through which clients are connected. */
    void refuseConnections(LoadedModule m) throws ModuleRejected {
        for (ConnectionType type : m.connectionTypes()) {
            if (server().connections(type) > 0) {
                throw new ModuleRejected("the module has open connections. Please close them and try again");
            }
        }
    }

    /** Whether another module has a subcommand in a container of this one. */
    private boolean extendedByOthers(LoadedModule m) {
        return modules.values().stream().filter(other -> !other.equals(m)).flatMap(other -> other.declared().commands.stream())
                .map(c -> c.spec().name()).filter(name -> name.indexOf('|') > 0)
                .anyMatch(name -> claims.ownerOfCommand(name.substring(0, name.indexOf('|'))) == m.declared());
    }

    /** Number of modules that were unloaded while the server ran. */
    public int unloadedModules() {
        return unloadedCount + unloaded.size();
    }

    /** Number of unloaded modules whose classes are still in memory: they go with the next garbage collections. */
    public int uncollectedModules() {
        int before = unloaded.size();
        unloaded.removeIf(r -> r.get() == null);
        unloadedCount += before - unloaded.size();
        return unloaded.size();
    }

    private static String origin(ServerModule module) {
        Module m = module.getClass().getModule();
        if (m.getLayer() == null) {
            return "class path";
        }
        return m.getLayer().configuration().findModule(m.getName()).flatMap(r -> r.reference().location()).map(ModuleManager::place)
                .orElse(m.getName());
    }

    /** Where a jar lies, whatever open folder the launcher's module path leads through. */
    private static String place(URI location) {
        try {
            return Path.of(location.getPath()).toRealPath().toString();
        } catch (IOException e) {
            return location.getPath();
        }
    }

    /**
     * Registers a module: its declarations take effect whole.
     *
     * @throws ModuleRejected when it refuses, or when what it declares cannot be
     */
    public void register(ServerModule module, String origin) throws ModuleRejected {
        register(module, origin, false);
    }

    private LoadedModule register(ServerModule module, String origin, boolean plugin) throws ModuleRejected {
        ModuleInfo info = infoOf(module, origin);
        LoadedModule same = modules.get(info.name());
        if (same != null) {
            throw new ModuleRejected(
                    "module '" + info.name() + "' from " + origin + ": a module of that name is loaded from " + same.origin());
        }
        StagedRegistrar staged = new StagedRegistrar(info.name(), options, plugin, plugin || allReplaceable, null);
        boolean done = false;
        try {
            declare(module, staged, origin);
            claims.check(staged, null);
            Server server = bound;
            if (server == null) {
                pending.add(staged);
            } else {
                checkFits(server, staged);
                commit(server, staged);
            }
            claims.add(staged);
            done = true;
        } finally {
            if (!done) {
                withdraw(staged);
            }
        }
        LoadedModule loaded = new LoadedModule(module, info, origin, staged, new ModuleLoop(() -> server().loop()));
        modules.put(info.name(), loaded);
        LOG.debug("Module '{}' version {} registered from {}", info.name(), info.version(), origin);
        return loaded;
    }

    /** Who a module is, if it is one for this server. */
    static ModuleInfo infoOf(ServerModule module, String origin) throws ModuleRejected {
        ModuleInfo info;
        try {
            info = module.info();
        } catch (RuntimeException | LinkageError | AssertionError e) {
            throw new ModuleRejected("the module from " + origin + " does not say who it is: " + Failures.reason(e), e);
        }
        if (!SpiVersion.CURRENT.accepts(info.builtFor())) {
            throw new ModuleRejected("module '" + info.name() + "' from " + origin + " is built for version " + info.builtFor()
                    + " of the server API; this server has " + SpiVersion.CURRENT);
        }
        return info;
    }

    /** Has a module declare itself. */
    static void declare(ServerModule module, StagedRegistrar staged, String origin) throws ModuleRejected {
        try {
            module.configure(staged);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ModuleRejected("module '" + staged.module() + "' from " + origin + ": " + e.getMessage(), e);
        } catch (RuntimeException | LinkageError | AssertionError e) {
            throw new ModuleRejected("module '" + staged.module() + "' from " + origin + " failed to declare itself: "
                    + Failures.reason(e), e);
        } finally {
            staged.seal();
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
        staged.commands.forEach(c -> server.addCommand(c.spec(), c.handler(), staged.registration()));
        staged.dataTypes.forEach(server.databases()::addType);
        if (staged.persistence != null) {
            server.durability().provide(staged.persistence);
        }
        if (staged.threadedIo != null) {
            server.clients().threads().provide(staged.threadedIo);
        }
        staged.infos.forEach(i -> server.info().add(staged.registration(), i.title(), i.byDefault(), i.source()));
        staged.listeners.forEach(l -> listen(server, l));
        staged.filters.forEach(server.filters()::add);
        server.authenticators().addAll(staged.authenticators);
        staged.keyListeners.forEach(l -> server.events().listenKeys(l.classes(), l.listener()));
    }

    /** Takes back everything that a module has declared. */
    private void remove(LoadedModule m) {
        claims.remove(m.declared());
        modules.values().forEach(other -> other.users().remove(m));
        modules.remove(m.info().name(), m);
        withdraw(m.declared());
    }

    /** Takes back declarations, as far as they have taken effect. */
    private void withdraw(StagedRegistrar declared) {
        JobLanes lanes = claims.lanes();
        if (lanes != null) {
            declared.jobTypes.forEach(lanes::close);
        }
        options.undeclare(declared.declaredOptions);
        pending.remove(declared);
        Server server = bound;
        if (server != null) {
            server.removeCommands(declared.registration());
            declared.connectionTypes.forEach(server.listeners()::close);
            declared.dataTypes.forEach(server.databases()::removeType);
            server.info().remove(declared.registration());
            declared.listeners.forEach(l -> forget(server, l));
            declared.filters.forEach(server.filters()::remove);
            server.authenticators().removeAll(declared.authenticators);
            declared.keyListeners.forEach(l -> server.events().forgetKeys(l.classes(), l.listener()));
        }
    }

    static <E> void forget(Server server, StagedRegistrar.StagedListener<E> l) {
        server.events().forget(l.eventClass(), l.listener());
    }

    static <E> void listen(Server server, StagedRegistrar.StagedListener<E> l) {
        Consumer<? super E> listener = l.listener();
        server.events().listen(l.eventClass(), listener);
    }

    /**
     * Starts the registered modules that do not run yet, the one that runs background jobs first. Once the server listens, their
     * connection types listen at once too.
     *
     * @throws ModuleRejected when one fails; those that were started before keep running
     */
    public void start(Path workingDirectory) throws ModuleRejected {
        directory = workingDirectory;
        for (LoadedModule m : lanesFirst()) {
            if (!m.started()) {
                start(m, workingDirectory);
            }
        }
    }

    private void start(LoadedModule m, Path workingDirectory) throws ModuleRejected {
        try {
            m.module().start(new Context(m, workingDirectory));
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            stop(m, StopReason.UNLOAD);
            throw new ModuleRejected("module '" + m.info().name() + "' cannot start: " + Failures.reason(e), e);
        }
        m.started(true);
        listen(m);
        server().events().fire(new ModuleChanged(m.info(), true));
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

    private List<LoadedModule> lanesFirst() {
        List<LoadedModule> ordered = new ArrayList<>(modules.values());
        ordered.sort(Comparator.comparing(m -> !claims.runsJobs(m.declared())));
        return ordered;
    }

    /** Lets the lanes of background jobs run, when all modules have started; what was submitted before begins now. */
    public void startLanes() {
        JobLanes lanes = claims.lanes();
        if (lanes != null) {
            lanes.start();
        }
    }

    /** The threads of modules that were made by {@link ModuleContext#thread} and still run. */
    public List<Thread> runningThreads() {
        return modules.values().stream().flatMap(m -> m.threads().stream()).filter(Thread::isAlive).toList();
    }

    /**
     * Stops all modules that run, in the reverse order of their start. When all but the one that runs background jobs have stopped, nobody
     * submits any more: what must be done is done then, and what waits in vain is abandoned.
     */
    public void stop(StopReason reason) {
        ModuleUpgrade going = upgrade;
        if (going != null) {
            going.cancel("the server stops");
        }
        for (LoadedModule m : lanesFirst().reversed()) {
            if (m.started()) {
                if (claims.runsJobs(m.declared())) {
                    stopLanes();
                }
                stop(m, reason);
            }
            PluginLayer layer = m.layer();
            if (layer != null) {
                layer.close();
            }
        }
    }

    private void stopLanes() {
        JobLanes lanes = claims.lanes();
        if (lanes != null && !lanes.stop(LANES_GRACE)) {
            LOG.warn("Background jobs have not all been done: the server stopped before");
        }
    }

    static void stop(LoadedModule m, StopReason reason) {
        try {
            m.module().stop(reason);
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            LOG.warn("Module '{}' failed to stop", m.info().name(), e);
        }
        m.started(false);
        int left = m.loop().end();
        if (left > 0) {
            LOG.debug("Module '{}' stopped and left {} timers or watches, which are ended", m.info().name(), left);
        }
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
            return module.loop();
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
        public List<String> arguments() {
            return module.arguments();
        }

        @Override
        public Thread thread(String name, Runnable body) {
            Thread t = Thread.ofPlatform().name(name).daemon().unstarted(body);
            module.threads().add(t);
            return t;
        }

        @Override
        public <J, R> JobQueue<J, R> jobs(BackgroundJobType<J, R> type) {
            JobLanes lanes = claims.lanes();
            if (lanes == null) {
                throw new IllegalStateException(
                        "job type '" + type.name() + "' has no lane: no module on the module path runs background jobs");
            }
            if (!module.declares(type)) {
                throw new IllegalStateException("job type '" + type.name() + "' was not declared by module '" + module.info().name() + "'");
            }
            return module.opened(lanes.open(type, server().loop()::post));
        }

        @Override
        public boolean runsJobs() {
            return claims.lanes() != null;
        }

        @Override
        public <T> Optional<Option<T>> option(String name, Class<T> type) {
            return options.find(name, type);
        }

        @Override
        public Outcall outcall(int database) {
            Server server = server();
            if (database < 0 || database >= server.databases().count()) {
                throw new IllegalArgumentException("database " + database + ": there are " + server.databases().count());
            }
            return server.outcall(server.databases().at(database));
        }

        @Override
        public Publisher publisher() {
            return server().pubsub();
        }

        @Override
        public void latency(String event, long millis) {
            LatencyMonitor monitor = server().latency();
            if (monitor.wants(millis)) {
                server().loop().post(() -> monitor.sample(event, millis));
            }
        }

        @Override
        public <A> Optional<A> require(Class<A> api) {
            StagedRegistrar exporter = claims.exporter(api);
            LoadedModule owner = exporter == null ? null : modules.get(exporter.module());
            if (owner != null && !owner.equals(module)) {
                owner.users().add(module);
            }
            return claims.exported(api);
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
