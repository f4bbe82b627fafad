package dev.cairn.api.data;

/**
 * The identity of a data type in files: Redis' nine characters and a version of the encoding.
 *
 * @param name nine characters out of {@code A-Z a-z 0-9 - _}
 * @param encodingVersion version of what {@link DataType#save} writes, 0 to 1023
 */
public record TypeId(String name, int encodingVersion) {
    public TypeId {
        if (!name.matches("[A-Za-z0-9_-]{9}")) {
            throw new IllegalArgumentException("type id '" + name + "': want nine characters out of A-Z a-z 0-9 - _");
        }
        if (encodingVersion < 0 || encodingVersion > 1023) {
            throw new IllegalArgumentException("encoding version " + encodingVersion + ": want 0 to 1023");
        }
    }
}
