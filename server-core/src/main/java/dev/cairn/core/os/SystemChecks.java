package dev.cairn.core.os;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the settings of the system that make a server slow or let it fail, and says how to change them. Used by the thread that boots:
 * the cheap checks at each start, all of them for {@code --check-system}.
 */
public final class SystemChecks {
    private static final Logger LOG = LoggerFactory.getLogger(SystemChecks.class);
    private static final String CLOCK = "sys/devices/system/clocksource/clocksource0/";
    private static final String THP = "sys/kernel/mm/transparent_hugepage/enabled";
    /** How long the clock is read to see where its time goes, in ns: five ticks of the accounting of CPU time, and more. */
    private static final long CLOCK_TEST_NANOS = 60_000_000L;

    private static final int DEFAULT_MAXCLIENTS = 10_000;
    private static final int DEFAULT_BACKLOG = 511;
    private final Path root;

    /** How a check ended. */
    public enum Outcome {
        /** As it should be. */
        OK,
        /** To be changed. */
        WARNING,
        /** Cannot be told on this system. */
        SKIPPED
    }

    /**
     * The result of one check.
     *
     * @param name the check's name, as in {@code [overcommit]}
     * @param outcome how it ended
     * @param text what is wrong and what to do, or a note; may be empty
     */
    public record Check(String name, Outcome outcome, String text) {}

    /** Checks of this system. */
    public SystemChecks() {
        this(Path.of("/"));
    }

    SystemChecks(Path root) {
        this.root = root;
    }

    /**
     * Runs the cheap checks and logs the warnings, as at each start.
     *
     * @param disableThp whether to take this process out of transparent huge pages if they are always on
     */
    public void logWarnings(boolean disableThp) {
        log(overcommit());
        Check thp = transparentHugePages();
        if (thp.outcome() == Outcome.WARNING && disableThp) {
            try {
                Posix.disableTransparentHugePages();
            } catch (PosixException e) {
                log(thp);
            }
        } else {
            log(thp);
        }
        log(xenClock());
    }

    private static void log(Check check) {
        if (check.outcome() == Outcome.WARNING) {
            LOG.warn("WARNING {}", check.text());
        }
    }

    /** Logs a warning if the kernel cuts the backlog of listening sockets below the option's value. */
    public void logBacklogWarning(int tcpBacklog) {
        Optional<Integer> somaxconn = somaxconn();
        if (somaxconn.isPresent() && somaxconn.get() > 0 && somaxconn.get() < tcpBacklog) {
            LOG.warn(
                    "WARNING: The TCP backlog setting of {} cannot be enforced because /proc/sys/net/core/somaxconn is set to the lower "
                            + "value of {}.",
                    tcpBacklog, somaxconn.get());
        }
    }

    /**
     * Runs all checks and prints each result.
     *
     * @return whether none of them warns
     */
    public boolean run(PrintStream out) {
        boolean fine = true;
        for (Check check : all(DEFAULT_BACKLOG, DEFAULT_MAXCLIENTS)) {
            out.print("[" + check.name() + "]...");
            switch (check.outcome()) {
                case OK -> out.println("OK" + (check.text().isEmpty() ? "" : " (" + check.text() + ")"));
                case SKIPPED -> out.println("skipped" + (check.text().isEmpty() ? "" : " (" + check.text() + ")"));
                case WARNING -> {
                    out.println("WARNING:");
                    out.println(check.text());
                    fine = false;
                }
            }
        }
        out.flush();
        return fine;
    }

    /**
     * The results of all checks. Takes 60 ms.
     *
     * @param tcpBacklog the queue of connections that is wanted
     * @param maxClients the number of clients that is wanted
     */
    public List<Check> all(int tcpBacklog, long maxClients) {
        return List.of(slowClock(), xenClock(), overcommit(), transparentHugePages(), backlog(tcpBacklog), openFiles(maxClients),
                memoryLimit(), swap());
    }

