package dev.cairn.persistence.aof;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Objects;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.InfoWriter;
import dev.cairn.api.ModuleContext;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.persistence.Persistence;
import dev.cairn.api.persistence.PersistenceHost;
import dev.cairn.persistence.aof.Durability.State;

/**
 * The append-only file as the server sees it: its start, each turn, and its end. Main thread.
 *
 * <p>Design. The data is a directory: a manifest, a base, and increments in their order. Each start and each rewrite opens a new increment,
 * and none is ever opened again to be written, so what a crash has left behind is never built upon. The log writes to the last increment; at
 * a rewrite the increment is changed first, at the very point where the snapshot is taken, then the base is written beside the serving, and
 * when it is safe on disk the manifest is replaced in one step: a crash at any time leaves the old set or the new one.
 *
 * <p>The order of a turn, in {@link #beforeReplies}, is the promise of {@code appendfsync}: what the turn has logged is written, then forced
 * where the policy wants it, and only then are the replies written; and a rewrite changes the increment only after that, between turns.
 *
 * <p>The parts: {@link AofDirectory} has the files and the manifest, {@link LogWriter} the log and its increment, {@link Fsync} forces it,
 * {@link Durability} knows what clients may rely on, {@link Rewriter} rewrites, and {@link Loader} reads it all again.
 */
final class AofPersistence implements Persistence {
    private static final Logger LOG = LoggerFactory.getLogger(AofPersistence.class);
    private static final CommandError NOT_SAFE = CommandError.err("Errors trying to SHUTDOWN. Check logs.");

    private final AofOptions options;
    private final AofServices server;
    private final AofDirectory directory;
    private final Durability durability;
    private final Fsync fsync;
    private final LogWriter writer;
    private final Rewriter rewriter;
    private final AofSize size = new AofSize();
    private final Acknowledgements acknowledgements = new Acknowledgements(this);
    private boolean offRequested;

    AofPersistence(AofOptions options, LogFile.Opener opener, Jobs.Type fsyncType, Jobs.Type rewriteType, Jobs.Type cleanType) {
        this.options = options;
        this.server = new AofServices(fsyncType, rewriteType, cleanType);
        this.directory = new AofDirectory(server, options, opener);
        this.durability = new Durability(server, acknowledgements::check);
        this.fsync = new Fsync(server, options, durability, this::rewriting);
        this.writer = new LogWriter(server, directory, durability, fsync, this::rewriting);
        this.rewriter = new Rewriter(server, options, directory, durability, fsync, writer, size);
    }

    private boolean rewriting() {
        return rewriter.writing();
    }

    /** Is given what the module is started with. */
    void start(ModuleContext context) {
        server.started(context);
        fsyncPolicy(options.fsync.value());
    }

    /** The clients that wait for their writes to be safe. */
    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    /** Whether appendonly is on. */
    boolean enabled() {
        return durability.state() != State.OFF && !offRequested;
    }

    /** Makes a value of {@code appendfsync} effective. */
    void fsyncPolicy(String value) {
        fsync.policy(value);
    }

    // Start and end.

    @Override
    public void open(PersistenceHost host) throws IOException {
        server.opened(host);
        if (!options.appendOnly.value()) {
            return;
        }
        server.openLanes();
        directory.open();
        directory.read();
        long last = 0;
        if (!directory.manifest().isEmpty()) {
            Loader.Result loaded = load();
            if (!loaded.completed()) {
                return;
            }
            last = loaded.lastSequence();
            directory.releaseUnused(loaded);
            directory.name(directory.manifest().seal(last));
            measure(loaded);
            directory.deleteLeftovers();
        }
        directory.deleteHistory();
        beginIncrement(last + 1);
        durability.state(State.ON);
    }

    private Loader.Result load() throws IOException {
        long start = System.nanoTime();
        Loader loader = new Loader(server.host(), directory.manifestFile(), directory.manifest(), options.loadTruncated.value(),
                options.serveBytes.value());
        Loader.Result loaded = loader.load();
        loader.report(System.nanoTime() - start);
        return loaded;
    }

    private void measure(Loader.Result loaded) throws IOException {
        Optional<Manifest.Entry> base = directory.manifest().base();
        size.loaded(base.isPresent() ? Files.size(directory.file(base.get())) : 0, loaded.bytes());
    }

    private void beginIncrement(long sequence) throws IOException {
        writer.begin(directory.nextIncrement(fsync.always()).open(), sequence);
        directory.write();
    }

