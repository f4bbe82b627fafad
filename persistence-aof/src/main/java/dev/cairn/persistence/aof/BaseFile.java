package dev.cairn.persistence.aof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/**
 * The file of a base: blocks of commands that make all keys, and a last block that says it is whole; little-endian.
 *
 * <pre>
 *  0  i32  magic, with the version of the format
 *  4  i32  CRC-32C of everything that follows, to the block's end
 *  8  i64  length of the commands; of the last block 0
 * 16  i32  database that the commands are for; of the last block -1
 * 20  i32  number of this block, from 0
 * 24       commands in RESP
 * </pre>
 */
final class BaseFile {
    static final int MAGIC = 'C' | 'R' << 8 | 'B' << 16 | '1' << 24;
    static final int HEADER = 24;
    private static final int END = -1;
    private static final long FORCE_EACH = 32L << 20;

    private BaseFile() {
    }

    private static int crc(long block, long length) {
        return Checksum.of(block + 8, HEADER - 8 + length);
    }

    /** Writes a base. One thread at a time. */
    static final class Writer implements Closeable {
        private final FileChannel channel;
        private final boolean incrementalForce;
        private int number;
        private long written;
        private long forced;

        Writer(Path file, boolean incrementalForce) throws IOException {
            this.channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
            this.incrementalForce = incrementalForce;
        }

        /** Writes a block whose commands stand behind room for its header. */
        void block(long block, long commands, int database) throws IOException {
            Memory.putInt(block, MAGIC);
            Memory.putLong(block + 8, commands);
            Memory.putInt(block + 16, database);
            Memory.putInt(block + 20, number++);
            Memory.putInt(block + 4, crc(block, commands));
            ByteBuffer bytes = Memory.ALL.asSlice(block, HEADER + commands).asByteBuffer();
            while (bytes.hasRemaining()) {
                written += channel.write(bytes);
            }
            if (incrementalForce && written - forced >= FORCE_EACH) {
                channel.force(false);
                forced = written;
            }
        }

        /** Writes the last block and forces the file to disk; returns its size. */
        long finish() throws IOException {
            long block = Pages.map(HEADER);
            try {
                block(block, 0, END);
            } finally {
                Pages.unmap(block, HEADER);
            }
            channel.force(true);
            return written;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Reads a base. One thread at a time. */
    static final class Reader implements Closeable {
        private final Path file;
        private final FileChannel channel;
        private final long size;
        private long block = Pages.map(1 << 20);
        private long capacity = 1 << 20;
        private long at;
        private int number;

        Reader(Path file) throws IOException {
            this.file = file;
            this.channel = FileChannel.open(file, StandardOpenOption.READ);
            this.size = channel.size();
        }

        /**
         * Goes to the next block; false after the last.
         *
         * @throws IOException when it is not whole and right
         */
        boolean next() throws IOException {
            if (size - at < HEADER) {
                throw damaged("the file ends before its last block");
            }
            read(0, HEADER);
            long length = length();
            if (Memory.getInt(block) != MAGIC) {
                throw damaged("the block does not begin as one of this format's version");
            }
            if (length < 0 || length > size - at - HEADER) {
                throw damaged("the file ends within the block, or its length is wrong");
            }
            if (HEADER + length > capacity) {
                Pages.unmap(block, capacity);
                capacity = HEADER + length;
                block = Pages.map(capacity);
                read(0, HEADER);
            }
            read(HEADER, length);
            if (Memory.getInt(block + 4) != crc(block, length)) {
                throw damaged("the block has a wrong checksum");
            }
            if (Memory.getInt(block + 20) != number) {
                throw damaged("the block has the number " + Memory.getInt(block + 20));
            }
            at += HEADER + length;
            number++;
            return database() != END;
        }

        private void read(long from, long bytes) throws IOException {
            ByteBuffer to = Memory.ALL.asSlice(block + from, bytes).asByteBuffer();
            long position = at + from;
            while (to.hasRemaining()) {
                int n = channel.read(to, position);
                if (n < 0) {
                    throw damaged("the file ends within the block");
                }
                position += n;
            }
        }

        private IOException damaged(String what) {
            return new IOException("The base " + file + " is damaged: block " + number + " at byte " + at + ": " + what);
        }

        /** The address of the block's commands. */
        long commands() {
            return block + HEADER;
        }

        /** Bytes of the block's commands. */
        long length() {
            return Memory.getLong(block + 8);
        }

        /** The database of the block. */
        int database() {
            return Memory.getInt(block + 16);
        }

        /** Bytes read. */
        long position() {
            return at;
        }

        @Override
        public void close() throws IOException {
            Pages.unmap(block, capacity);
            channel.close();
        }
    }
}
