package dev.cairn.types.hash;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionSpec;

/** Up to where a hash is held as a listpack: the options of that. Main thread. */
final class HashLimits {
    private static final long DEFAULT_ENTRIES = 512;
    private static final long DEFAULT_VALUE = 64;
    /** A listpack is never longer, whatever the options say. */
    private static final int MAX_PACK = 256 << 20;

    private @Nullable Option<Long> entries;
    private @Nullable Option<Long> value;

    /** Declares the options. */
    void register(Registrar registrar) {
        entries = registrar.option(OptionSpec.integer("hash-max-listpack-entries", DEFAULT_ENTRIES, 0, Long.MAX_VALUE)
                .alias("hash-max-ziplist-entries").doc("Most fields of a hash that is held in compact form."));
        value = registrar.option(OptionSpec.memory("hash-max-listpack-value", DEFAULT_VALUE, 0, Long.MAX_VALUE)
                .alias("hash-max-ziplist-value").doc("Longest field or value of a hash that is held in compact form, in bytes."));
    }

    private static long get(@Nullable Option<Long> option, long otherwise) {
        return option == null ? otherwise : option.value();
    }

    /** Whether so many fields are too many for a listpack. */
    boolean tooMany(long fields) {
        return fields > get(entries, DEFAULT_ENTRIES);
    }

    /** Whether a field or a value of so many bytes is too long for a listpack. */
    boolean tooLong(int bytes) {
        return bytes > get(value, DEFAULT_VALUE);
    }

    /** Whether a listpack of so many bytes cannot take so many more. */
    boolean tooLarge(int packBytes, long more) {
        return packBytes + more > MAX_PACK;
    }
}
