package dev.cairn.api.command;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where a command's keys stand among its arguments and what is done to them: the three steps of Redis' key specifications, a begin, a
 * way to find the keys from there, and flags. Immutable; safe on any thread.
 *
 * @param begin where the search begins
 * @param find how the keys are found from there
 * @param flags what is done to the keys
 * @param notes a remark for people, empty when there is none
 */
public record KeySpec(Begin begin, Find find, Set<Flag> flags, String notes) {
    /** What a command does to a key. */
    public enum Flag {
        /** Reads the value, leaves it unchanged. */
        RO,
        /** Reads and changes the value. */
        RW,
        /** Overwrites the value without reading it. */
        OW,
        /** Deletes the key. */
        RM,
        /** Returns, copies or stores the value's content. */
        ACCESS,
        /** Changes the content in a way that depends on it. */
        UPDATE,
        /** Adds to the content without changing what is there. */
        INSERT,
        /** Removes content. */
        DELETE,
        /** The argument is not a key, though it is routed like one. */
        NOT_KEY,
        /** Not all keys are found by this spec. */
        INCOMPLETE,
        /** The flags depend on the arguments. */
        VARIABLE_FLAGS
    }

    /** Where the search for keys begins. */
    public sealed interface Begin {
        /** At a fixed argument. */
        record Index(int position) implements Begin {
        }

        /** After a keyword, searched from {@code startFrom}, which counts from the end when negative. */
        record Keyword(String keyword, int startFrom) implements Begin {
        }

        /** Not expressible. */
        record Unknown() implements Begin {
        }
    }

    /** How keys are found from the begin on. */
    public sealed interface Find {
        /**
         * A range.
         *
         * @param last the last key relative to the begin; negative counts from the last argument
         * @param step arguments from one key to the next
         * @param limit with {@code last} -1: 2 means half of the remaining arguments, 3 a third; 0 and 1 all
         */
        record Range(int last, int step, int limit) implements Find {
        }

        /**
         * A number of keys given by an argument.
         *
         * @param index the argument with the number, relative to the begin
         * @param first the first key, relative to the begin
         * @param step arguments from one key to the next
         */
        record KeyCount(int index, int first, int step) implements Find {
        }

        /** Not expressible. */
        record Unknown() implements Find {
        }
    }

    public KeySpec {
        flags = flags.isEmpty() ? Set.of() : Set.copyOf(flags);
    }

    /** One key, at argument {@code position}. */
    public static KeySpec at(int position, Flag... flags) {
        return range(position, 0, 1, flags);
    }

    /** Keys from argument {@code first} to {@code last} (relative to first; negative from the end), every {@code step}. */
    public static KeySpec range(int first, int last, int step, Flag... flags) {
        return new KeySpec(new Begin.Index(first), new Find.Range(last, step, 0), setOf(flags), "");
    }

    /** As many keys as argument {@code position} says, beginning right after it. */
    public static KeySpec counted(int position, Flag... flags) {
        return new KeySpec(new Begin.Index(position), new Find.KeyCount(0, 1, 1), setOf(flags), "");
    }

    /** One key after a keyword, searched from argument {@code startFrom}. */
    public static KeySpec afterKeyword(String keyword, int startFrom, Flag... flags) {
        return new KeySpec(new Begin.Keyword(keyword, startFrom), new Find.Range(0, 1, 0), setOf(flags), "");
    }

    /** This spec with a remark. */
    public KeySpec notes(String text) {
        return new KeySpec(begin, find, flags, text);
    }

    private static Set<Flag> setOf(Flag... flags) {
        EnumSet<Flag> set = EnumSet.noneOf(Flag.class);
        for (Flag f : flags) {
            set.add(f);
        }
        return set;
    }
}
