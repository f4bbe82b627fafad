package dev.cairn.persistence.aof;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Reads commands in RESP from bytes, one by one, and notes by the way which database is selected. One thread at a time. */
final class CommandReader {
    private static final int MAX_WORDS = 1 << 30;
    private static final int MAX_WORD = 1 << 29;
    private static final int LONGEST_LINE = 1 << 16;

    private final InputStream in;
    private long position;
    private int database;

    CommandReader(InputStream in, int database) {
        this.in = new BufferedInputStream(in, 1 << 16);
        this.database = database;
    }

    CommandReader(byte[] commands, int database) {
        this.in = new ByteArrayInputStream(commands);
        this.database = database;
    }

    /** Where the next command begins. */
    long position() {
        return position;
    }

    /** The database that is selected for the next command. */
    int database() {
        return database;
    }

    /**
     * The words of the next command; none at the end. A line that begins with {@code #}, as Redis notes the time with, is skipped.
     *
     * @throws IOException when what follows is no whole command; the message names the byte
     */
    List<byte[]> next() throws IOException {
        long start = position;
        int first = in.read();
        while (first == '#') {
            position++;
            line(start);
            start = position;
            first = in.read();
        }
        if (first < 0) {
            return List.of();
        }
        position++;
        int count = length(first, '*', MAX_WORDS, start);
        List<byte[]> words = new ArrayList<>(Math.min(count, 64));
        for (int i = 0; i < count; i++) {
            first = in.read();
            position++;
            int length = length(first, '$', MAX_WORD, start);
            byte[] word = in.readNBytes(length);
            position += length + 2L;
            if (word.length < length || in.read() != '\r' || in.read() != '\n') {
                throw bad(start, "a word is cut off or does not end with a line's end");
            }
            words.add(word);
        }
        if (words.isEmpty()) {
            throw bad(start, "it has no words");
        }
        noteSelect(words);
        return words;
    }

    /** Whether a command selects a database. */
    static boolean isSelect(List<byte[]> words) {
        return words.size() == 2 && Command.text(words.getFirst()).equalsIgnoreCase("SELECT");
    }

    private void noteSelect(List<byte[]> words) throws IOException {
        if (isSelect(words)) {
            try {
                database = Integer.parseInt(Command.text(words.get(1)));
            } catch (NumberFormatException e) {
                throw new IOException("SELECT of something that is no number", e);
            }
        }
    }

    private int length(int first, char mark, int most, long start) throws IOException {
        if (first != mark) {
            throw bad(start, first < 0 ? "it is cut off" : "it has no '" + mark + "' where one belongs");
        }
        String digits = line(start);
        try {
            int length = Integer.parseInt(digits);
            if (length >= 0 && length <= most) {
                return length;
            }
        } catch (NumberFormatException e) {
            throw new IOException(bad(start, "'" + digits + "' is no length").getMessage(), e);
        }
        throw bad(start, "the length " + digits + " is impossible");
    }

    private String line(long start) throws IOException {
        StringBuilder text = new StringBuilder();
        int c = in.read();
        while (c >= 0 && c != '\n' && text.length() < LONGEST_LINE) {
            text.append((char) c);
            c = in.read();
        }
        position += text.length() + 1L;
        if (c != '\n' || text.isEmpty() || text.charAt(text.length() - 1) != '\r') {
            throw bad(start, "a line is cut off");
        }
        return text.substring(0, text.length() - 1);
    }

    private static IOException bad(long start, String what) {
        return new IOException("the command at byte " + start + " is malformed: " + what);
    }
}
