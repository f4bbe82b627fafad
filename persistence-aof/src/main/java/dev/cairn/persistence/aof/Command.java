package dev.cairn.persistence.aof;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A command of the log. Immutable as long as nobody changes the arrays; safe on any thread.
 *
 * @param database the database that it is executed in
 * @param words its name and arguments, at least one
 */
public record Command(int database, List<byte[]> words) {
    /** The command, whose list is copied and whose arrays are not. */
    public Command {
        words = List.copyOf(words);
    }

    /** Its name, as it was logged. */
    public String name() {
        return text(words.getFirst());
    }

    /** A word as text, each byte a character. */
    static String text(byte[] word) {
        return new String(word, StandardCharsets.ISO_8859_1);
    }

    /** The words in quotes as MONITOR shows them, with what does not print as {@code \x00}. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder();
        for (byte[] word : words) {
            line.append(line.isEmpty() ? "\"" : " \"");
            for (byte b : word) {
                quote(line, b & 0xff);
            }
            line.append('"');
        }
        return line.toString();
    }

    private static void quote(StringBuilder line, int b) {
        switch (b) {
            case '\\', '"' -> line.append('\\').append((char) b);
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
                if (b >= ' ' && b < 127) {
                    line.append((char) b);
                } else {
                    line.append("\\x").append(Character.forDigit(b >> 4, 16)).append(Character.forDigit(b & 15, 16));
                }
            }
        }
    }
}
