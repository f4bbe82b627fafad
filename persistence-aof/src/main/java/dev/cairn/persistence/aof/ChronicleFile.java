package dev.cairn.persistence.aof;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

import dev.cairn.structures.Pages;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LegacyRollCycles;

/**
 * An increment as a Chronicle Queue that is written once, from its creation to its end, and never opened for appending again. Main thread,
 * but for {@link #force}, {@link #reserve} and {@link #close}.
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

    private ChronicleFile(SingleChronicleQueue queue, ExcerptAppender appender, Path file) throws IOException {
        this.queue = queue;
        this.appender = appender;
        this.file = file;
        this.channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        this.space = new Space(file);
        this.position = position(appender);
    }

    /**
     * Makes the increment's directory and the queue in it.
     *
     * @throws IOException when the disk has no room for it
     */
    static ChronicleFile open(Path directory, long sequence, long millis) throws IOException {
        Files.createDirectory(directory);
        SingleChronicleQueue queue = SingleChronicleQueueBuilder.single(directory.toFile()).blockSize(BLOCK)
                .rollCycle(LegacyRollCycles.DAILY).timeProvider(() -> 0L).build();
        try {
            ExcerptAppender appender = queue.createAppender();
            begin(appender, sequence, millis);
            ChronicleFile made = new ChronicleFile(queue, appender, Directories.queueFile(directory));
            made.reserve();
            made.channel.force(true);
            Directories.force(directory);
            Directories.force(Directories.containing(directory));
            return made;
        } catch (IOException | RuntimeException | InternalError e) {
            queue.close();
            throw e instanceof IOException io ? io : new IOException("Can't make the increment " + directory + ": " + e, e);
        }
    }

    /** Has the library make its file: it does with the first record, an empty one. */
    private static void begin(ExcerptAppender appender, long sequence, long millis) {
        long record = Pages.map(RecordFormat.HEADER);
        try {
            RecordFormat.header(record, sequence, millis, 0, 0, RecordFormat.FIRST | RecordFormat.LAST);
            PointerBytesStore opening = BytesStore.nativePointer();
            opening.set(record, RecordFormat.HEADER);
            appender.writeBytes(opening);
        } finally {
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
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long room() {
        return reserved - position - MARGIN;
    }

    @Override
    public void reserve() throws IOException {
        reserve(STEP, 1 << 20);
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
