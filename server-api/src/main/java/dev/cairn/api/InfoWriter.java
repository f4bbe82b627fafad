package dev.cairn.api;

/** Takes the fields of an INFO section. */
public interface InfoWriter {
    /** Adds a field with a text. */
    InfoWriter field(String name, CharSequence value);

    /** Adds a field with an integer. */
    InfoWriter field(String name, long value);

    /** Adds a field with a decimal number of the given count of places. */
    InfoWriter field(String name, double value, int places);
}
