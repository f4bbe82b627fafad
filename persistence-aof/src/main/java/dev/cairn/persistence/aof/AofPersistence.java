package dev.cairn.persistence.aof;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.InfoWriter;
import dev.cairn.api.ModuleContext;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.job.JobQueue;
import dev.cairn.api.persistence.Persistence;
import dev.cairn.api.persistence.PersistenceHost;
import dev.cairn.persistence.aof.Manifest.Entry;

/**
 * The append-only file: when it is written, forced, rewritten and loaded. Main thread.
 *
 * <p>Design. The data is a directory: a manifest, a base, and increments in their order. Each start and each rewrite opens a new increment,
 * and none is ever opened again to be written, so what a crash has left behind is never built upon. The log writes to the last increment; at
 * a rewrite the increment is changed first, at the very point where the snapshot is taken, then the base is written beside the serving, and
 * when it is safe on disk the manifest is replaced in one step: a crash at any time leaves the old set or the new one.
 *
 * <p>{@link #beforeReplies} is Redis' flushAppendOnlyFile. Under {@code always} main forces where the disk is fast; else the lane forces, replies wait for it, and what is logged
 * meanwhile shares the next force; main waits, too, only where the disk is so slow that too much would pile up. Under {@code everysec} the lane forces each second, and while it does, writing waits for it for at most two seconds.
 */
final class AofPersistence implements Persistence, AofLog.Gate {
    private static final Logger LOG = LoggerFactory.getLogger(AofPersistence.class);
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long POSTPONE_MILLIS = 2000;
    private static final long FSYNC_MILLIS = 1000;
    /** Under always: a shorter force is done by main, since the hand-over costs more, and groups are larger when all wait. */
    private static final long SHORT_FORCE_NANOS = 2 * NANOS_PER_MILLI;
    /** Under always: how long a force may take, and how much may be logged beside it, before main waits for it. */
    private static final long MOST_HELD_MILLIS = 500;
    private static final long MOST_HELD_BYTES = 16L << 20;
    private static final long LOG_ERRORS_EACH_MILLIS = 30_000;
    private static final CommandError NOT_SAFE = CommandError.err("Errors trying to SHUTDOWN. Check logs.");
    private static final CommandError IN_PROGRESS = CommandError.err("Background append only file rewriting already in progress");

    /** Whether commands are logged. */
    private enum State {
        OFF, ON, WAIT_REWRITE
    }

    /** How far a rewrite is. */
    private enum Phase {
        IDLE, PREPARING, READY, WRITING
    }

    /** When the log is forced to disk. */
    private enum Policy {
        ALWAYS, EVERYSEC, NO
    }

    private final AofOptions options;
    private final LogFile.Opener opener;
    private final Jobs.Type fsyncType;
    private final Jobs.Type rewriteType;
    private final Jobs.Type cleanType;
    private final Acknowledgements acknowledgements = new Acknowledgements(this);
    private @Nullable ModuleContext context;
    private @Nullable PersistenceHost host;
    private @Nullable JobQueue<Jobs.Job, Boolean> fsyncs;
    private @Nullable JobQueue<Jobs.Job, Boolean> rewrites;
    private @Nullable JobQueue<Jobs.Job, Boolean> cleaning;
    private @Nullable FileChannel lockFile;
    private Policy policy = Policy.EVERYSEC;
    private State state = State.OFF;
    private Manifest manifest = Manifest.EMPTY;
    /** While the first base is written: what the directory held before, which is what counts until then. */
    private Manifest before = Manifest.EMPTY;
    private @Nullable AofLog log;
    private @Nullable LogFile file;
    private boolean preparing;
    private boolean offRequested;

    private long lastFsync;
    private long postponedSince;
    private long forcedWrites;
    private long synced;
    /** How long a force takes under always, smoothed. */
    private long forceNanos;
    private long delayedFsyncs;
    private String writeError = "";
    private String fsyncError = "";
    private long errorLogged;

