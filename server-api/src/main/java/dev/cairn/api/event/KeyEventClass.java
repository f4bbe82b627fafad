package dev.cairn.api.event;

/** The classes of key events, with the letters of {@code notify-keyspace-events}. */
public enum KeyEventClass {
    GENERIC('g'),
    STRING('$'),
    LIST('l'),
    SET('s'),
    HASH('h'),
    ZSET('z'),
    EXPIRED('x'),
    EVICTED('e'),
    STREAM('t'),
    MISSED('m'),
    NEW('n'),
    MODULE('d');

    private final char letter;

    KeyEventClass(char letter) {
        this.letter = letter;
    }

    /** The letter that enables the class. */
    public char letter() {
        return letter;
    }
}
