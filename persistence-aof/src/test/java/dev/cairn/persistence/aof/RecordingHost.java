package dev.cairn.persistence.aof;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.CommandError;
import dev.cairn.api.persistence.CommandLog;
import dev.cairn.api.persistence.PersistenceHost;
import dev.cairn.api.persistence.SnapshotWriter;

/** A server that notes what it is to replay: what is loaded, whole, and the first two words of each command of the form "command N". */
final class RecordingHost implements PersistenceHost {
    final List<String> commands = new ArrayList<>();
    final List<String> raw = new ArrayList<>();

    @Override
    public void attach(CommandLog log) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void detach(CommandLog log) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long offset() {
        return 0;
    }

    @Override
    public boolean snapshotPossible() {
        return false;
    }

    @Override
    public void snapshot(SnapshotWriter writer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void cancelSnapshot() {
        // there is none
    }

    @Override
    public void beginLoading(long totalBytes) {
        raw.clear();
    }

    @Override
    public void endLoading() {
        // nothing was begun
    }

    @Override
    public void clear() {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable String replay(MemorySegment memory, long offset, long length, int database) {
        String text = new String(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        raw.add(text);
        String[] words = text.split(" ");
        for (int i = 0; i + 1 < words.length; i++) {
            if (words[i].equals("command")) {
                commands.add("command " + words[i + 1]);
            }
        }
        return null;
    }

    @Override
    public boolean progress(long bytes) {
        return true;
    }

    @Override
    public long replayed() {
        return commands.size();
    }

    @Override
    public void refuseWrites(@Nullable CommandError error) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void terminate(String reason) {
        throw new UnsupportedOperationException();
    }
}
