package dev.cairn.persistence.aof;

import java.util.function.Consumer;

import dev.cairn.api.Registrar;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;

/** The options of the append-only file. Values may be read on any thread. */
final class AofOptions {
    final Option<Boolean> appendOnly;
    final Option<String> fileName;
    final Option<String> directoryName;
    final Option<String> fsync;
    final Option<Boolean> noFsyncOnRewrite;
    final Option<Long> rewritePercentage;
    final Option<Long> rewriteMinSize;
    final Option<Boolean> loadTruncated;
    final Option<Boolean> incrementalFsync;
    final Option<Boolean> keepHistory;
    final Option<Long> serveBytes;

    /**
     * Declares the options.
     *
     * @param appendOnlyChanged makes another value of {@code appendonly} effective
     */
    AofOptions(Registrar r, OptionSpec.Apply<Boolean> appendOnlyChanged, Consumer<String> fsyncChanged) {
        appendOnly = r.option(OptionSpec.flag("appendonly", false).onChange(appendOnlyChanged)
                .doc("Log every write to the append-only file."));
        fileName = r.option(OptionSpec.text("appendfilename", "appendonly.aof").immutable()
                .check(name -> fileName("appendfilename", name, "filename")).doc("How the names of the append-only files begin."));
        directoryName = r.option(OptionSpec.text("appenddirname", "appendonlydir").immutable()
                .check(name -> fileName("appenddirname", name, "dirname")).doc("The directory of the append-only files."));
        fsync = r.option(OptionSpec.choice("appendfsync", "everysec", "everysec", "always", "no").onChange(fsyncChanged::accept)
                .doc("When the append-only file is forced to disk."));
        noFsyncOnRewrite = r.option(OptionSpec.flag("no-appendfsync-on-rewrite", false)
                .doc("Leave forcing to the system while a rewrite runs; a power cut then loses up to 30 seconds."));
        rewritePercentage = r.option(OptionSpec.integer("auto-aof-rewrite-percentage", 100, 0, Integer.MAX_VALUE)
                .doc("Rewrite when the file has grown by so many percent; 0 is never."));
        rewriteMinSize = r.option(OptionSpec.memory("auto-aof-rewrite-min-size", 64L << 20, 0, Long.MAX_VALUE)
                .doc("Never rewrite a smaller file by itself."));
        loadTruncated = r.option(OptionSpec.flag("aof-load-truncated", true).doc("Start with a file whose end is cut off."));
        incrementalFsync = r
                .option(OptionSpec.flag("aof-rewrite-incremental-fsync", true).doc("Force a rewritten file to disk piece by piece."));
        keepHistory =
                r.option(OptionSpec.flag("aof-disable-auto-gc", false).hidden().doc("For tests: keep files that are no longer used."));
        serveBytes = r.option(OptionSpec.integer("loading-process-events-interval-bytes", 2 << 20, 1024, Integer.MAX_VALUE).hidden()
                .doc("How much is loaded between two looks at clients."));
    }

    private static void fileName(String option, String name, String what) throws OptionError {
        if (name.isEmpty()) {
            throw new OptionError(option + " can't be empty");
        }
        if (name.indexOf('\n') >= 0) {
            throw new OptionError(option + " can't have line breaks");
        }
        if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
            throw new OptionError(option + " can't be a path, just a " + what);
        }
    }
}
