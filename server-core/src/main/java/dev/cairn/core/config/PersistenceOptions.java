package dev.cairn.core.config;

import static dev.cairn.api.config.OptionSpec.choice;
import static dev.cairn.api.config.OptionSpec.flag;
import static dev.cairn.api.config.OptionSpec.integer;
import static dev.cairn.api.config.OptionSpec.memory;
import static dev.cairn.api.config.OptionSpec.of;
import static dev.cairn.api.config.OptionSpec.text;
import static dev.cairn.core.config.CoreTypes.UNSET_IF_EMPTY;

import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import java.util.List;

/** Options of RDB files and of the append-only file, for a server without them. */
final class PersistenceOptions {
    private static final long INT_MAX = Integer.MAX_VALUE;
    private static final long MAX = Long.MAX_VALUE;
    private static final String RDB = "RDB files";
    private static final String AOF = "append-only file";

    private PersistenceOptions() {}

    /** The fallbacks. */
    static List<OptionSpec<?>> all() {
        return List.of(
                of("save", CoreTypes.SAVE, List.of(new SavePoint(3600, 1), new SavePoint(300, 100), new SavePoint(60, 10000)))
                        .withoutEffect(RDB)
                        .doc("Save after so many seconds if so many changes happened; an empty text is never."),
                text("dbfilename", "dump.rdb")
                        .guarded()
                        .check(name -> fileName("dbfilename", name, "filename"))
                        .withoutEffect(RDB)
                        .doc("The name of the RDB file."),
                flag("rdbcompression", true).withoutEffect(RDB).doc("Compress texts in RDB files."),
                flag("rdbchecksum", true).immutable().withoutEffect(RDB).doc("Put a checksum at the end of RDB files and verify it."),
                flag("rdb-del-sync-files", false).withoutEffect(RDB).doc("Delete RDB files that only replication needed."),
                flag("rdb-save-incremental-fsync", true)
                        .withoutEffect(RDB)
                        .doc("Flush an RDB file to disk while it is written, piece by piece."),
                integer("rdb-key-save-delay", 0, Integer.MIN_VALUE, INT_MAX)
                        .hidden()
                        .withoutEffect(RDB)
                        .doc("For tests: microseconds to wait for each saved key."),
                integer("key-load-delay", 0, Integer.MIN_VALUE, INT_MAX)
                        .hidden()
                        .withoutEffect(RDB)
                        .doc("For tests: microseconds to wait for each loaded key."),
                integer("loading-process-events-interval-bytes", 2 << 20, 1024, INT_MAX)
                        .hidden()
                        .withoutEffect(RDB)
                        .doc("How much is loaded between two looks at clients."),
                flag("stop-writes-on-bgsave-error", true).withoutEffect(RDB).doc("Refuse writes when the last save has failed."),
                of("bgsave-cpulist", UNSET_IF_EMPTY, "")
                        .alias("bgsave_cpulist")
                        .immutable()
                        .withoutEffect(RDB)
                        .doc("The CPUs on which saving runs."),
                flag("appendonly", false).withoutEffect(AOF).doc("Log every write to the append-only file."),
                text("appendfilename", "appendonly.aof")
                        .immutable()
                        .check(name -> fileName("appendfilename", name, "filename"))
                        .withoutEffect(AOF)
                        .doc("How the names of the append-only files begin."),
                text("appenddirname", "appendonlydir")
                        .immutable()
                        .check(name -> fileName("appenddirname", name, "dirname"))
                        .withoutEffect(AOF)
                        .doc("The directory of the append-only files."),
                choice("appendfsync", "everysec", "everysec", "always", "no")
                        .withoutEffect(AOF)
                        .doc("When the append-only file is flushed to disk."),
                flag("no-appendfsync-on-rewrite", false)
                        .withoutEffect(AOF)
                        .doc("Leave flushing to the system while a rewrite or a save runs."),
                integer("auto-aof-rewrite-percentage", 100, 0, INT_MAX)
                        .withoutEffect(AOF)
                        .doc("Rewrite when the file has grown by so many percent; 0 is never."),
                memory("auto-aof-rewrite-min-size", 64L << 20, 0, MAX).withoutEffect(AOF).doc("Never rewrite a smaller file by itself."),
                flag("aof-load-truncated", true).withoutEffect(AOF).doc("Start with a file whose end is cut off."),
                flag("aof-use-rdb-preamble", true).withoutEffect(AOF).doc("Let a rewritten file begin with RDB data."),
                flag("aof-timestamp-enabled", false).withoutEffect(AOF).doc("Note the time in the file, to go back to it."),
                flag("aof-rewrite-incremental-fsync", true).withoutEffect(AOF).doc("Flush a rewritten file to disk piece by piece."),
                flag("aof-disable-auto-gc", false).hidden().withoutEffect(AOF).doc("For tests: keep files that are no longer used."),
                of("aof-rewrite-cpulist", UNSET_IF_EMPTY, "")
                        .alias("aof_rewrite_cpulist")
                        .immutable()
                        .withoutEffect(AOF)
                        .doc("The CPUs on which a rewrite runs."));
    }

    private static void fileName(String option, String name, String what) throws OptionError {
        if (name.isEmpty()) {
            throw new OptionError(option + " can't be empty");
        }
        if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
            throw new OptionError(option + " can't be a path, just a " + what);
        }
    }
}