    /** Makes another value of {@code appendonly} effective, at run time. */
    void appendOnlyChanged(boolean on) throws OptionError {
        if (!server.ready() || on == enabled()) {
            return;
        }
        // between commands only: the turn's commands are logged yet
        offRequested = !on;
        if (!on || durability.state() != State.OFF) {
            return;
        }
        try {
            server.openLanes();
            directory.open();
            directory.readForFirstBase();
        } catch (IOException e) {
            LOG.warn("Can't open the append only file: {}", e.getMessage());
            throw new OptionError("Unable to turn on AOF. Check server logs.");
        }
        durability.state(State.WAIT_REWRITE);
        rewriter.schedule();
    }

    private void switchOff() {
        rewriter.cancel();
        try {
            writer.close();
        } catch (IOException e) {
            LOG.warn("The append only file is closed with an error: {}", e.getMessage());
        }
        directory.forgetFirstBase();
        durability.state(State.OFF);
        durability.clearErrors();
        acknowledgements.check();
    }

    /** Ends everything, with what was logged safe on disk. */
    void stop() {
        rewriter.cancel();
        try {
            writer.close();
            directory.close();
        } catch (IOException e) {
            LOG.error("The append only file could not be closed: {}", e.getMessage());
        }
        durability.state(State.OFF);
    }

    @Override
    public Optional<CommandError> beforeShutdown(boolean save, boolean noSave) {
        if (durability.state() == State.OFF) {
            return Optional.empty();
        }
        if (durability.state() == State.WAIT_REWRITE) {
            LOG.warn("Writing initial AOF. Can't exit.");
            return Optional.of(NOT_SAFE);
        }
        if (rewriter.writing()) {
            LOG.warn("There is a child rewriting the AOF. Killing it!");
            rewriter.cancel();
        }
        LOG.info("Calling fsync() on the AOF file.");
        boolean whole = writer.log().flush();
        try {
            Objects.requireNonNull(writer.file()).force();
        } catch (IOException e) {
            LOG.warn("Fail to fsync the AOF file: {}", e.getMessage());
            return Optional.of(NOT_SAFE);
        }
        if (!whole) {
            LOG.warn("The AOF has {} bytes that cannot be written: {}", writer.waiting(), durability.writeError());
            return Optional.of(NOT_SAFE);
        }
        durability.syncedTo(server.host().offset());
        return Optional.empty();
    }

    // Each turn.

    @Override
    public boolean holdsReplies() {
        return fsync.holdsReplies();
    }

    @Override
    public void beforeReplies() {
        if (writer.isOpen()) {
            writer.flush();
        }
        if (offRequested) {
            offRequested = false;
            switchOff();
        }
        rewriter.advance();
    }

    @Override
    public long bufferBytes() {
        return writer.isOpen() ? writer.log().bufferBytes() : 0;
    }

    @Override
    public long syncedOffset() {
        return durability.state() == State.OFF ? -1 : durability.synced();
    }

    /** The regular look: whether the file has grown enough to be rewritten. */
    void cron() {
        rewriter.cron();
    }

    /**
     * Has the file rewritten.
     *
     * @throws CommandError when that is going on already, or cannot be
     */
    void requestRewrite() {
        rewriter.request();
    }

    // Loading again.

    @Override
    public void reload() throws IOException {
        if (durability.state() == State.WAIT_REWRITE) {
            throw new IOException("the first base of the append only file is not written yet");
        }
        rewriter.cancel();
        if (durability.state() == State.OFF) {
            directory.read();
            if (directory.manifest().isEmpty()) {
                throw new IOException("appendonly is off, and there is no append only file in " + directory.path());
            }
            server.host().clear();
            load();
            return;
        }
        writer.endIncrement();
        durability.syncedTo(server.host().offset());
        server.host().clear();
        Loader.Result loaded = load();
        measure(loaded);
        beginIncrement(loaded.lastSequence() + 1);
    }

    @Override
    public void info(InfoWriter out) {
        out.field("aof_enabled", enabled() ? 1 : 0);
        rewriter.info(out);
        out.field("aof_last_write_status", durability.failing() ? "err" : "ok").field("aof_last_cow_size", 0);
        if (enabled()) {
            out.field("aof_current_size", size.total(writer.position())).field("aof_base_size", size.grownFrom())
                    .field("aof_pending_rewrite", 0).field("aof_buffer_length", writer.waiting())
                    .field("aof_pending_bio_fsync", server.pendingFsyncs()).field("aof_delayed_fsync", fsync.delayed())
                    .field("aof_last_record", writer.isOpen() ? writer.log().nextSequence() - 1 : 0)
                    .field("aof_synced_offset", durability.synced());
        }
    }
}
