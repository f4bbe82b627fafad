package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Describes the machine that figures were taken on. */
final class Machine {
    private Machine() {
    }

    /** Cores, CPU model, memory, kernel and JDK on one line. */
    static String description() throws IOException {
        return Runtime.getRuntime().availableProcessors() + " cores, " + field("/proc/cpuinfo", "model name") + ", "
                + memory(field("/proc/meminfo", "MemTotal")) + ", Linux " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch") + ", JDK " + Runtime.version();
    }

    /** Runnable threads on average over the last minute; about 0 where nothing else runs. */
    static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg"), StandardCharsets.US_ASCII).split(" ")[0];
    }

    private static String memory(String kilobytes) {
        long kib = Long.parseLong(kilobytes.replaceAll("[^0-9]", ""));
        return Math.round(kib / 1048576.0) + " GiB";
    }

    private static String field(String file, String name) throws IOException {
        return Files.readAllLines(Path.of(file), StandardCharsets.ISO_8859_1).stream().filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst().orElse("0 (unknown " + name + ")");
    }
}
