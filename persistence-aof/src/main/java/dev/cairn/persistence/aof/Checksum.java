package dev.cairn.persistence.aof;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

import dev.cairn.structures.Memory;

/** The CRC-32C of memory. An instance belongs to one piece of memory, and makes no Java object for each sum. One thread at a time. */
final class Checksum {
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer memory;

    /** Will sum parts of some memory, which stays mapped as long as it does. */
    Checksum(long address, int length) {
        memory = Memory.ALL.asSlice(address, length).asByteBuffer();
    }

    /** The sum of a part of the memory. */
    int of(int from, int length) {
        crc.reset();
        crc.update(memory.clear().position(from).limit(from + length));
        return (int) crc.getValue();
    }

    /** The sum of any memory. */
    static int of(long address, long length) {
        CRC32C crc = new CRC32C();
        crc.update(Memory.ALL.asSlice(address, length).asByteBuffer());
        return (int) crc.getValue();
    }
}
