package dev.cairn.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.persistence.CommandLog;
import dev.cairn.api.persistence.Persistence;
import dev.cairn.api.persistence.PersistenceHost;

/**
 * A module that keeps what would go to the append log, for tests of what commands have logged. The database that is selected at first shows as a {@code SELECT} where it is another than before. Written on the main thread;
 * read it after {@link TestServer#awaitTurn}.
 */
public final class RecordingLog implements ServerModule, Persistence, CommandLog {
    private final List<List<String>> commands = new ArrayList<>();
    private int selected;

    /** Makes the module. */
    public RecordingLog() {
    }

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("recording-log", 1);
    }

    @Override
    public void configure(Registrar registrar) {
        registrar.persistence(this);
    }

    @Override
    public void open(PersistenceHost host) {
        host.attach(this);
    }

    @Override
    public synchronized void append(MemorySegment memory, long offset, long length, int database) {
        if (database != selected) {
            commands.add(List.of("SELECT", Integer.toString(database)));
            selected = database;
        }
        String text = new String(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\r', at);
            int words = Integer.parseInt(text.substring(at + 1, end));
            at = end + 2;
            List<String> command = new ArrayList<>();
            for (int i = 0; i < words; i++) {
                end = text.indexOf('\r', at);
                int bytes = Integer.parseInt(text.substring(at + 1, end));
                at = end + 2;
                command.add(text.substring(at, at + bytes));
                at += bytes + 2;
            }
            if (command.getFirst().equals("SELECT")) {
                selected = Integer.parseInt(command.get(1));
            }
            commands.add(List.copyOf(command));
        }
    }

    /** What was logged since the last call, each command as a line. */
    public List<String> take() {
        return takeWords().stream().map(words -> String.join(" ", words)).toList();
    }

    /** What was logged since the last call, each command as its words, a character for each byte (ISO 8859-1). */
    public synchronized List<List<String>> takeWords() {
        List<List<String>> taken = List.copyOf(commands);
        commands.clear();
        return taken;
    }

    /** What is logged of a client's command: executes it and waits for the end of the turn. */
    public List<String> of(TestServer server, TestClient client, String... command) throws Exception {
        take();
        client.call(command);
        server.awaitTurn();
        return take();
    }
}
