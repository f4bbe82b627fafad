package dev.cairn.persistence.aof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/**
 * Reads the records of an increment from its file, without the library that wrote it: no locks, no mapping that a damaged file could turn into
 * a fault, and nothing believed that the checksum does not confirm. One thread at a time.
 *
 * <p>A document is a 4-byte header and its bytes, at a multiple of 4. A header of 0, or one with bit 31, is the end; one with bit 30 is the
 * library's own and skipped; the low 30 bits are the length.
 */
final class IncrementScanner implements Closeable {
    /** What {@link #next} has found. */
    enum Found {
        /** A record; {@link #record} is its address. */
        RECORD,
        /** The end: nothing was written here. */
        END,
        /** Something that is no record; {@link #problem} tells what. */
        BAD
    }

    /** Says that there is an intact record later than something bad. */
    static final int LATER = 8;
    private static final int BUFFER = 4 << 20;
    private static final int META = 1 << 30;
    private static final int OPEN = 1 << 31;
    /** Stands for the number of a first record that is not known. */
    private static final long ANY = Long.MIN_VALUE;
    /** More than the library's header takes in front of a queue, and less than its index takes behind that, before the first record. */
    private static final int QUEUE_HEADER = 4096;
    private static final int MAX_DOCUMENT = RecordFormat.HEADER + RecordFormat.MAX_PAYLOAD;

    private final FileChannel channel;
    private long size;
    private final long buffer = Pages.map(BUFFER);
    private final ByteBuffer view = Memory.ALL.asSlice(buffer, BUFFER).asByteBuffer();
    /** Where the buffer's first byte is in the file, and how many are there. */
    private long bufferStart;
    private int buffered;
    /** Where the next document begins. */
    private long at;
    private long expected;
    private long recordAt;
    private long record;
    private String problem = "";
    private boolean unfinished;

    /**
     * Opens an increment's file.
     *
     * @param expected the sequence number of the first record
     */
    IncrementScanner(Path file, long expected) throws IOException {
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
        this.size = channel.size();
        this.expected = expected;
    }

    /**
     * The number of the first record of a file, whatever it is; empty where the increment was never begun, so that nothing is there.
     *
     * @throws IOException when the file begins with something else
     */
    static OptionalLong firstSequence(Path file) throws IOException {
        try (IncrementScanner scanner = new IncrementScanner(file, ANY)) {
            if (scanner.next() == Found.RECORD) {
                return OptionalLong.of(RecordFormat.sequence(scanner.record));
            }
        }
        if (holdsNothing(file)) {
            return OptionalLong.empty();
        }
        throw new IOException(file + " does not begin with a good record");
    }

    /**
     * Whether nothing was ever logged to a file: it has at most the empty record that an increment begins with, numbered or not, and from there
     * to its end only zeros; or not even that, because the library has not finished the header that it begins every file with. Whatever else is
     * there, be it damaged, counts as something.
     */
    static boolean holdsNothing(Path file) throws IOException {
        try (IncrementScanner scanner = new IncrementScanner(file, ANY)) {
            Found found = scanner.next();
            if (found == Found.BAD && scanner.unfinished && scanner.at == 0) {
                return scanner.isZeroFrom(QUEUE_HEADER);
            }
            if (found == Found.RECORD && RecordFormat.payload(scanner.record) == 0) {
                found = scanner.next();
            } else if (found == Found.BAD && scanner.skipUnnumbered()) {
                found = scanner.next();
            }
            return found == Found.END && scanner.isZeroFrom(scanner.at);
        }
    }

    /** Goes behind a first record that has no number yet: all its bytes are 0. */
    private boolean skipUnnumbered() throws IOException {
        int document = 4 + RecordFormat.HEADER;
        if (at + document > size) {
            return false;
        }
        fill(at, document);
        long address = buffer + (at - bufferStart);
        if (Memory.getInt(address) != RecordFormat.HEADER || !isZero(address + 4, RecordFormat.HEADER)) {
            return false;
        }
        at += document;
        return true;
    }

