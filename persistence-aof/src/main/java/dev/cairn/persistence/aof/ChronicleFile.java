package dev.cairn.persistence.aof;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

import dev.cairn.structures.Pages;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LegacyRollCycles;

/**
 * An increment as a Chronicle Queue that is written once, from its creation to its end, and never opened for appending again. Main thread,
 * but for {@link #force}, {@link #prepare} and {@link #close}.
 *
 * <p>The queue never rolls, since its clock stands still: there is one file. The library writes through a mapping, so a full disk would
 * show as a fault in the middle of a record: space is reserved before it is written to, and without it nothing is written. Its own
 * {@code sync} forces nothing here; the file is forced through a channel of ours, which covers pages changed through the mapping.
 */
final class ChronicleFile implements LogFile {
    private static final int BLOCK = 64 << 20;
    /** Space reserved at a time. */
    private static final long STEP = 64L << 20;
    /** What the library may write beside a record: its index, alignment, the header of the next document. */
    private static final long MARGIN = 256L << 10;
    /** When this little room is left in what was reserved, more is. */
    private static final long LOW_ROOM = 32L << 20;
    /** How far ahead of the records the memory is touched, and how much of it at a time. */
    private static final long TOUCH_AHEAD = 8L << 20;
    private static final long TOUCH_STEP = 1L << 20;
    /** The same where it is forced, too, and a force of a record may have to wait for that. */
    private static final long FORCED_STEP = 128L << 10;
    private static final long PAGE = 4096;

    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private final PointerBytesStore view = BytesStore.nativePointer();
    private final Path file;
    private final FileChannel channel;
    private final Space space;
    /** Held by who forces or closes the file, not by who appends. */
    private final Object forcing = new Object();
    private boolean closed;
    private volatile long position;
    private volatile long reserved;
    /** How far the memory was touched ahead. */
    private volatile long touched;
    /** What the library has mapped, to append to it. */
    private volatile Window mapped;

    private ChronicleFile(SingleChronicleQueue queue, ExcerptAppender appender, Path file) throws IOException {
        this.queue = queue;
        this.appender = appender;
        this.file = file;
        this.channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        this.space = new Space(file);
        this.position = position(appender);
        this.mapped = Window.NONE.of(bytes());
    }

    private Bytes<?> bytes() {
        return Objects.requireNonNull(appender.wire()).bytes();
    }

    /**
     * Makes the increment's directory and the queue in it.
     *
     * @param forced as in {@link #prepare}
     * @throws IOException when the disk has no room for it
     */
    static ChronicleFile open(Path directory, boolean forced) throws IOException {
        Files.createDirectory(directory);
        SingleChronicleQueue queue = SingleChronicleQueueBuilder.single(directory.toFile()).blockSize(BLOCK)
                .rollCycle(LegacyRollCycles.DAILY).timeProvider(() -> 0L).build();
        try {
            ExcerptAppender appender = queue.createAppender();
            // the library makes its file with the first record, which gets its number later
            try (Opening opening = new Opening()) {
                appender.writeBytes(opening.view);
            }
            ChronicleFile made = new ChronicleFile(queue, appender, Directories.queueFile(directory));
            made.reserve(STEP, 1 << 20);
            made.touch(TOUCH_STEP, forced);
            made.channel.force(true);
            Directories.force(directory);
            Directories.force(Directories.containing(directory));
            appender.singleThreadedCheckReset();
            queue.singleThreadedCheckReset();
            return made;
        } catch (IOException | RuntimeException | InternalError e) {
            queue.close();
            throw e instanceof IOException io ? io : new IOException("Can't make the increment " + directory + ": " + e, e);
        }
    }

    @Override
    public void begin(long sequence, long millis) throws IOException {
        try (Opening opening = new Opening()) {
            RecordFormat.header(opening.record, sequence, millis, 0, 0, RecordFormat.FIRST | RecordFormat.LAST);
            bytes().write(position - RecordFormat.HEADER, opening.view, 0, RecordFormat.HEADER);
        }
        force();
    }

    /** Memory for the empty record that the file begins with. */
    private static final class Opening implements AutoCloseable {
        final long record = Pages.map(RecordFormat.HEADER);
        final PointerBytesStore view = BytesStore.nativePointer();

        Opening() {
            view.set(record, RecordFormat.HEADER);
        }

        @Override
        public void close() {
            Pages.unmap(record, RecordFormat.HEADER);
        }
    }

    private static long position(ExcerptAppender appender) {
        return Objects.requireNonNull(appender.wire()).bytes().writePosition();
    }

    @Override
    public void append(long address, int length) throws IOException {
        long end = position + length + MARGIN;
        if (end > reserved) {
            reserve(Math.max(STEP, end - reserved), end - reserved);
        }
        view.set(address, length);
        appender.writeBytes(view);
        position = position(appender);
        mapped = mapped.of(bytes());
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public boolean wantsPreparing() {
        return touched - position < TOUCH_AHEAD - TOUCH_STEP || reserved - position < LOW_ROOM;
    }

    @Override
    public void prepare(boolean forced) throws IOException {
        if (reserved - position < LOW_ROOM) {
            reserve(STEP, 1 << 20);
        }
        touch(Math.min(position + TOUCH_AHEAD, reserved), forced);
    }

    private void touch(long to, boolean forced) throws IOException {
        long from = Math.max(touched, position) & -PAGE;
        long step = forced ? FORCED_STEP : TOUCH_STEP;
        for (long at = from; at < to; at += step) {
            mapped.touch(at, Math.min(step, to - at), forced);
            if (forced) {
                force();
            }
        }
        touched = Math.max(to, from);
    }

    private synchronized void reserve(long wanted, long least) throws IOException {
        if (closed) {
            return;
        }
        long from = reserved;
        try {
            space.reserve(from, wanted);
            reserved = from + wanted;
        } catch (IOException e) {
            space.reserve(from, least);
            reserved = from + least;
        }
    }

    @Override
    public void force() throws IOException {
        synchronized (forcing) {
            if (channel.isOpen()) {
                channel.force(false);
            }
        }
    }

    @Override
    public void end() {
        appender.close();
        queue.close();
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
        }
        synchronized (forcing) {
            try (space; channel) {
                channel.truncate((position + 3 & -4L) + END_MARK);
                channel.force(true);
            }
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
