package dev.cairn.core.server;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.InfoWriter;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.persistence.CommandLog;
import dev.cairn.api.persistence.Persistence;
import dev.cairn.api.persistence.PersistenceHost;
import dev.cairn.api.persistence.SnapshotWriter;

/**
 * Persistence as the server sees it: the module that provides it, if any, the state of loading, and what the module is given. Main thread.
 */
public final class Durability implements PersistenceHost {
    private static final Logger LOG = LoggerFactory.getLogger(Durability.class);
    private static final CommandError IS_LOADING = CommandError.of("LOADING", "Redis is loading the dataset in memory");
    /** Time that a snapshot may take of a turn. */
    private static final long SNAPSHOT_NANOS = 500_000;
    private static final int EVENTS_WHILE_LOADING = 128;

    private final Server server;
    private @Nullable Persistence persistence;
    private @Nullable Replay replay;
    private @Nullable CommandError refusal;
    private boolean loading;
    private long loadingStart;
    private long loadingTotal;
    private long loadingDone;
    private boolean stepScheduled;
    private long dirtyBefore;

    Durability(Server server) {
        this.server = server;
    }

    /** Takes the module's persistence. */
    public void provide(Persistence p) {
        persistence = p;
    }

    /** Loads the data, where there is a module for it. */
    public void open() throws IOException {
        Persistence p = persistence;
        if (p != null) {
            p.open(this);
        }
    }

    /** Loads the data again. */
    public void reload() throws IOException {
        Persistence p = persistence;
        if (p == null) {
            throw new IOException("no module of this server keeps data");
        }
        server.stream().deliver();
        if (server.stream().waiting()) {
            throw new IOException("a transaction is going on that has changed something");
        }
        server.databases().snapshot().abort("the data is loaded again");
        p.reload();
    }

    /** Makes the data safe before the server ends; empty when it may. */
    public Optional<CommandError> beforeShutdown(boolean save, boolean noSave) {
        Persistence p = persistence;
        if (p == null || loading) {
            return Optional.empty();
        }
        server.stream().deliver();
        return p.beforeShutdown(save, noSave);
    }

    void beforeReplies() {
        CommandStream stream = server.stream();
        long start = stream.active() ? System.nanoTime() : 0;
        stream.deliver();
        Persistence p = persistence;
        if (p != null && !loading) {
            p.beforeReplies();
        }
        if (start != 0) {
            server.stats().logNanos += System.nanoTime() - start;
        }
    }

    /** Bytes of memory that hold what is still to be logged. */
    public long bufferBytes() {
        Persistence p = persistence;
        return server.stream().bufferBytes() + (p == null ? 0 : p.bufferBytes());
    }

    /** Whether replies must wait, because what they may tell of is not safe yet. */
    boolean holdsReplies() {
        Persistence p = persistence;
        return p != null && !loading && p.holdsReplies() && p.syncedOffset() < offset();
    }

    /** Goes on with a snapshot, and has the loop turn again while there is work. */
    void stepSnapshot() {
        if (server.databases().snapshot().busy()) {
            server.databases().snapshot().step(SNAPSHOT_NANOS);
            if (!stepScheduled && server.databases().snapshot().busy()) {
                stepScheduled = true;
                server.loop().post(() -> stepScheduled = false);
            }
        }
    }

    /** Why a command is refused now, null when it is not. */
    @Nullable
    CommandError refusal(CommandEntry e) {
        if (loading && !e.allowedWhileLoading()) {
            return IS_LOADING;
        }
        return refusal != null && e.refusedWithWrites() ? refusal : null;
    }

    /** Whether {@link #refusal} may have something to say. */
    boolean refuses() {
        return loading || refusal != null;
    }

    /** The error for commands that write, null when they are accepted. */
    @Nullable
    CommandError writeRefusal() {
        return refusal;
    }

    /** Whether data is being loaded. */
    public boolean loading() {
        return loading;
    }

    /** How many bytes of the stream are safe, -1 when nothing is logged. */
    public long syncedOffset() {
        Persistence p = persistence;
        return p == null ? -1 : p.syncedOffset();
    }

    /** Writes the fields of INFO's section Persistence that are not the core's. */
    void info(InfoWriter out) {
        Persistence p = persistence;
        if (p == null) {
            out.field("aof_enabled", 0).field("aof_rewrite_in_progress", 0).field("aof_rewrite_scheduled", 0);
        } else {
            p.info(out);
        }
        if (loading) {
            loadingInfo(out);
        }
    }

    private void loadingInfo(InfoWriter out) {
        long elapsed = Math.max(1, server.clock().millis() - loadingStart);
        long left = Math.max(0, loadingTotal - loadingDone);
        double share = loadingTotal == 0 ? 100 : 100.0 * loadingDone / loadingTotal;
        long eta = loadingDone == 0 ? 1 : left / Math.max(1, loadingDone / Math.max(1, elapsed / 1000));
        out.field("loading_start_time", loadingStart / 1000).field("loading_total_bytes", loadingTotal)
                .field("loading_rdb_used_mem", 0).field("loading_loaded_bytes", loadingDone).field("loading_loaded_perc", share, 2)
                .field("loading_eta_seconds", eta);
    }

    @Override
    public void attach(CommandLog log) {
        server.stream().attach(log);
    }

    @Override
    public void detach(CommandLog log) {
        server.stream().detach(log);
    }

    @Override
    public long offset() {
        return server.stream().offset();
    }

    @Override
    public boolean snapshotPossible() {
        return server.databases().snapshot().possible();
    }

    @Override
    public void snapshot(SnapshotWriter writer) {
        server.databases().snapshot().begin(writer);
    }

    @Override
    public void cancelSnapshot() {
        server.databases().snapshot().cancel();
    }

    @Override
    public void beginLoading(long totalBytes) {
        loading = true;
        dirtyBefore = server.dirty();
        server.stream().mute(true);
        loadingStart = server.clock().millis();
        loadingTotal = totalBytes;
        loadingDone = 0;
        server.databases().holdExpiry(true);
        replay = new Replay(server);
    }

    @Override
    public void endLoading() {
        loading = false;
        server.dirty(dirtyBefore);
        server.stream().mute(false);
        server.databases().holdExpiry(false);
        server.clock().refresh();
        server.databases().now(server.clock().millis());
        Replay r = replay;
        if (r != null) {
            r.close();
            replay = null;
        }
    }

    @Override
    public void clear() {
        for (int i = 0; i < server.databases().count(); i++) {
            server.databases().at(i).flush(false);
        }
    }

    @Override
    public @Nullable String replay(MemorySegment memory, long offset, long length, int database) {
        Replay r = replay;
        if (r == null) {
            throw new IllegalStateException("loading has not begun");
        }
        if (database < 0 || database >= server.databases().count()) {
            return "database " + database + " does not exist: there are " + server.databases().count() + ", see option databases";
        }
        return r.run(memory.address() + offset, length, database);
    }

    @Override
    public boolean progress(long bytes) {
        loadingDone = bytes;
        server.clock().refresh();
        server.loop().pollNow(EVENTS_WHILE_LOADING);
        server.clients().threads().serve();
        server.clients().flushReplies();
        server.clients().closeScheduled();
        return !server.ending();
    }

    @Override
    public long replayed() {
        Replay r = replay;
        return r == null ? 0 : r.executed();
    }

    @Override
    public void refuseWrites(@Nullable CommandError error) {
        refusal = error;
    }

    @Override
    public void terminate(String reason) {
        LOG.error("{}", reason);
        server.fail(reason);
    }
}
