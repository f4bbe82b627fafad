package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.command.Value;

/**
 * What every data type keeps: what it saves loads into an equal value, so does what its earlier versions saved, a truncated one is refused,
 * a copy shares nothing with its original, and the commands of a rewrite make an equal value.
 */
public abstract class DataTypeContract extends Contract {
    /** The key that samples are under. */
    protected static final String KEY = "sample";

    private static final Bytes KEY_BYTES = Bytes.of(KEY);
    private static final int MOST_TRUNCATIONS = 4096;

    /**
     * A value as an earlier version of the type has saved it.
     *
     * @param encodingVersion the version that it was saved with, lower than the type's
     * @param saved writes it as that version did
     * @param sample the commands that make an equal value under {@link #KEY}
     */
    public record OldValue(int encodingVersion, Saving saved, List<List<String>> sample) {
    }

    /** Writes a saved value. */
    @FunctionalInterface
    public interface Saving {
        /** Writes the value. */
        void to(DataType.ValueWriter out) throws IOException;
    }

    /** For subclasses. */
    protected DataTypeContract() {
    }

    /** The type's name, as TYPE replies it. */
    protected abstract String typeName();

    /** Values of all encodings, the smallest and larger ones: each the commands that make it under {@link #KEY}. */
    protected abstract List<List<List<String>>> samples();

    /** A command that changes any of the values under {@link #KEY}. */
    protected abstract List<String> change();

    /** Values that earlier versions of the type have saved, one of each version at least; none by default, for a type without any. */
    protected List<OldValue> oldValues() {
        return List.of();
    }

    @Test
    void hasSamples() {
        assertFalse(samples().isEmpty());
    }

