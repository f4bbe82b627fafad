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

    /** Any number of words; a single empty one stands for none. */
    public static final OptionType<List<String>> WORDS = new OptionType<>() {
        @Override
        public List<String> parse(List<String> words, List<String> before) {
            return words.size() == 1 && words.getFirst().isEmpty() ? List.of() : List.copyOf(words);
        }

        @Override
        public String format(List<String> value) {
            return String.join(" ", value);
        }

        @Override
        public List<List<String>> lines(List<String> value) {
            return List.of(value.isEmpty() ? List.of("") : value);
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
                return within(parseInteger(word), min, max);
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
                long value;
                try {
                    value = Long.parseLong(word, 8);
                } catch (NumberFormatException e) {
                    throw new OptionError("argument couldn't be parsed as an octal number");
                }
                if (value < min || value > max) {
                    throw new OptionError(
                            "argument must be between " + Long.toOctalString(min) + " and " + Long.toOctalString(max) + " inclusive");
                }
                return value;
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

            @Override
            public List<List<String>> lines(Long value) {
                return List.of(List.of(formatMemory(value)));
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
     * Reads an integer written without plus sign or leading zeros.
     *
     * @throws OptionError when it is none of 64 bits
     */
    public static long parseInteger(String word) throws OptionError {
        try {
            long value = Long.parseLong(word);
            if (Long.toString(value).equals(word)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new OptionError("argument couldn't be parsed into an integer");
        }
        throw new OptionError("argument couldn't be parsed into an integer");
    }

    /**
     * Reads an amount of memory in bytes: digits, where none are zero, and an optional unit.
     *
     * @throws OptionError when the number or the unit is not one, or the amount is not below 2^63
     */
    public static long parseMemory(String word) throws OptionError {
        int digits = 0;
        while (digits < word.length() && word.charAt(digits) >= '0' && word.charAt(digits) <= '9') {
            digits++;
        }
        long unit = switch (word.substring(digits).toLowerCase(Locale.ROOT)) {
            case "", "b" -> 1;
            case "k" -> 1000;
            case "kb" -> 1L << 10;
            case "m" -> 1000_000;
            case "mb" -> 1L << 20;
            case "g" -> 1000_000_000;
            case "gb" -> 1L << 30;
            default -> throw new OptionError("argument must be a memory value");
        };
        try {
            return digits == 0 ? 0 : Math.multiplyExact(Long.parseLong(word, 0, digits, 10), unit);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new OptionError("argument must be a memory value");
        }
    }

    /** An amount of memory in the largest unit (gb, mb, kb) that divides it. */
    public static String formatMemory(long bytes) {
        if (bytes == 0 || (bytes & (1L << 10) - 1) != 0) {
            return Long.toString(bytes);
        }
        if ((bytes & (1L << 20) - 1) != 0) {
            return (bytes >> 10) + "kb";
        }
        return (bytes & (1L << 30) - 1) != 0 ? (bytes >> 20) + "mb" : (bytes >> 30) + "gb";
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