    /** Whether the kernel grants memory that it may not have. */
    public Check overcommit() {
        Optional<String> mode = line("proc/sys/vm/overcommit_memory");
        if (mode.isEmpty()) {
            return skipped("overcommit");
        }
        return switch (mode.get()) {
            case "0" -> ok("overcommit", "heuristic; no fork happens here, so mode 1 is not needed");
            case "2" -> warning("overcommit",
                    "Memory overcommit is disabled (vm.overcommit_memory is 2): the kernel refuses memory that the JVM and the keyspace "
                            + "reserve before they use it, so that allocations can fail while memory is free. To fix this issue add "
                            + "'vm.overcommit_memory = 1' to /etc/sysctl.conf and reboot, or run 'sysctl vm.overcommit_memory=1' now.");
            default -> ok("overcommit", "");
        };
    }

    /** Whether every mapping is backed by huge pages, asked for or not. */
    public Check transparentHugePages() {
        Optional<String> setting = line(THP);
        if (setting.isEmpty()) {
            return skipped("THP");
        }
        if (!setting.get().contains("[always]")) {
            return ok("THP", "");
        }
        return warning("THP",
                "Transparent Huge Pages (THP) are always on in your kernel. A slab that holds one key then takes up to 2 MB of resident "
                        + "memory, and the kernel stalls the server while it puts huge pages together. To fix this issue run 'echo madvise > /"
                        + THP + "' as root, and have it run at each boot of the machine. Restart the server afterwards.");
    }

    /** Whether reading the clock costs system calls. Takes 60 ms. */
    public Check slowClock() {
        Optional<long[]> before = cpuTicks();
        if (before.isEmpty()) {
            return skipped("slow-clocksource");
        }
        long start = System.nanoTime();
        long now = start;
        while (now - start < CLOCK_TEST_NANOS) {
            now = System.nanoTime();
        }
        Optional<long[]> after = cpuTicks();
        if (after.isEmpty()) {
            return skipped("slow-clocksource");
        }
        long user = after.get()[0] - before.get()[0];
        long system = after.get()[1] - before.get()[1];
        if (system * 10 <= system + user) {
            return ok("slow-clocksource", "");
        }
        return warning("slow-clocksource",
                "The system's clock source is slow: reading the time enters the kernel, and the server reads it all the time. Consider "
                        + "another one. Current: " + line(CLOCK + "current_clocksource").orElse("unknown") + ". Available: "
                        + line(CLOCK + "available_clocksource").orElse("unknown") + ". For example, run 'echo tsc > /" + CLOCK
                        + "current_clocksource' as root; the kernel parameter 'clocksource=' makes it permanent.");
    }

    /** Whether the clock source is that of Xen, which is slow. */
    public Check xenClock() {
        Optional<String> current = line(CLOCK + "current_clocksource");
        if (current.isEmpty()) {
            return skipped("xen-clocksource");
        }
        if (!current.get().equals("xen")) {
            return ok("xen-clocksource", current.get());
        }
        return warning("xen-clocksource", "Your system uses the 'xen' clock source, which can be slow. Look at the result of the "
                + "[slow-clocksource] check: run 'cairn-server --check-system' to see whether it is slow here.");
    }

    /** Whether the kernel grants a backlog of this length. */
    public Check backlog(int tcpBacklog) {
        Optional<Integer> somaxconn = somaxconn();
        if (somaxconn.isEmpty()) {
            return skipped("somaxconn");
        }
        if (somaxconn.get() >= tcpBacklog) {
            return ok("somaxconn", somaxconn.get().toString());
        }
        return warning("somaxconn",
                "The kernel cuts the queue of connections that wait to be accepted to " + somaxconn.get() + ", below tcp-backlog "
                        + tcpBacklog + ": clients may see timeouts under bursts of connections. Run 'sysctl net.core.somaxconn="
                        + tcpBacklog
                        + "' and add it to /etc/sysctl.conf.");
    }

