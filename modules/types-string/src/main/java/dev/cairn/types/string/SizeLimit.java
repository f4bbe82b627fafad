package dev.cairn.types.string;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.config.Option;

/** The greatest length of a string: option {@code proto-max-bulk-len}, or 512 MB on a server without it. Main thread. */
final class SizeLimit {
    private static final long DEFAULT = 512L << 20;
    /** No value is longer, whatever the option says. */
    private static final long GREATEST = 512L << 20;
    private static final CommandError TOO_LONG = CommandError.err("string exceeds maximum allowed size (proto-max-bulk-len)");

    private @Nullable Option<Long> option;

    /** Reads the limit from the server's option from now on. */
    void bind(ModuleContext context) {
        option = context.option("proto-max-bulk-len", Long.class).orElse(null);
    }

    /** The limit in bytes. */
    long bytes() {
        Option<Long> o = option;
        return o == null ? DEFAULT : o.value();
    }

    /**
     * The length of a string of {@code from} bytes and {@code more} bytes after them, neither negative.
     *
     * @throws CommandError when a string must not be so long
     */
    int sum(long from, int more) {
        long total = from + more;
        if (total < 0 || total > bytes() || total > GREATEST) {
            throw TOO_LONG;
        }
        return (int) total;
    }
}