    private Phase phase = Phase.IDLE;
    private boolean scheduled;
    /** The increment that a rewrite will begin with. */
    private @Nullable NextIncrement nextIncrement;
    private @Nullable Rewrite rewrite;
    private long rewriteStart;
    /** The base that is being written. */
    private Entry rewriteBase = new Entry("", 0, 0, Manifest.OPEN);
    private long rewriteMillis;
    private long baseBytes;
    private long sealedBytes;
    private long growthBase;
    private long lastRewriteSeconds = -1;
    private boolean lastRewriteFailed;
    private long rewritesDone;
    private long failuresInARow;
    private long nextTry;

    AofPersistence(AofOptions options, LogFile.Opener opener, Jobs.Type fsyncType, Jobs.Type rewriteType, Jobs.Type cleanType) {
        this.options = options;
        this.opener = opener;
        this.fsyncType = fsyncType;
        this.rewriteType = rewriteType;
        this.cleanType = cleanType;
    }

    /** Is given what the module is started with. */
    void start(ModuleContext c) {
        context = c;
        fsyncPolicy(options.fsync.value());
    }

    private PersistenceHost host() {
        return Objects.requireNonNull(host);
    }

    private AofLog log() {
        return Objects.requireNonNull(log);
    }

    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    /** Whether appendonly is on. */
    boolean enabled() {
        return state != State.OFF && !offRequested;
    }

    private Path directory() {
        return Objects.requireNonNull(context).directory().resolve(options.directoryName.value());
    }

    private Path manifestFile() {
        return directory().resolve(options.fileName.value() + ".manifest");
    }

    private long now() {
        return System.currentTimeMillis();
    }

    @Override
    public long millis() {
        return now();
    }

    @Override
    public boolean forced() {
        return policy == Policy.ALWAYS && state == State.ON;
    }

    @Override
    public boolean open() {
        return policy != Policy.EVERYSEC || !fsyncPending();
    }

    private boolean fsyncPending() {
        JobQueue<Jobs.Job, Boolean> q = fsyncs;
        return q != null && q.pending() > 0;
    }

    /** Makes a value of {@code appendfsync} effective. */
    void fsyncPolicy(String value) {
        policy = switch (value) {
            case "always" -> Policy.ALWAYS;
            case "no" -> Policy.NO;
            default -> Policy.EVERYSEC;
        };
    }

    // Start and end.

    @Override
    public void open(PersistenceHost h) throws IOException {
        host = h;
        if (!options.appendOnly.value()) {
            return;
        }
        openLanes();
        Files.createDirectories(directory());
        lock();
        manifest = Manifest.read(manifestFile());
        long last = 0;
        if (!manifest.isEmpty()) {
            Loader.Result loaded = load();
            if (!loaded.completed()) {
                return;
            }
            last = loaded.lastSequence();
            releaseUnused(loaded);
            manifest = manifest.seal(last);
            measure(loaded);
            // only beside a manifest that names the data and has just been loaded: nothing else tells what is left
            new Leftovers(directory(), options.fileName.value(), manifest).delete();
        }
        deleteHistory();
        begin(freeIncrement().open(), last + 1);
        manifest.write(manifestFile());
        state = State.ON;
    }

    private Loader.Result load() throws IOException {
        long start = System.nanoTime();
        Loader loader = new Loader(host(), manifestFile(), manifest, options.loadTruncated.value(), options.serveBytes.value());
        Loader.Result loaded = loader.load();
        loader.report(System.nanoTime() - start);
        return loaded;
    }

    private void openLanes() throws IOException {
        ModuleContext c = Objects.requireNonNull(context);
        if (fsyncs == null) {
            try {
                fsyncs = c.jobs(fsyncType);
                rewrites = c.jobs(rewriteType);
                cleaning = c.jobs(cleanType);
            } catch (IllegalStateException e) {
                throw new IOException("appendonly needs a module that runs background jobs, such as bio: " + e.getMessage(), e);
            }
        }
    }