    @Test
    void loadsWhatEarlierVersionsSaved() throws Exception {
        try (TestServer server = server(module()).start(); TestClient client = server.client()) {
            for (OldValue old : oldValues()) {
                make(client, old.sample());
                server.onMain(() -> {
                    Slot expected = server.database(0).peek(KEY_BYTES);
                    DataType type = expected.type();
                    assertTrue(old.encodingVersion() < type.id().encodingVersion(), "version " + old.encodingVersion() + " is not old");
                    SavedBytes.Writer out = new SavedBytes.Writer();
                    old.saved().to(out);
                    byte[] saved = out.toArray();
                    SavedBytes.Reader in = new SavedBytes.Reader(saved, saved.length);
                    type.load(in, old.encodingVersion(), server.database(1).write(KEY_BYTES));
                    assertTrue(in.atEnd(), "load leaves bytes unread");
                    assertEquals(content(expected), content(server.database(1).peek(KEY_BYTES)));
                    return true;
                });
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> loadsWhatItSaved() {
        return each((server, client) -> server.onMain(() -> {
            Slot value = server.database(0).peek(KEY_BYTES);
            byte[] saved = save(value);
            String encoding = value.type().encodingName(value);
            SavedBytes.Reader reader = new SavedBytes.Reader(saved, saved.length);
            DataType type = value.type();
            type.load(reader, type.id().encodingVersion(), server.database(1).write(KEY_BYTES));
            assertTrue(reader.atEnd(), "load leaves bytes unread");
            Slot loaded = server.database(1).peek(KEY_BYTES);
            assertEquals(content(value), content(loaded));
            assertNotEquals("", encoding);
            return true;
        }));
    }

    @TestFactory
    Stream<DynamicTest> refusesATruncatedValue() {
        return each((server, client) -> server.onMain(() -> {
            Slot value = server.database(0).peek(KEY_BYTES);
            DataType type = value.type();
            byte[] saved = save(value);
            int step = Math.max(1, saved.length / MOST_TRUNCATIONS);
            for (int end = 0; end < saved.length; end += step) {
                int length = end;
                assertThrows(IOException.class, () -> type.load(new SavedBytes.Reader(saved, length), type.id().encodingVersion(),
                        server.database(1).write(KEY_BYTES)), () -> "truncated to " + length + " bytes of " + saved.length);
                assertFalse(server.database(1).peek(KEY_BYTES).exists(), "a failed load leaves a key");
            }
            return true;
        }));
    }

    @TestFactory
    Stream<DynamicTest> refusesAnUnknownEncodingVersion() {
        return each((server, client) -> server.onMain(() -> {
            Slot value = server.database(0).peek(KEY_BYTES);
            DataType type = value.type();
            byte[] saved = save(value);
            assertThrows(IOException.class,
                    () -> type.load(new SavedBytes.Reader(saved, saved.length), 1023, server.database(1).write(KEY_BYTES)));
            return true;
        }));
    }

    @TestFactory
    Stream<DynamicTest> copiesWithoutSharing() {
        return each((server, client) -> {
            String before = server.onMain(() -> {
                Slot value = server.database(0).peek(KEY_BYTES);
                value.type().copy(value, server.database(1).write(KEY_BYTES));
                Slot copy = server.database(1).peek(KEY_BYTES);
                assertEquals(value.type().encodingName(value), copy.type().encodingName(copy));
                assertEquals(content(value), content(copy));
                return content(copy);
            });
            Value reply = client.call(change().toArray(String[]::new));
            assertFalse(reply instanceof Value.Failure, () -> "the change: " + Values.text(reply));
            server.onMain(() -> {
                assertNotEquals(before, content(server.database(0).peek(KEY_BYTES)), "the change changes nothing");
                assertEquals(before, content(server.database(1).peek(KEY_BYTES)), "the copy changed with its original");
                return true;
            });
            client.line("DEL " + KEY);
            assertEquals(before, server.onMain(() -> content(server.database(1).peek(KEY_BYTES))));
        });
    }

    @TestFactory
    Stream<DynamicTest> rewritesIntoAnEqualValue() {
        return each((server, client) -> {
            List<byte[][]> commands = server.onMain(() -> rewrite(server.database(0).peek(KEY_BYTES)));
            assertFalse(commands.isEmpty(), "no commands");
            client.line("SELECT 1");
            for (byte[][] command : commands) {
                Value reply = client.call(command);
                assertFalse(reply instanceof Value.Failure, () -> Values.text(reply));
            }
            // the encoding may be another, so the values are compared by the commands that make them
            boolean ordered = server.onMain(() -> {
                Slot value = server.database(0).peek(KEY_BYTES);
                return !value.type().elements(value, parts -> {
                });
            });
            if (ordered) {
                List<byte[][]> again = server.onMain(() -> rewrite(server.database(1).peek(KEY_BYTES)));
                assertArrayEquals(commands.toArray(byte[][][]::new), again.toArray(byte[][][]::new));
            } else {
                assertEquals(server.onMain(() -> content(server.database(0).peek(KEY_BYTES))),
                        server.onMain(() -> content(server.database(1).peek(KEY_BYTES))));
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> tellsItsTypeAndEncoding() {
        return each((server, client) -> {
            assertEquals(typeName(), client.line("TYPE " + KEY));
            assertTrue(client.line("OBJECT ENCODING " + KEY).matches("[a-z0-9]+"));
            assertTrue(server.onMain(() -> server.database(0).peek(KEY_BYTES).memory()) > 0);
        });
    }

    private static List<byte[][]> rewrite(Slot value) {
        assertTrue(value.exists());
        List<byte[][]> commands = new ArrayList<>();
        value.type().rewrite(value, words -> commands.add(Arrays.stream(words).map(Bytes::toArray).toArray(byte[][]::new)));
        return commands;
    }

    /** What makes the value equal to others: its elements in an order of ours if theirs does not matter, else its saved bytes. */
    private static String content(Slot value) throws IOException {
        assertTrue(value.exists());
        List<String> elements = new ArrayList<>();
        boolean unordered = value.type().elements(value,
                parts -> elements.add(Arrays.stream(parts).map(p -> HexFormat.of().formatHex(p.toArray())).toList().toString()));
        if (!unordered) {
            return HexFormat.of().formatHex(save(value));
        }
        elements.sort(null);
        return elements.toString();
    }

    private static byte[] save(Slot value) throws IOException {
        assertTrue(value.exists());
        SavedBytes.Writer out = new SavedBytes.Writer();
        value.type().save(value, out);
        return out.toArray();
    }

    private interface Check {
        void run(TestServer server, TestClient client) throws Exception;
    }

    private Stream<DynamicTest> each(Check check) {
        TestServer server = server(module()).start();
        return samples().stream().map(sample -> DynamicTest.dynamicTest(name(sample), () -> {
            try (TestClient client = server.client()) {
                make(client, sample);
                check.run(server, client);
            }
        })).onClose(server::close);
    }

    private static void make(TestClient client, List<List<String>> sample) {
        client.line("FLUSHALL");
        for (List<String> command : sample) {
            Value reply = client.call(command.toArray(String[]::new));
            assertFalse(reply instanceof Value.Failure, () -> Values.text(reply));
        }
    }

    private static String name(List<List<String>> sample) {
        String all = sample.stream().map(words -> String.join(" ", words)).reduce((a, b) -> a + "; " + b).orElse("nothing");
        return all.length() <= 80 ? all : all.substring(0, 77) + "...";
    }
}
