package dev.cairn.core.os;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The memory where the system keeps this process' command line, which {@code ps} and {@code /proc/PID/cmdline} show. Linux; any thread, one
 * at a time.
 */
public final class CommandLineMemory {
    /** The fields of {@code /proc/self/stat} after the name of the program, of which the first is the third of all. */
    private static final int ARG_START = 48 - 3;
    private static final int ARG_END = 49 - 3;

    private CommandLineMemory() {}

    /**
     * Shows a text in place of the command line, cut where the command line ended.
     *
     * @throws IOException where the system does not tell where the command line is
     */
    public static void show(String text) throws IOException {
        String stat = ProcFile.read(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        if (fields.length <= ARG_END) {
            throw new IOException("/proc/self/stat has no fields on the command line");
        }
        long start = Long.parseLong(fields[ARG_START]);
        long length = Long.parseLong(fields[ARG_END].strip()) - start;
        if (start == 0 || length <= 1) {
            throw new IOException("/proc/self/stat does not tell where the command line is");
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int shown = (int) Math.min(bytes.length, length - 1);
        MemorySegment memory = MemorySegment.ofAddress(start).reinterpret(length);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, shown);
        memory.asSlice(shown).fill((byte) 0);
    }
}