    private Check openFiles(long maxClients) {
        long wanted = maxClients + OpenFilesLimit.RESERVED;
        long hard;
        try {
            hard = Posix.openFilesLimit().hard();
        } catch (PosixException e) {
            return new Check("open-files", Outcome.SKIPPED, e.getMessage());
        }
        if (Long.compareUnsigned(hard, wanted) >= 0) {
            return ok("open-files", Long.toUnsignedString(hard));
        }
        return warning("open-files",
                "At most " + hard + " files may be open, which is not enough for the " + maxClients
                        + " clients of maxclients. Raise the hard limit ('ulimit -Hn', LimitNOFILE= in a systemd unit) to at least "
                        + wanted + ".");
    }

    /** Whether a memory control group limits this process, which neither {@code maxmemory} nor the Java heap's limit knows. */
    public Check memoryLimit() {
        Optional<Long> limit = cgroupLimit();
        if (limit.isEmpty()) {
            return ok("memory-cgroup", "no limit");
        }
        long megabytes = limit.get() >> 20;
        if (megabytes >= 512) {
            return ok("memory-cgroup", "limit of " + megabytes + " MB; set maxmemory well below it");
        }
        return warning("memory-cgroup",
                "A control group limits this process to " + megabytes
                        + " MB. The JVM itself takes a part of it (its heap, code and metadata, "
                        + "which maxmemory does not count): below 512 MB little is left for data, and the kernel kills the process that "
                        + "exceeds the limit. Raise the limit, and set maxmemory well below it.");
    }

    private Check swap() {
        Optional<String> swappiness = line("proc/sys/vm/swappiness");
        if (swappiness.isEmpty()) {
            return skipped("swap");
        }
        Optional<String> swaps = read("proc/swaps");
        boolean none = swaps.isPresent() && swaps.get().lines().count() <= 1;
        return ok("swap",
                none ? "no swap: out of memory means that a process is killed, so set maxmemory" : "swappiness " + swappiness.get());
    }

    /** The bytes that a memory control group leaves this process, if one limits it. */
    public Optional<Long> cgroupLimit() {
        Optional<String> groups = read("proc/self/cgroup");
        if (groups.isEmpty()) {
            return Optional.empty();
        }
        long least = Long.MAX_VALUE;
        for (String group : groups.get().lines().toList()) {
            String[] parts = group.split(":", 3);
            if (parts.length < 3) {
                continue;
            }
            boolean second = parts[0].equals("0") && parts[1].isEmpty();
            boolean first = ("," + parts[1] + ",").contains(",memory,");
            if (!second && !first) {
                continue;
            }
            String mount = second ? "sys/fs/cgroup" : "sys/fs/cgroup/memory";
            String file = second ? "/memory.max" : "/memory.limit_in_bytes";
            for (String path : List.of(mount + parts[2] + file, mount + file)) {
                least = Math.min(least, line(path).map(SystemChecks::limit).orElse(Long.MAX_VALUE));
            }
        }
        // Version 1 writes no limit as a number near 2^63.
        return least >= 1L << 60 ? Optional.empty() : Optional.of(least);
    }

    private static long limit(String text) {
        try {
            return text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private Optional<Integer> somaxconn() {
        try {
            return line("proc/sys/net/core/somaxconn").map(Integer::valueOf);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** User and system time of this thread, in ticks. */
    private Optional<long[]> cpuTicks() {
        Optional<String> stat = read("proc/thread-self/stat");
        if (stat.isEmpty()) {
            return Optional.empty();
        }
        // After the name in parentheses, which may hold anything: fields 3 on; user time is field 14.
        String[] fields = stat.get().substring(stat.get().lastIndexOf(')') + 2).split(" ");
        return Optional.of(new long[]{Long.parseLong(fields[11]), Long.parseLong(fields[12])});
    }

    private Optional<String> line(String path) {
        return read(path).flatMap(text -> text.lines().findFirst()).map(String::strip);
    }

    private Optional<String> read(String path) {
        try {
            return Optional.of(ProcFile.read(root.resolve(path)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Check ok(String name, String note) {
        return new Check(name, Outcome.OK, note);
    }

    private static Check skipped(String name) {
        return new Check(name, Outcome.SKIPPED, "");
    }

    private static Check warning(String name, String text) {
        return new Check(name, Outcome.WARNING, text);
    }
}
