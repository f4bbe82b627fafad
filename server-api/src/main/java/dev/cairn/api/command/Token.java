package dev.cairn.api.command;

import java.nio.charset.StandardCharsets;

/**
 * A word of a command's syntax or an event's name: ASCII, compared ignoring case. Made once, as a constant; safe on any thread.
 */
public final class Token {
    private final String text;
    private final byte[] bytes;

    private Token(String text) {
        this.text = text;
        this.bytes = text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The token of a word as it is to be printed. */
    public static Token of(String text) {
        return new Token(text);
    }

    /** Whether the bytes are this word, ignoring the case of ASCII letters. */
    public boolean matches(Bytes b) {
        if (b.length() != bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (fold(b.at(i)) != fold(bytes[i])) {
                return false;
            }
        }
        return true;
    }

    private static int fold(byte c) {
        return c >= 'a' && c <= 'z' ? c - 32 : c;
    }

    /** Number of bytes. */
    public int length() {
        return bytes.length;
    }

    /** The word's byte at {@code i}, in the case it was made with. */
    public byte at(int i) {
        return bytes[i];
    }

    /** The word as it was made. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }
}
