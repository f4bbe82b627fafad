package dev.cairn.structures;

/**
 * How a {@link HashIndex} looks into the records that it points to. Called by the owner of the index; must neither
 * change nor allocate anything.
 */
public interface Records {
    /** Returns whether the record's key equals the {@code keyLength} bytes at {@code keyAddress}. */
    boolean keyEquals(long record, long keyAddress, int keyLength);

    /** Returns the hash of the record's key, the very value that it was inserted with. */
    long hash(long record);
}