    /** Whether all bytes are 0 from an offset to the end of the file. */
    private boolean isZeroFrom(long from) throws IOException {
        for (long p = from; p < size; p += BUFFER) {
            int length = (int) Math.min(BUFFER, size - p);
            fill(p, length);
            if (!isZero(buffer + (p - bufferStart), length)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(long address, int length) {
        int whole = length & -8;
        for (int i = 0; i < whole; i += 8) {
            if (Memory.getLong(address + i) != 0) {
                return false;
            }
        }
        for (int i = whole; i < length; i++) {
            if (Memory.getByte(address + i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Goes to the next record. */
    Found next() throws IOException {
        while (true) {
            if (at + 4 > size) {
                return Found.END;
            }
            fill(at, 4);
            int header = Memory.getInt(buffer + (at - bufferStart));
            if (header == 0) {
                return Found.END;
            }
            unfinished = (header & OPEN) != 0;
            if (unfinished) {
                return bad("the document was never finished");
            }
            int length = header & META - 1;
            if (at + 4 + length > size) {
                return bad("the file ends within a document");
            }
            if ((header & META) != 0) {
                at += 4L + length + 3 & -4L;
                continue;
            }
            if (length > MAX_DOCUMENT) {
                return bad("a document has the impossible length " + length);
            }
            fill(at, 4 + length);
            return record(length);
        }
    }

    private Found record(int length) {
        record = buffer + (at - bufferStart) + 4;
        String wrong = RecordFormat.check(record, length);
        if (!wrong.isEmpty()) {
            return bad("the record " + wrong);
        }
        if (expected == ANY) {
            expected = RecordFormat.sequence(record);
        } else if (RecordFormat.sequence(record) != expected) {
            return bad("the record has number " + RecordFormat.sequence(record));
        }
        expected++;
        recordAt = at;
        at += 4L + length + 3 & -4L;
        return Found.RECORD;
    }

    private Found bad(String what) {
        problem = what;
        recordAt = at;
        return Found.BAD;
    }

    /**
     * Looks behind something bad for records that are intact and later than what was read.
     *
     * @return {@link #LATER} when there is one, with {@link RecordFormat#FORCED} when one says that what is bad had been safe on disk
     */
    int beyond() throws IOException {
        int found = 0;
        for (long p = (at & -4L) + 4; p + RecordFormat.HEADER <= size; p += 4) {
            int wanted = (int) Math.min(BUFFER / 2, size - p);
            if (p + RecordFormat.HEADER > bufferStart + buffered) {
                fill(p, wanted);
            }
            long candidate = buffer + (p - bufferStart);
            if (Memory.getInt(candidate) == RecordFormat.MAGIC && RecordFormat.sequence(candidate) >= expected) {
                int payload = RecordFormat.payload(candidate);
                if (payload >= 0 && payload <= RecordFormat.MAX_PAYLOAD && p + RecordFormat.HEADER + payload <= size) {
                    fill(p, RecordFormat.HEADER + payload);
                    candidate = buffer + (p - bufferStart);
                    if (RecordFormat.check(candidate, RecordFormat.HEADER + (long) payload).isEmpty()) {
                        found = LATER;
                        if (RecordFormat.forcedBefore(candidate) >= expected) {
                            return LATER | RecordFormat.FORCED;
                        }
                        p += RecordFormat.HEADER + payload - 4 & -4L;
                    }
                }
            }
        }
        return found;
    }

    /** Looks at the file anew: it may have grown, and what was read as empty may be written by now. {@link #next} tries the same place again. */
    void refresh() throws IOException {
        size = channel.size();
        buffered = 0;
    }

    /** Whether what {@link #next} has found bad is a document that its writer has not finished, or never will. */
    boolean unfinished() {
        return unfinished;
    }

    /** Has a range of the file in the buffer. */
    private void fill(long from, int bytes) throws IOException {
        if (from >= bufferStart && from + bytes <= bufferStart + buffered) {
            return;
        }
        bufferStart = from;
        buffered = 0;
        view.clear();
        while (buffered < bytes) {
            int n = channel.read(view, from + buffered);
            if (n < 0) {
                throw new IOException("the file became shorter while it was read");
            }
            buffered += n;
        }
    }

    /** The address of the record that was found, until the next call. */
    long record() {
        return record;
    }

    /** The number that the next record should have. */
    long expected() {
        return expected;
    }

    /** Where in the file the last thing found begins. */
    long offset() {
        return recordAt;
    }

    /** Where the next document begins. */
    long position() {
        return at;
    }

    /** Bytes of the file. */
    long size() {
        return size;
    }

    /** What is bad. */
    String problem() {
        return problem;
    }

    @Override
    public void close() throws IOException {
        Pages.unmap(buffer, BUFFER);
        channel.close();
    }
}
