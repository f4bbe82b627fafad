package dev.cairn.core.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.Authenticator;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Effects;
import dev.cairn.api.command.Outcall;
import dev.cairn.api.command.Token;
import dev.cairn.api.event.Cron;
import dev.cairn.api.event.DatabasesSwapped;
import dev.cairn.api.event.Flushed;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.api.event.LoopTurn;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.core.db.Database;
import dev.cairn.core.db.Databases;
import dev.cairn.core.db.KeyspaceEvents;
import dev.cairn.core.loop.Clock;
import dev.cairn.core.loop.EventLoop;
import dev.cairn.core.observe.JvmPauses;
import dev.cairn.core.observe.LatencyMonitor;
import dev.cairn.core.observe.SlowLog;

/**
 * The running server: its parts, the turn of its loop and its cron. Main thread, but for {@link #loop()}'s thread-safe methods.
 */
public final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final Token EXPIRED = Token.of("expired");
    private static final Token NEW = Token.of("new");
    private static final Token KEYMISS = Token.of("keymiss");
    private static final int REHASH_BUCKETS = 512;

    private final EventLoop loop;
    private final CommandTable commands = new CommandTable();
    private final CommandTable originalCommands = new CommandTable();
    private final ServerStats stats = new ServerStats();
    private final SlowLog slowLog = new SlowLog();
    private final LatencyMonitor latency;
    private final JvmPauses jvmPauses = new JvmPauses();
    private final ServerEvents events = new ServerEvents();
    private final InfoSections info = new InfoSections();
    private final Databases databases;
    private final CommandStream stream;
    private final Durability durability = new Durability(this);
    private final Dispatcher dispatcher;
    private final Clients clients;
    private final Transactions transactions;
    private final Blocking blocking;
    private final PubSub pubsub;
    private final KeyNotifications notifications;
    private final HeldCommands held;
    private final ClientPause pause;
    private final Monitors monitors = new Monitors(this);
    private final ClientMemory clientMemory = new ClientMemory(this);
    private final Breathing breathing = new Breathing(this);
    private final Outcalls outcalls = new Outcalls(this);
    private final Filters filters = new Filters();
    private final List<Authenticator> authenticators = new ArrayList<>();
    private final ExpiryCycle expiry;
    private final Listeners listeners;
    private final Consumer<CommandError> errorListener = error -> stats.countError(error.code());
    private final long startMillis;
    private final ServerSettings settings = new ServerSettings();
    private final ServerIdentity identity = new ServerIdentity();
    private final Hooks hooks = new Hooks();
    private long dirty;
    private long cronRuns;
    private long lastSampleMillis;
    private long turnStart;
    private long turnCommands;
    private long startMemory;
    private int hz = 10;
    private @Nullable Shutdown shutdown;
    private @Nullable String failure;

    /**
     * Makes a server that does not run yet.
     *
     * @param databaseCount number of databases
     * @throws IOException when the operating system gives no event queue
     */
    public Server(int databaseCount) throws IOException {
        loop = new EventLoop(this::failed);
        startMillis = loop.clock().millis();
        latency = new LatencyMonitor(() -> loop.clock().exactMicros() / 1_000_000);
        databases = new Databases(databaseCount, new KeyEvents());
        stream = new CommandStream(databaseCount);
        databases.now(startMillis);
        databases.accessClock().refresh(startMillis);
        transactions = new Transactions(this, databaseCount);
        blocking = new Blocking(this, databaseCount);
        pubsub = new PubSub(this);
        notifications = new KeyNotifications(pubsub);
        held = new HeldCommands(this);
        pause = new ClientPause(this);
        dispatcher = new Dispatcher(this);
        clients = new Clients(this);
        listeners = new Listeners(loop, clients::accept);
        expiry = new ExpiryCycle(databases, stats, latency);
    }

    private void failed(Throwable failure) {
        if (failure instanceof Error e && !(failure instanceof LinkageError) && !(failure instanceof AssertionError)) {
            throw e;
        }
        stats.unexpectedErrors++;
        LOG.warn("Unexpected failure in the event loop; the server goes on", failure);
    }

    /** The event loop. */
    public EventLoop loop() {
        return loop;
    }

    /** The loop's clock. */
    public Clock clock() {
        return loop.clock();
    }

    /** The commands by the names that clients use. */
    public CommandTable commands() {
        return commands;
    }

    /** The commands by their declared names, whatever they are renamed to. */
    public CommandTable originalCommands() {
        return originalCommands;
    }

    /** The counters. */
    public ServerStats stats() {
        return stats;
    }

    /** The slow commands. */
    public SlowLog slowLog() {
        return slowLog;
    }

    /** The delays that were seen. */
    public LatencyMonitor latency() {
        return latency;
    }

    /** Tells that the thresholds of the slow log or the latency monitor have changed. */
    public void thresholdsChanged() {
        dispatcher.times().settingsChanged();
    }

    /** Sets whether the distribution of each command's times is kept. */
    public void trackLatency(boolean on) {
        dispatcher.times().tracking(on);
    }

    /** The events for modules. */
    public ServerEvents events() {
        return events;
    }

    /** The sections of INFO. */
    public InfoSections info() {
        return info;
    }

    /** The databases. */
    public Databases databases() {
        return databases;
    }

    /** The stream of changes for logs and replicas. */
    CommandStream stream() {
        return stream;
    }

    /** What keeps the data. */
    public Durability durability() {
        return durability;
    }

    /** Whether the server is about to end. */
    boolean ending() {
        return shutdown != null;
    }

    /** The dispatcher of commands. */
    public Dispatcher dispatcher() {
        return dispatcher;
    }

    /** The calls of modules. */
    Outcalls outcalls() {
        return outcalls;
    }

    /** Executes commands on a database, as part of none. */
    public Outcall outcall(Database database) {
        return outcalls.on(database);
    }

    /** The filters of commands. */
    public Filters filters() {
        return filters;
    }

    /** Who decides on passwords, in the order of their loading. */
    public List<Authenticator> authenticators() {
        return authenticators;
    }

    /** The clients. */
    public Clients clients() {
        return clients;
    }

    /** The transactions. */
    public Transactions transactions() {
        return transactions;
    }

    /** Publish and subscribe. */
    public PubSub pubsub() {
        return pubsub;
    }

    /** The messages about keys. */
    public KeyNotifications notifications() {
        return notifications;
    }

    /** The active expiry. */
    public ExpiryCycle expiry() {
        return expiry;
    }

    /** What the configuration decides for the commands of the core. */
    public ServerSettings settings() {
        return settings;
    }

    /** Who this server is. */
    public ServerIdentity identity() {
        return identity;
    }

    /** Bytes that were in use when the server began to serve. */
    public long startMemory() {
        return startMemory;
    }

    Blocking blocking() {
        return blocking;
    }

    /** What memory clients take, and their eviction. */
    public ClientMemory clientMemory() {
        return clientMemory;
    }

    Breathing breathing() {
        return breathing;
    }

    /** The clients that are shown all commands. */
    public Monitors monitors() {
        return monitors;
    }

    /** Commands that are processed later. */
    HeldCommands held() {
        return held;
    }

    /** The pause of clients. */
    public ClientPause pause() {
        return pause;
    }

    /**
     * Ends a client's wait in a blocking command, as if its time was over or with an error.
     *
     * @return false when it does not wait
     */
    public boolean unblock(ServerClient client, boolean withError) {
        return blocking.unblock(client, withError);
    }

    /** Number of clients that wait in a blocking command or for the end of a pause. */
    public int blockedClients() {
        return blocking.count() + pause.clients();
    }

    /** Number of keys that clients wait for to be changed in any way, even deleted. */
    public int blockingKeysOnNoKey() {
        return blocking.keysWokenByDelete();
    }

    /** Number of clients that wait in a blocking command for a limited time. */
    public int clientsWithTimeout() {
        return blocking.withTimeout();
    }

    /** Number of keys that clients wait for. */
    public int blockingKeys() {
        return blocking.keys();
    }

    /** The open listeners. */
    public Listeners listeners() {
        return listeners;
    }

    Consumer<CommandError> errorListener() {
        return errorListener;
    }

    /** When the server was made, ms since 1970. */
    public long startMillis() {
        return startMillis;
    }

    /** Changes to keys so far. */
    public long dirty() {
        return dirty;
    }

    /** How often the cron has run. */
    public long cronRuns() {
        return cronRuns;
    }

    /** Sets the number of changes so far, as after those that were none because they were loaded. */
    void dirty(long changes) {
        dirty = changes;
    }

    /** How often the cron runs a second, now. */
    public int hz() {
        return hz;
    }

    /** Whether clients have to authenticate. */
    public boolean authenticationRequired() {
        return !settings.password.isEmpty();
    }

    boolean protectedMode() {
        return settings.protectedMode && !authenticationRequired();
    }

    @Nullable
    CommandError protection(CommandEntry e, ServerClient client) {
        return settings.protection(e, client);
    }

    /**
     * Adds a command, or a subcommand to its container.
     *
     * @param handler executes it; null for a container
     * @throws IllegalStateException when the name is taken or the container is missing
     */
    public void addCommand(CommandSpec spec, @Nullable Command handler, Registration of) {
        int bar = spec.name().indexOf('|');
        CommandEntry parent = bar < 0 ? null : originalCommands.find(spec.name().substring(0, bar));
        CommandEntry entry = new CommandEntry(spec, handler, of, parent);
        boolean added;
        if (bar < 0) {
            added = originalCommands.add(spec.name(), entry) && commands.add(spec.name(), entry);
        } else {
            added = parent != null && parent.container().add(spec.name().substring(bar + 1), entry);
        }
        if (!added) {
            throw new IllegalStateException("command '" + entry.wireName() + "' cannot be added");
        }
    }

    /** Number of clients that wait in commands of a registration. */
    public int blockedClients(Registration of) {
        return blocking.count(of);
    }

    /** Number of connections of a type. */
    public long connections(ConnectionType type) {
        return clients.all().stream().filter(c -> c.connection().type().equals(type)).count();
    }

    /** Removes all commands of a registration, under whatever names they are; transactions that have queued one of them fail. */
    public void removeCommands(Registration of) {
        for (CommandTable table : List.of(commands, originalCommands)) {
            table.removeAll(of);
        }
        transactions.forgetCommands(of, clients.all());
        for (ServerClient client : clients.all()) {
            CommandEntry last = client.lastCommand;
            if (last != null && last.registration() == of) {
                client.lastCommand = null;
            }
        }
        dispatcher.forgetCommands();
    }

    /** Begins to have the commands of a registration succeeded by those of another. */
    public CommandSuccession succeed(Registration old, Registration successor) {
        return new CommandSuccession(this, old, successor);
    }

    /**
     * Gives a command another name, or none for the empty name.
     *
     * @return null, or what is wrong
     */
    public @Nullable String renameCommand(String from, String to) {
        CommandEntry e = commands.find(from);
        if (e == null) {
            return "No such command in rename-command";
        }
        commands.remove(from);
        if (!to.isEmpty() && !commands.add(to, e)) {
            return "Target command name already exists";
        }
        return null;
    }

    /** Serves until {@link #shutDown} was called and done. */
    public void run() {
        startMemory = usedMemory();
        loop.after(java.time.Duration.ofMillis(1), this::cron);
        loop.run(hooks);
    }

    /** Empties one database, or all for -1; {@code lazily} frees in the background what can be. */
    public void flush(int database, boolean lazily) {
        for (int i = 0; i < databases.count(); i++) {
            if (database == -1 || database == i) {
                Database db = databases.at(i);
                transactions.touchedAll(db, null);
                dirty += db.size();
                db.flush(lazily);
                blocking.touchedAll(db);
            }
        }
        events.fire(new Flushed(database));
    }

    /** Exchanges two databases. */
    public void swap(int a, int b) {
        if (a != b) {
            transactions.touchedAll(databases.at(a), databases.at(b));
            transactions.touchedAll(databases.at(b), databases.at(a));
            databases.swap(a, b);
            blocking.touchedAll(databases.at(a));
            blocking.touchedAll(databases.at(b));
        }
        dirty++;
        events.fire(new DatabasesSwapped(a, b));
    }

    /** How the server is asked to end. */
    public interface Shutdown {
        /** Does what is left to do before the loop ends. */
        void run();
    }

    /** Ends the loop at once for a failure that the server must not outlive; nobody is told anything more. */
    void fail(String reason) {
        failure = reason;
        loop.stop();
    }

    /** Why the loop was ended by {@link #fail}, null when it was not. */
    public @Nullable String failure() {
        return failure;
    }

    /** Ends the loop after this turn; {@code last} runs before connections are closed. Safe inside a command. */
    public void shutDown(Shutdown last) {
        if (shutdown == null) {
            shutdown = last;
            loop.dontSleep(true);
        }
    }

    private void finishShutdown(Shutdown last) {
        last.run();
        listeners.closeAll();
        clients.closeAll();
        loop.stop();
    }

    /** Counts a change that is not of a key. */
    public void countChange() {
        dirty++;
    }

    private void cron() {
        if (!settings.cronPaused) {
            long begin = System.nanoTime();
            regularWork();
            stats.cronNanos += System.nanoTime() - begin;
        }
        loop.after(java.time.Duration.ofMillis(1000 / hz), this::cron);
    }

    private void regularWork() {
        long now = clock().millis();
        databases.now(now);
        hz = settings.hz;
        if (settings.dynamicHz) {
            while (clients.count() / hz > 200 && hz < 500) {
                hz = Math.min(500, hz * 2);
            }
        }
        databases.accessClock().refresh(now);
        if (now - lastSampleMillis >= 100) {
            stats.sample(now);
            lastSampleMillis = now;
            stats.peakMemory = Math.max(stats.peakMemory, usedMemory());
            jvmPauses.look(latency);
        }
        clients.threads().cron();
        clients.cron(hz);
        expiry.slow(hz);
        if (settings.activeRehashing) {
            for (int i = 0; i < databases.count(); i++) {
                databases.at(i).rehashStep(REHASH_BUCKETS);
            }
        }
        databases.lazyFree().cron();
        databases.releaseSlots();
        events.fire(new Cron(cronRuns++));
    }

    /** Bytes in use: keys, values, indexes and clients' buffers. */
    public long usedMemory() {
        return databases.usedBytes() + clients.queryBytes() + clients.replyBytes() + pubsub.bytes();
    }

    @Override
    public void close() {
        transactions.close();
        stream.close();
        held.close();
        monitors.close();
        outcalls.close();
        filters.close();
        databases.close();
        clients.free();
        notifications.close();
        pubsub.close();
        loop.close();
    }

    /** The loop's turn, in Redis' order; what has no part in this server yet has no line. */
    private final class Hooks implements EventLoop.Hooks {
        @Override
        public void beforeSleep() {
            listeners.serveBuffered();
            clients.threads().serve();
            expiry.fast();
            events.fire(LoopTurn.BEFORE_SLEEP);
            clients.resumeUnblocked();
            blocking.serveReady();
            durability.beforeReplies();
            clients.flushReplies();
            clients.closeScheduled();
            if (clientMemory.over()) {
                clientMemory.evict();
            }
            durability.stepSnapshot();
            databases.releaseSlots();
            databases.lazyFree().endTurn();
            if (shutdown != null) {
                finishShutdown(shutdown);
            }
            loop.dontSleep(shutdown != null || listeners.buffered());
            stats.loopTurns++;
            stats.mostCommandsInTurn = Math.max(stats.mostCommandsInTurn, stats.commands - turnCommands);
            if (turnStart != 0) {
                long nanos = System.nanoTime() - turnStart;
                stats.loopNanos += nanos;
                stats.longestTurnNanos = Math.max(stats.longestTurnNanos, nanos);
            }
        }

        @Override
        public void afterSleep() {
            turnStart = System.nanoTime();
            turnCommands = stats.commands;
            databases.now(clock().millis());
            events.fire(LoopTurn.AFTER_SLEEP);
        }
    }

    /** What happens to keys. */
    private final class KeyEvents implements KeyspaceEvents {
        @Override
        public void changed(Database database, Bytes key, KeyEventClass eventClass, Token event, long changes) {
            dirty += changes;
            transactions.touched(database, key);
            blocking.touched(database, key);
            tell(database, eventClass, event, key);
        }

        @Override
        public Effects effects(Database database) {
            return stream.effects(database.index());
        }

        @Override
        public void expired(Database database, Bytes key) {
            if (stream.active()) {
                stream.expired(database.index(), key);
            }
            transactions.touched(database, key);
            blocking.touched(database, key);
            tell(database, KeyEventClass.EXPIRED, EXPIRED, key);
        }

        @Override
        public void added(Database database, Bytes key) {
            tell(database, KeyEventClass.NEW, NEW, key);
        }

        @Override
        public void missed(Database database, Bytes key) {
            tell(database, KeyEventClass.MISSED, KEYMISS, key);
        }

        private void tell(Database database, KeyEventClass eventClass, Token event, Bytes key) {
            events.fireKey(database.index(), eventClass, event, key);
            notifications.tell(database.index(), eventClass, event, key);
        }
    }
}
