package dev.cairn.core.module;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ModuleRejected;
import dev.cairn.api.StopReason;
import dev.cairn.api.data.DataType;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.job.JobQueue;
import dev.cairn.core.config.OptionSetError;
import dev.cairn.core.config.Options;
import dev.cairn.core.db.Conversion;
import dev.cairn.core.db.Databases;
import dev.cairn.core.server.CommandEntry;
import dev.cairn.core.server.CommandSuccession;
import dev.cairn.core.server.Listeners;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.Succession;

/**
 * One upgrade of a running module: a newer version takes its place, with its keys, between two commands. Main thread.
 *
 * <p>Design. All that can fail comes first and changes nothing that anybody sees: the newer version declares itself, its declarations are
 * checked against the server without the older version, its options are prepared, the values are made anew beside the old ones a piece each
 * turn of the loop, background jobs are waited for, and at last it is started. Then one step, in which nothing is left to fail, exchanges values, types,
 * commands, options, sections and listeners, and stops the older version. Whatever fails before ends in {@link #rollBack}.
 */
final class ModuleUpgrade {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleUpgrade.class);
    /** Time that values are made anew in one turn of the loop. */
    private static final long NANOS_PER_TURN = 1_000_000;
    /** How long background jobs of the older version are waited for. */
    private static final Duration JOBS_GRACE = Duration.ofSeconds(10);
    private static final Duration LOOK_AT_JOBS = Duration.ofMillis(1);

    private enum Progress {
        DONE, WORKING, WAITING
    }

    private final ModuleManager manager;
    private final Server server;
    private final LoadedModule old;
    private final NewerVersion newer;
    private final List<Options.Entry> values;
    private final Consumer<Optional<ModuleRejected>> outcome;
    private final LoadedModule next;
    private final StagedRegistrar declared;
    private final CommandSuccession commands;
    private final Map<DataType, DataType> successors = new IdentityHashMap<>();
    private final long begun = System.nanoTime();
    private List<CompletionStage<Void>> jobBarriers = List.of();
    private @Nullable Conversion conversion;
    private long jobsDeadline;
    private boolean starting;
    private boolean taken;
    private boolean ended;

    /**
     * Has the newer version declare itself, and checks that it can take the older's place.
     *
     * @throws ModuleRejected when it cannot; nothing is left of it then
     */
    ModuleUpgrade(ModuleManager manager, LoadedModule old, NewerVersion newer, List<String> arguments, List<Options.Entry> values,
            Consumer<Optional<ModuleRejected>> outcome) throws ModuleRejected {
        this.manager = manager;
        this.server = manager.server();
        this.old = old;
        this.newer = newer;
        this.values = values;
        this.outcome = outcome;
        refuse();
        String origin = newer.origin();
        ModuleInfo info = ModuleManager.infoOf(newer.module(), origin);
        if (!info.name().equals(name())) {
            throw new ModuleRejected("the module from " + origin + " is called '" + info.name() + "', not '" + name() + "'");
        }
        declared = new StagedRegistrar(info.name(), manager.options(), newer.layer() != null, true, old.declared());
        ModuleManager.declare(newer.module(), declared, origin);
        if (declared.jobLanes != null || declared.persistence != null || declared.threadedIo != null) {
            throw new ModuleRejected(
                    "module '" + name() + "' from " + origin + " brings what the whole server runs on: that is loaded at the start");
        }
        manager.claims().check(declared, old.declared());
        next = new LoadedModule(newer.module(), info, origin, declared, new ModuleLoop(server::loop));
        next.layer(newer.layer(), arguments);
        commands = commands();
        refuseStuck();
        options();
        types();
    }

    /** The module's name. */
    String name() {
        return old.info().name();
    }

    private void refuse() throws ModuleRejected {
        manager.refuseUsed(old);
        manager.refuseConnections(old);
    }

    private void refuseStuck() throws ModuleRejected {
        String command = commands.stuck();
        if (command != null) {
            throw new ModuleRejected("the module has clients blocked in '" + command
                    + "' that cannot wait on in the newer version. Please wait for them to be unblocked and try again");
        }
    }

    private CommandSuccession commands() throws ModuleRejected {
        CommandSuccession succession = server.succeed(old.declared().registration(), declared.registration());
        for (StagedRegistrar.StagedCommand c : declared.commands) {
            CommandEntry taken = succession.add(c.spec(), c.handler());
            if (taken != null) {
                throw new ModuleRejected("command '" + c.spec().name().toLowerCase(Locale.ROOT) + "' of module '" + name() + "': command '"
                        + taken.wireName() + "' of module '" + taken.module() + "' is renamed to that name");
            }
        }
        return succession;
    }

    /** Gives the options of the newer version the values of the older, and those that were asked for. */
    private void options() throws ModuleRejected {
        Set<String> asked = values.stream().map(v -> v.name().toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        try {
            Options.carryOver(old.declared().declaredOptions, declared.declaredOptions, asked);
            Options.configure(declared.declaredOptions, values);
        } catch (OptionSetError e) {
            throw new ModuleRejected(e.sentence(), e);
        }
    }

    /** Finds for each type whose keys are to be handed over the newer version's. */
    private void types() throws ModuleRejected {
        Databases databases = server.databases();
        if (databases.types().size() + declared.dataTypes.size() > Databases.MAX_TYPES) {
            throw new ModuleRejected("there may be " + Databases.MAX_TYPES + " data types, and both versions of the module have some");
        }
        for (DataType type : old.declared().dataTypes) {
            DataType successor = declared.dataTypes.stream().filter(t -> t.id().name().equals(type.id().name())).findFirst().orElse(null);
            if (type == successor) {
                throw new ModuleRejected(
                        "data type '" + type.id().name() + "' is one object in both versions: the older one wants its own classes");
            }
            if (successor == null) {
                refuseKeysOf(type);
            } else if (successor.id().encodingVersion() < type.id().encodingVersion() && databases.keysOf(type) > 0) {
                throw new ModuleRejected(
                        "data type '" + type.id().name() + "' of version " + next.info().version() + " reads encodings up to "
                                + successor.id().encodingVersion() + ", and there are " + databases.keysOf(type) + " keys of encoding "
                                + type.id().encodingVersion());
            } else {
                successors.put(type, successor);
            }
        }
    }

    private void refuseKeysOf(DataType type) throws ModuleRejected {
        long keys = server.databases().keysOf(type);
        if (keys > 0) {
            throw new ModuleRejected(
                    "version " + next.info().version() + " has no data type '" + type.id().name() + "', of which there are "
                            + keys + " keys");
        }
    }

    /** Begins; with {@code atOnce} it has ended when this returns. */
    void begin(boolean atOnce) {
        LOG.info("Module '{}' version {} is being upgraded to version {} from {}", name(), old.info().version(), next.info().version(),
                next.origin());
        goOn(atOnce ? Long.MAX_VALUE : NANOS_PER_TURN);
    }

    private void goOn(long nanos) {
        if (ended) {
            return;
        }
        try {
            switch (step(nanos)) {
                case DONE -> end(Optional.empty());
                case WORKING -> server.loop().post(() -> goOn(nanos));
                case WAITING -> server.loop().after(LOOK_AT_JOBS, () -> goOn(nanos));
            }
        } catch (ModuleRejected e) {
            rollBack(e);
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError | LinkageError | AssertionError e) {
            LOG.warn("The upgrade of module '{}' failed unexpectedly", name(), e);
            cancel(e.toString());
        }
    }

    private Progress step(long nanos) throws ModuleRejected {
        if (taken) {
            return settle(nanos);
        }
        if (!successors.isEmpty() && conversion == null) {
            conversion = server.databases().convert(successors);
        }
        Conversion c = conversion;
        try {
            if (c != null && !c.step(nanos)) {
                return Progress.WORKING;
            }
        } catch (Conversion.Failed e) {
            throw new ModuleRejected(String.valueOf(e.getMessage()), e);
        }
        if (awaitsJobs(nanos == Long.MAX_VALUE)) {
            return Progress.WAITING;
        }
        exchange();
        return nanos == Long.MAX_VALUE ? settle(nanos) : Progress.WORKING;
    }

    /** Exchanges the records that nobody has looked up yet. */
    private Progress settle(long nanos) {
        Conversion c = conversion;
        return c == null || c.settle(nanos) ? Progress.DONE : Progress.WORKING;
    }

    /** Whether background jobs of the older version have not ended, or it was not told of their end. */
    private boolean awaitsJobs(boolean atOnce) throws ModuleRejected {
        boolean pending = old.queues().stream().anyMatch(q -> q.pending() > 0);
        if (atOnce) {
            if (pending) {
                throw new ModuleRejected("the module has background jobs. Please wait for them and try again");
            }
            return false;
        }
        if (!pending && !old.queues().isEmpty() && jobBarriers.isEmpty() || pending && told()) {
            jobBarriers = new ArrayList<>();
            for (JobQueue<?, ?> queue : old.queues()) {
                jobBarriers.add(queue.barrier());
            }
        }
        if (!pending && told()) {
            return false;
        }
        long now = System.nanoTime();
        if (jobsDeadline == 0) {
            jobsDeadline = now + JOBS_GRACE.toNanos();
        } else if (now - jobsDeadline > 0) {
            throw new ModuleRejected("the module has background jobs that do not end. Please wait for them and try again");
        }
        return true;
    }

    private boolean told() {
        return jobBarriers.stream().allMatch(b -> b.toCompletableFuture().isDone());
    }

    /** Starts the newer version and puts it in the older's place. */
    private void exchange() throws ModuleRejected {
        refuse();
        refuseStuck();
        options();
        for (DataType type : old.declared().dataTypes) {
            if (!successors.containsKey(type)) {
                refuseKeysOf(type);
            }
        }
        long start = System.nanoTime();
        start();
        listen();
        takePlace();
        long millis = (System.nanoTime() - start) / 1_000_000;
        server.latency().sample("module-upgrade", millis);
        Conversion c = conversion;
        LOG.info("Module '{}' upgraded from version {} to version {} in {} ms, the exchange took {} ms, {} values were made anew", name(),
                old.info().version(), next.info().version(), (System.nanoTime() - begun) / 1_000_000, millis, c == null ? 0 : c.made());
    }

    private void start() throws ModuleRejected {
        starting = true;
        try {
            next.module().start(manager.contextOf(next));
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            throw new ModuleRejected("version " + next.info().version() + " cannot start: " + Failures.reason(e), e);
        }
    }

    /** Has the newer version's connection types listen in the place of the older's. */
    private void listen() throws ModuleRejected {
        Listeners listeners = server.listeners();
        if (!listeners.serving()) {
            return;
        }
        old.connectionTypes().forEach(listeners::close);
        for (ConnectionType type : next.connectionTypes()) {
            try {
                listeners.open(type);
            } catch (IOException e) {
                next.connectionTypes().forEach(listeners::close);
                listenAgain(listeners);
                throw new ModuleRejected("version " + next.info().version() + " cannot listen on " + type.name() + ": " + e.getMessage(),
                        e);
            }
        }
    }

    private void listenAgain(Listeners listeners) {
        for (ConnectionType type : old.connectionTypes()) {
            try {
                listeners.open(type);
            } catch (IOException e) {
                LOG.warn("Module '{}' cannot listen on {} any more: {}", name(), type.name(), e.getMessage());
            }
        }
    }

    private void takePlace() {
        taken = true;
        StagedRegistrar before = old.declared();
        commands.beginWaitsAnew();
        Conversion c = conversion;
        if (c != null) {
            c.takeOver();
        }
        Databases databases = server.databases();
        before.dataTypes.stream().filter(t -> !successors.containsKey(t)).forEach(databases::removeType);
        declared.dataTypes.stream().filter(t -> successors.values().stream().noneMatch(s -> s == t)).forEach(databases::addType);
        commands.take();
        manager.options().exchange(before.declaredOptions, declared.declaredOptions);
        server.info().remove(before.registration());
        declared.infos.forEach(i -> server.info().add(declared.registration(), i.title(), i.byDefault(), i.source()));
        before.listeners.forEach(l -> ModuleManager.forget(server, l));
        before.keyListeners.forEach(l -> server.events().forgetKeys(l.classes(), l.listener()));
        server.filters().exchange(before.filters, declared.filters);
        Succession.exchange(server.authenticators(), before.authenticators, declared.authenticators);
        declared.listeners.forEach(l -> ModuleManager.listen(server, l));
        declared.keyListeners.forEach(l -> server.events().listenKeys(l.classes(), l.listener()));
        manager.succeed(old, next);
    }

    /** Gives up, and says why. */
    void cancel(String reason) {
        if (taken) {
            end(Optional.empty());
        } else {
            rollBack(new ModuleRejected(reason));
        }
    }

    private void rollBack(ModuleRejected reason) {
        if (ended) {
            return;
        }
        ended = true;
        if (starting) {
            ModuleManager.stop(next, StopReason.UNLOAD);
        }
        manager.drop(next);
        Conversion c = conversion;
        if (c != null) {
            c.cancel();
        }
        newer.close();
        end(Optional.of(reason));
    }

    private void end(Optional<ModuleRejected> reason) {
        if (ended && taken) {
            return;
        }
        ended = true;
        if (taken) {
            manager.retire(old);
        }
        manager.upgradeEnded();
        outcome.accept(reason);
    }
}