    private void lock() throws IOException {
        if (lockFile != null) {
            return;
        }
        FileChannel channel = FileChannel.open(directory().resolve(options.fileName.value() + ".lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            held = null;
        }
        if (held == null) {
            channel.close();
            throw new IOException("The append only files in " + directory() + " are in use by another server; set appenddirname or dir to"
                    + " another directory");
        }
        lockFile = channel;
    }

    /** Gives back what a server that was killed had reserved beyond its last record. */
    private void releaseUnused(Loader.Result loaded) throws IOException {
        if (loaded.cleanEnd() >= 0) {
            Path last = Directories.queueFile(directory().resolve(manifest.increments().getLast().name()));
            try (FileChannel channel = FileChannel.open(last, StandardOpenOption.WRITE)) {
                channel.truncate(loaded.cleanEnd() + LogFile.END_MARK);
            }
        }
    }

    /** Growth counts from the base, as in Redis: how large the file was after its last rewrite is written nowhere. */
    private void measure(Loader.Result loaded) throws IOException {
        baseBytes = manifest.base().isPresent() ? Files.size(directory().resolve(manifest.base().get().name())) : 0;
        sealedBytes = loaded.bytes() - baseBytes;
        growthBase = baseBytes;
    }

    /** Has the log begin with an increment; the manifest in memory names it afterwards. */
    private void begin(NextIncrement next, long sequence) throws IOException {
        LogFile opened = next.opened();
        try {
            opened.begin(sequence, now());
        } catch (IOException e) {
            next.discard();
            throw e;
        }
        AofLog l = log;
        if (l == null) {
            l = new AofLog(this, sequence);
            log = l;
            host().attach(l);
            synced = host().offset();
        }
        l.begin(opened);
        file = opened;
        forcedWrites = l.writes();
        manifest = manifest.with(next.entry(sequence));
    }

    private NextIncrement freeIncrement() {
        long number = manifest.nextIncrement();
        while (Files.exists(directory().resolve(incrementName(number)))) {
            number++;
        }
        return new NextIncrement(directory().resolve(incrementName(number)), number, opener, policy == Policy.ALWAYS);
    }

    private String incrementName(long number) {
        return options.fileName.value() + "." + number + ".incr";
    }

    /** Makes another value of {@code appendonly} effective, at run time. */
    void appendOnlyChanged(boolean on) throws OptionError {
        if (host == null || on == enabled()) {
            return;
        }
        // between commands only: the turn's commands are logged yet
        offRequested = !on;
        if (!on || state != State.OFF) {
            return;
        }
        try {
            openLanes();
            Files.createDirectories(directory());
            lock();
            manifest = Manifest.read(manifestFile());
            before = manifest;
        } catch (IOException e) {
            LOG.warn("Can't open the append only file: {}", e.getMessage());
            throw new OptionError("Unable to turn on AOF. Check server logs.");
        }
        state = State.WAIT_REWRITE;
        scheduled = true;
    }

    private void switchOff() {
        cancelRewrite();
        try {
            closeLog();
        } catch (IOException e) {
            LOG.warn("The append only file is closed with an error: {}", e.getMessage());
        }
        if (state == State.WAIT_REWRITE) {
            manifest = before;
            deleteHistory();
        }
        state = State.OFF;
        clearErrors();
        acknowledgements.check();
    }

    private void cancelRewrite() {
        scheduled = false;
        forgetPreparation();
        Rewrite r = rewrite;
        if (r != null) {
            LOG.info("The rewrite of the append only file is given up");
            host().cancelSnapshot();
            r.cancel();
            rewrite = null;
        }
    }

    private void forgetPreparation() {
        NextIncrement next = nextIncrement;
        nextIncrement = null;
        if (next != null && phase == Phase.READY) {
            next.discard();
        }
        phase = Phase.IDLE;
    }

    private void closeLog() throws IOException {
        AofLog l = log;
        LogFile f = file;
        if (l == null || f == null) {
            return;
        }
        host().detach(l);
        endIncrement(l, f);
        log = null;
        l.close();
    }

    /** Ends the increment that is open, everything forced, and says so in the manifest. */
    private void endIncrement(AofLog l, LogFile f) throws IOException {
        boolean whole = l.flush();
        file = null;
        f.end();
        f.close();
        if (state == State.ON && whole) {
            manifest = manifest.seal(l.nextSequence() - 1);
            manifest.write(manifestFile());
        }
    }

    /** Ends everything, with what was logged safe on disk. */
    void stop() {
        cancelRewrite();
        try {
            closeLog();
            if (lockFile != null) {
                lockFile.close();
                lockFile = null;
            }
        } catch (IOException e) {
            LOG.error("The append only file could not be closed: {}", e.getMessage());
        }
        state = State.OFF;
    }

    @Override
    public Optional<CommandError> beforeShutdown(boolean save, boolean noSave) {
        if (state == State.OFF) {
            return Optional.empty();
        }
        if (state == State.WAIT_REWRITE) {
            LOG.warn("Writing initial AOF. Can't exit.");
            return Optional.of(NOT_SAFE);
        }
        if (rewrite != null) {
            LOG.warn("There is a child rewriting the AOF. Killing it!");
            cancelRewrite();
        }
        LOG.info("Calling fsync() on the AOF file.");
        boolean whole = log().flush();
        try {
            Objects.requireNonNull(file).force();
        } catch (IOException e) {
            LOG.warn("Fail to fsync the AOF file: {}", e.getMessage());
            return Optional.of(NOT_SAFE);
        }
        if (whole) {
            syncedTo(host().offset());
        }
        if (!whole) {
            LOG.warn("The AOF has {} bytes that cannot be written: {}", log().waiting(), writeError);
            return Optional.of(NOT_SAFE);
        }
        return Optional.empty();
    }

    // Each turn.

    @Override
    public boolean holdsReplies() {
        return forced() && !leavesForcing();
    }

    @Override
    public void beforeReplies() {
        if (log != null) {
            flush();
        }
        if (offRequested) {
            offRequested = false;
            switchOff();
        }
        if (scheduled || phase != Phase.IDLE) {
            advanceRewrite();
        }
    }

    private void flush() {
        AofLog l = log();
        if (l.waiting() > 0) {
            if (postpones()) {
                return;
            }
            l.flush();
        }
        postponedSince = 0;
        reportWrite(l.takeWriteNanos());
        IOException failure = l.failure();
        if (failure != null) {
            writeFailed(failure);
        } else if (!writeError.isEmpty()) {
            LOG.warn("AOF write error looks solved. The server can write again.");
            writeError = "";
            refuseOrAccept();
        }
        forceByPolicy(l);
        prepareAhead();
    }

    /** Whether writing waits for the force that is going on, as Redis waits: at most two seconds, and then it says so. */
    private boolean postpones() {
        if (policy != Policy.EVERYSEC || !fsyncPending()) {
            return false;
        }
        long now = now();
        if (postponedSince == 0) {
            postponedSince = now;
            return true;
        }
        if (now - postponedSince < POSTPONE_MILLIS) {
            return true;
        }
        delayedFsyncs++;
        LOG.info("Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to complete,"
                + " this may slow down the server.");
        return false;
    }

    /** Reports a write to LATENCY by what went on beside it, as Redis names it, and a second time for all together. */
    private void reportWrite(long nanos) {
        if (nanos >= NANOS_PER_MILLI) {
            latency(fsyncPending() ? "aof-write-pending-fsync" : rewrite != null ? "aof-write-active-child" : "aof-write-alone", nanos);
            latency("aof-write", nanos);
        }
    }

    private void latency(String event, long nanos) {
        Objects.requireNonNull(context).latency(event, nanos / NANOS_PER_MILLI);
    }

    private void writeFailed(IOException failure) {
        String text = failure instanceof Space.DiskError d ? d.text() : String.valueOf(failure.getMessage());
        if (policy == Policy.ALWAYS && state == State.ON) {
            host().terminate("Error writing to the AOF file: " + text
                    + ". Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...");
            return;
        }
        logError("Error writing to the AOF file: " + text);
        if (!writeError.equals(text)) {
            writeError = text;
            refuseOrAccept();
        }
    }

    private void logError(String text) {
        long now = now();
        if (now - errorLogged > LOG_ERRORS_EACH_MILLIS) {
            errorLogged = now;
            LOG.warn("{}", text);
        }
    }

    private void refuseOrAccept() {
        String text = writeError.isEmpty() ? fsyncError : writeError;
        // while the first base is written nothing is promised yet
        boolean refuse = !text.isEmpty() && state == State.ON;
        host().refuseWrites(refuse ? CommandError.of("MISCONF", "Errors writing to the AOF file: " + text) : null);
    }

    private void clearErrors() {
        writeError = "";
        fsyncError = "";
        host().refuseWrites(null);
    }

    private void forceByPolicy(AofLog l) {
        if (l.writes() == forcedWrites || leavesForcing()) {
            return;
        }
        if (forced()) {
            if (!fsyncPending() && forceNanos < SHORT_FORCE_NANOS) {
                forceWaiting(l);
            } else if (!fsyncPending()) {
                forcedWrites = l.writes();
                lastFsync = now();
                forceForReplies(l, Objects.requireNonNull(file), host().offset());
            } else if (now() - lastFsync > MOST_HELD_MILLIS || host().offset() - synced > MOST_HELD_BYTES) {
                forceWaiting(l);
            }
        } else if (policy == Policy.EVERYSEC && now() - lastFsync >= FSYNC_MILLIS && !fsyncPending()) {
            forcedWrites = l.writes();
            lastFsync = now();
            forceInBackground(Objects.requireNonNull(file), l.waiting() == 0 ? host().offset() : synced);
        }
    }

    /** Whether forcing is left to the system, as the operator wants it during a rewrite. */
    private boolean leavesForcing() {
        return options.noFsyncOnRewrite.value() && rewrite != null;
    }

    /** Forces what the replies of this turn wait for. What is logged meanwhile shares the next force. */
    private void forceForReplies(AofLog l, LogFile f, long offset) {
        long last = l.nextSequence() - 1;
        long start = System.nanoTime();
        Objects.requireNonNull(fsyncs).submit(new Jobs.Job(f::force, (job, failure) -> {
            tookToForce(System.nanoTime() - start);
            if (failure == null) {
                l.forced(last);
                syncedTo(offset);
            } else if (f == file) {
                cannotForce(failure);
            }
        }));
    }

    /** Forces with everybody waiting: a fast disk, or one so slow that what waits for it must stay bounded. */
    private void forceWaiting(AofLog l) {
        long start = System.nanoTime();
        try {
            Objects.requireNonNull(file).force();
        } catch (IOException e) {
            cannotForce(e);
            return;
        }
        tookToForce(System.nanoTime() - start);
        lastFsync = now();
        forcedWrites = l.writes();
        l.forced(l.nextSequence() - 1);
        syncedTo(host().offset());
    }

    private void tookToForce(long nanos) {
        latency("aof-fsync-always", nanos);
        forceNanos += (nanos - forceNanos) / 4;
    }

    private void cannotForce(Throwable failure) {
        host().terminate("Can't persist AOF for fsync error when the AOF fsync policy is 'always': " + failure.getMessage()
                + ". Exiting...");
    }

    private void forceInBackground(LogFile f, long offset) {
        Objects.requireNonNull(fsyncs).submit(new Jobs.Job(f::force, (job, failure) -> forcedInBackground(offset, failure)));
    }

    private void forcedInBackground(long offset, @Nullable Throwable failure) {
        if (failure == null) {
            if (!fsyncError.isEmpty()) {
                fsyncError = "";
                refuseOrAccept();
            }
            syncedTo(offset);
        } else if (log != null) {
            logError("Can't force the AOF to disk: " + failure.getMessage());
            fsyncError = String.valueOf(failure.getMessage());
            forcedWrites = -1;
            refuseOrAccept();
        }
    }

    private void syncedTo(long offset) {
        if (offset > synced) {
            synced = offset;
            acknowledgements.check();
        }
    }

    @Override
    public long bufferBytes() {
        return log == null ? 0 : log().bufferBytes();
    }

    @Override
    public long syncedOffset() {
        return state == State.OFF ? -1 : synced;
    }

    private void prepareAhead() {
        LogFile f = file;
        if (f != null && !preparing && writeError.isEmpty() && f.wantsPreparing()) {
            preparing = true;
            boolean forced = forced();
            Objects.requireNonNull(cleaning).submit(new Jobs.Job(() -> f.prepare(forced), (job, failure) -> preparing = false));
        }
    }

    /** The regular look: whether the file has grown enough to be rewritten, and whether everysec has something left to force. */
    void cron() {
        if (state != State.ON || rewrite != null || scheduled) {
            return;
        }
        long percentage = options.rewritePercentage.value();
        long size = size();
        if (percentage > 0 && size > options.rewriteMinSize.value() && now() >= nextTry) {
            long growth = size * 100 / Math.max(1, growthBase) - 100;
            if (growth >= percentage) {
                LOG.info("Starting automatic rewriting of AOF on {}% growth", growth);
                scheduled = true;
            }
        }
    }

    private long size() {
        LogFile f = file;
        return baseBytes + sealedBytes + (f == null ? 0 : f.position());
    }

    // Rewriting.

    /**
     * Has the file rewritten.
     *
     * @throws CommandError when that is going on already, or cannot be
     */
    void requestRewrite() {
        if (rewrite != null || phase != Phase.IDLE) {
            throw IN_PROGRESS;
        }
        try {
            openLanes();
            Files.createDirectories(directory());
            lock();
            if (state == State.OFF) {
                manifest = Manifest.read(manifestFile());
            }
        } catch (IOException e) {
            LOG.warn("Can't rewrite the append only file: {}", e.getMessage());
            throw CommandError.err("Can't execute an AOF background rewriting. Please check the server logs for more information.");
        }
        scheduled = true;
    }

    private void advanceRewrite() {
        if (phase == Phase.IDLE && scheduled && host().snapshotPossible()) {
            scheduled = false;
            rewriteMillis = now();
            if (state == State.OFF) {
                phase = Phase.READY;
            } else {
                prepareRewrite(file, freeIncrement());
            }
        }
        if (phase == Phase.READY && (log == null || log().waiting() == 0)) {
            long start = System.nanoTime();
            try {
                beginRewrite();
                phase = Phase.WRITING;
                latency("aof-rewrite-begin", System.nanoTime() - start);
            } catch (IOException e) {
                rewriteFailed(e);
            }
        }
    }

    /** Has the lane force what is logged and open the next increment, so that little is left to do for main. */
    private void prepareRewrite(@Nullable LogFile old, NextIncrement next) {
        phase = Phase.PREPARING;
        nextIncrement = next;
        Objects.requireNonNull(fsyncs).submit(new Jobs.Job(() -> {
            next.open();
            if (old != null) {
                old.force();
            }
        }, (job, failure) -> {
            boolean wanted = nextIncrement == next;
            if (!wanted || failure != null) {
                next.discard();
            }
            if (wanted && failure != null) {
                rewriteFailed(failure);
            } else if (wanted) {
                phase = Phase.READY;
            }
        }));
    }

    /** Changes to a new increment and takes the snapshot, at the same point of the stream. */
    private void beginRewrite() throws IOException {
        Manifest unchanged = manifest;
        LogFile old = file;
        rewriteStart = log == null ? firstSequence(manifest) : log().nextSequence();
        if (old != null) {
            // nothing of the old increment may be missing where the manifest says that it is whole; most was forced just now
            old.force();
            log().forced(rewriteStart - 1);
            syncedTo(host().offset());
            manifest = manifest.seal(rewriteStart - 1);
        }
        NextIncrement next = nextIncrement;
        nextIncrement = null;
        if (next != null) {
            try {
                begin(next, rewriteStart);
                nameLast();
            } catch (IOException e) {
                manifest = unchanged;
                if (file != old) {
                    goBack(old);
                    next.discard();
                }
                throw e;
            }
            if (old != null) {
                sealedBytes += old.position();
                old.end();
                Objects.requireNonNull(fsyncs).submit(new Jobs.Job(old::close, (job, failure) -> {
                }));
            }
        }
        long number = manifest.nextBase();
        rewriteBase = new Entry(options.fileName.value() + "." + number + ".base", number, rewriteStart, Manifest.OPEN);
        Jobs.BaseJob base = new Jobs.BaseJob(directory().resolve(rewriteBase.name()), options.incrementalFsync.value());
        Rewrite r = new Rewrite(base, Objects.requireNonNull(rewrites), this::rewriteEnded, this::rewriteAborted);
        rewrite = r;
        host().snapshot(r);
        LOG.info("Background append only file rewriting started");
    }

    /** Has the log where it was before an increment was begun. */
    private void goBack(@Nullable LogFile old) {
        file = old;
        AofLog l = log();
        if (old != null) {
            l.goOn(old);
        } else {
            host().detach(l);
            l.close();
            log = null;
        }
    }

    /** Writes the manifest that names the last increment; while the first base is written, as one that the next start deletes. */
    private void nameLast() throws IOException {
        if (state == State.ON) {
            manifest.write(manifestFile());
        } else {
            Manifest next = before.withHistory(manifest.increments().getLast());
            next.write(manifestFile());
            before = next;
        }
    }

    private static long firstSequence(Manifest m) {
        long last = m.base().map(Entry::start).orElse(1L);
        for (Entry e : m.increments()) {
            last = Math.max(last, e.end() == Manifest.OPEN ? e.start() + (1L << 40) : e.end() + 1);
        }
        return last;
    }

    private void rewriteEnded(@Nullable Throwable failure) {
        Rewrite r = rewrite;
        if (r == null) {
            return;
        }
        if (failure != null) {
            host().cancelSnapshot();
            rewriteFailed(failure);
            return;
        }
        try {
            install(r);
        } catch (IOException e) {
            rewriteFailed(e);
            return;
        }
        rewrite = null;
        phase = Phase.IDLE;
        lastRewriteSeconds = (now() - rewriteMillis) / 1000;
        lastRewriteFailed = false;
        failuresInARow = 0;
        rewritesDone++;
        LOG.info("Background AOF rewrite finished successfully: {} keys, {} bytes", r.keys(), baseBytes);
    }

    private void install(Rewrite r) throws IOException {
        List<Entry> following = state == State.OFF ? List.of()
                : manifest.increments().stream().filter(e -> e.start() >= rewriteStart).toList();
        Manifest next = manifest.rewritten(rewriteBase, following);
        LogFile f = file;
        if (state == State.WAIT_REWRITE && f != null) {
            f.force();
        }
        long start = System.nanoTime();
        next.write(manifestFile());
        latency("aof-rename", System.nanoTime() - start);
        manifest = next;
        baseBytes = r.base().size();
        sealedBytes = 0;
        growthBase = size();
        if (state == State.WAIT_REWRITE) {
            state = State.ON;
            LOG.info("AOF is on: the first base is written");
            refuseOrAccept();
        }
        deleteHistory();
    }

    private void deleteHistory() {
        if (manifest.history().isEmpty() || options.keepHistory.value()) {
            return;
        }
        List<Path> files = new ArrayList<>();
        manifest.history().forEach(e -> files.add(directory().resolve(e.name())));
        List<Entry> deleted = manifest.history();
        Objects.requireNonNull(cleaning).submit(new Jobs.Job(() -> Jobs.delete(files), (job, failure) -> {
            if (failure != null) {
                LOG.warn("Old append only files could not be deleted: {}", failure.getMessage());
            } else if (state != State.WAIT_REWRITE && manifest.history().equals(deleted) && lockFile != null) {
                forgetHistory();
            }
        }));
    }

    private void forgetHistory() {
        Manifest next = manifest.withoutHistory();
        try {
            next.write(manifestFile());
            manifest = next;
        } catch (IOException e) {
            LOG.warn("The manifest still names old files: {}", e.getMessage());
        }
    }

    private void rewriteFailed(Throwable failure) {
        LOG.warn("Background AOF rewrite failed: {}", failure.getMessage());
        rewrite = null;
        forgetPreparation();
        lastRewriteFailed = true;
        failuresInARow++;
        lastRewriteSeconds = (now() - rewriteMillis) / 1000;
        if (failuresInARow >= 3) {
            long minutes = Math.min(60, 1L << Math.min(6, failuresInARow - 3));
            nextTry = now() + minutes * 60_000;
        }
        if (state == State.WAIT_REWRITE) {
            // Redis tries again, too: the operator has asked for a log
            nextTry = Math.max(nextTry, now() + 1000);
            retryInitial();
        }
    }

    private void retryInitial() {
        Objects.requireNonNull(context).loop().after(java.time.Duration.ofMillis(Math.max(1, nextTry - now())), () -> {
            if (state == State.WAIT_REWRITE && rewrite == null && phase == Phase.IDLE) {
                scheduled = true;
            }
        });
    }

    private void rewriteAborted(String reason) {
        LOG.info("The rewrite of the append only file begins anew, because {}", reason);
        rewrite = null;
        phase = Phase.IDLE;
        scheduled = true;
    }

    // Loading again.

    @Override
    public void reload() throws IOException {
        if (state == State.WAIT_REWRITE) {
            throw new IOException("the first base of the append only file is not written yet");
        }
        cancelRewrite();
        if (state == State.OFF) {
            manifest = Manifest.read(manifestFile());
            if (manifest.isEmpty()) {
                throw new IOException("appendonly is off, and there is no append only file in " + directory());
            }
            host().clear();
            load();
            return;
        }
        endIncrement(log(), Objects.requireNonNull(file));
        syncedTo(host().offset());
        host().clear();
        Loader.Result loaded = load();
        measure(loaded);
        begin(freeIncrement().open(), loaded.lastSequence() + 1);
        manifest.write(manifestFile());
    }

    @Override
    public void info(InfoWriter out) {
        long running = rewrite == null ? -1 : (now() - rewriteMillis) / 1000;
        boolean failing = !writeError.isEmpty() || !fsyncError.isEmpty();
        out.field("aof_enabled", enabled() ? 1 : 0).field("aof_rewrite_in_progress", rewrite != null || phase != Phase.IDLE ? 1 : 0)
                .field("aof_rewrite_scheduled", scheduled ? 1 : 0).field("aof_last_rewrite_time_sec", lastRewriteSeconds)
                .field("aof_current_rewrite_time_sec", running).field("aof_last_bgrewrite_status", lastRewriteFailed ? "err" : "ok")
                .field("aof_rewrites", rewritesDone).field("aof_rewrites_consecutive_failures", failuresInARow)
                .field("aof_last_write_status", failing ? "err" : "ok").field("aof_last_cow_size", 0);
        if (enabled()) {
            AofLog l = log;
            JobQueue<Jobs.Job, Boolean> q = fsyncs;
            out.field("aof_current_size", size()).field("aof_base_size", growthBase).field("aof_pending_rewrite", 0)
                    .field("aof_buffer_length", l == null ? 0 : l.waiting()).field("aof_pending_bio_fsync", q == null ? 0 : q.pending())
                    .field("aof_delayed_fsync", delayedFsyncs).field("aof_last_record", l == null ? 0 : l.nextSequence() - 1)
                    .field("aof_synced_offset", synced);
        }
    }
}
