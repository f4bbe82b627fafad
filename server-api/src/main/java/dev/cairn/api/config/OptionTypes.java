package dev.cairn.api.config;

import java.util.List;
import java.util.Locale;

/** The usual types of options. */
public final class OptionTypes {
    /** {@code yes} or {@code no}. */
    public static final OptionType<Boolean> FLAG = new Single<>() {
        @Override
        protected Boolean parse(String word) throws OptionError {
            if (word.equalsIgnoreCase("yes")) {
                return true;
            }
            if (word.equalsIgnoreCase("no")) {
                return false;
            }
            throw new OptionError("argument must be 'yes' or 'no'");
        }

        @Override
        public String format(Boolean value) {
            return value ? "yes" : "no";
        }
    };

    /** One word. */
    public static final OptionType<String> TEXT = new Single<>() {
        @Override
        protected String parse(String word) {
            return word;
        }

        @Override
        public String format(String value) {
            return value;
        }
    };

    /** Any number of words. */
    public static final OptionType<List<String>> WORDS = new OptionType<>() {
        @Override
        public List<String> parse(List<String> words, List<String> before) {
            return List.copyOf(words);
        }

        @Override
        public String format(List<String> value) {
            return String.join(" ", value);
        }

        @Override
        public List<List<String>> lines(List<String> value) {
            return List.of(value);
        }

        @Override
        public boolean splitsWords() {
            return true;
        }
    };

    private OptionTypes() {
    }

    /** An integer from {@code min} to {@code max}. */
    public static OptionType<Long> integer(long min, long max) {
        return new Single<>() {
            @Override
            protected Long parse(String word) throws OptionError {
                long value;
                try {
                    value = Long.parseLong(word);
                } catch (NumberFormatException e) {
                    throw new OptionError("argument couldn't be parsed into an integer");
                }
                return within(value, min, max);
            }

            @Override
            public String format(Long value) {
                return Long.toString(value);
            }
        };
    }

    /** An integer written in octal, from {@code min} to {@code max}. */
    public static OptionType<Long> octal(long min, long max) {
        return new Single<>() {
            @Override
            protected Long parse(String word) throws OptionError {
                try {
                    return within(Long.parseLong(word, 8), min, max);
                } catch (NumberFormatException e) {
                    throw new OptionError("argument couldn't be parsed into an integer");
                }
            }

            @Override
            public String format(Long value) {
                return Long.toOctalString(value);
            }
        };
    }

    /** An amount of memory in bytes with an optional unit: {@code b k kb m mb g gb}, in any case. */
    public static OptionType<Long> memory(long min, long max) {
        return new Single<>() {
            @Override
            protected Long parse(String word) throws OptionError {
                return within(parseMemory(word), min, max);
            }

            @Override
            public String format(Long value) {
                return Long.toString(value);
            }
        };
    }

    /** One of some words, compared ignoring case. */
    public static OptionType<String> choice(String... choices) {
        List<String> all = List.of(choices);
        return new Single<>() {
            @Override
            protected String parse(String word) throws OptionError {
                for (String c : all) {
                    if (c.equalsIgnoreCase(word)) {
                        return c;
                    }
                }
                throw new OptionError("argument(s) must be one of the following: " + String.join(", ", all));
            }

            @Override
            public String format(String value) {
                return value;
            }
        };
    }

    /**
     * Reads an amount of memory.
     *
     * @throws OptionError when the number or the unit is not one
     */
    public static long parseMemory(String word) throws OptionError {
        String s = word.toLowerCase(Locale.ROOT);
        int digits = 0;
        while (digits < s.length() && (Character.isDigit(s.charAt(digits)) || digits == 0 && s.charAt(0) == '-')) {
            digits++;
        }
        long unit = switch (s.substring(digits)) {
            case "", "b" -> 1;
            case "k" -> 1000;
            case "kb" -> 1024;
            case "m" -> 1000_000;
            case "mb" -> 1024 * 1024;
            case "g" -> 1000_000_000;
            case "gb" -> 1024 * 1024 * 1024;
            default -> throw new OptionError("argument must be a memory value");
        };
        try {
            return Math.multiplyExact(Long.parseLong(s.substring(0, digits)), unit);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new OptionError("argument must be a memory value");
        }
    }

    private static long within(long value, long min, long max) throws OptionError {
        if (value < min || value > max) {
            throw new OptionError("argument must be between " + min + " and " + max + " inclusive");
        }
        return value;
    }

    /** A type of exactly one word. */
    private abstract static class Single<T> implements OptionType<T> {
        protected abstract T parse(String word) throws OptionError;

        @Override
        public T parse(List<String> words, T before) throws OptionError {
            if (words.size() != 1) {
                throw new OptionError("wrong number of arguments");
            }
            return parse(words.getFirst());
        }
    }
}
