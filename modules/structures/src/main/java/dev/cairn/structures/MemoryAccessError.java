package dev.cairn.structures;

/**
 * An access to off-heap memory that is not live: out of bounds, after free, or never allocated. It is thrown in
 * checked mode only and always means a bug of the caller.
 */
public final class MemoryAccessError extends Error {
    private static final long serialVersionUID = 1L;

    /** Address of the first byte of the access. */
    private final long address;

    /** Creates the error for an access of {@code size} bytes at {@code address}. */
    MemoryAccessError(String action, long address, long size, String reason) {
        super(action + " of " + size + " bytes at 0x" + Long.toHexString(address) + ": " + reason);
        this.address = address;
    }

    /** Returns the address of the first byte of the access that failed. */
    public long address() {
        return address;
    }
}
