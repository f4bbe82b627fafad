package dev.cairn.core.config;

import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionType;
import dev.cairn.api.config.OptionTypes;
import dev.cairn.core.config.OutputBufferLimits.Limit;
import dev.cairn.core.os.WorkingDirectory;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The types of the core's own options. */
final class CoreTypes {
    /** One word; an empty one stands for no value, which is written by leaving the option out. */
    static final OptionType<String> UNSET_IF_EMPTY = new Word<>() {
        @Override
        String read(String word, String before) {
            return word;
        }

        @Override
        public List<List<String>> lines(String value) {
            return value.isEmpty() ? List.of() : List.of(List.of(value));
        }
    };

    /** A directory; a relative one starts at the directory before, and is shown as the absolute path it leads to. */
    static final OptionType<String> DIRECTORY = new Word<>() {
        @Override
        String read(String word, String before) throws OptionError {
            if (word.isEmpty()) {
                throw new OptionError("dir can't be empty");
            }
            try {
                Path path = WorkingDirectory.resolve(ConfigSyntax.text(before)).resolve(ConfigSyntax.text(word)).normalize();
                if (!Files.isDirectory(path)) {
                    throw new OptionError(Files.exists(path) ? "Not a directory" : "No such file or directory");
                }
                if (!Files.isExecutable(path)) {
                    throw new OptionError("Permission denied");
                }
                return ConfigSyntax.byteString(path.toString());
            } catch (InvalidPathException e) {
                throw new OptionError("No such file or directory");
            }
        }

        @Override
        public String format(String value) {
            return ConfigSyntax.byteString(WorkingDirectory.resolve(ConfigSyntax.text(value)).toString());
        }
    };

    /** The classes of keyspace events, as their letters, those that {@code A} stands for one by one. */
    static final OptionType<String> KEYSPACE_EVENTS = new Word<>() {
        private static final String ALL = "g$lshzxetd";
        private static final String EACH = "g$lshzxetdnKEm";

        @Override
        String read(String word, String before) throws OptionError {
            String letters = word.replace("A", ALL);
            for (int i = 0; i < letters.length(); i++) {
                if (EACH.indexOf(letters.charAt(i)) < 0) {
                    throw new OptionError("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
                }
            }
            StringBuilder out = new StringBuilder();
            EACH.chars().filter(c -> letters.indexOf(c) >= 0).forEach(c -> out.append((char) c));
            return out.toString();
        }

        /** As Redis shows them, which leaves out {@code n} beside {@code A} though it is in effect. */
        @Override
        public String format(String value) {
            return value.startsWith(ALL) ? "A" + value.substring(ALL.length()).replace("n", "") : value;
        }

        @Override
        public List<List<String>> lines(String value) {
            return List.of(List.of(value));
        }
    };

    /** An amount of memory, or a percentage, which is a negative number. */
    static final OptionType<Long> MEMORY_OR_PERCENT = new Word<>() {
        @Override
        Long read(String word, Long before) throws OptionError {
            if (!ConfigSyntax.isPercentage(word)) {
                try {
                    return OptionTypes.parseMemory(word);
                } catch (OptionError e) {
                    throw new OptionError("argument must be a memory or percent value");
                }
            }
            long percent;
            try {
                percent = ConfigSyntax.percentage(word);
            } catch (NumberFormatException e) {
                throw new OptionError("argument must be a memory or percent value");
            }
            if (percent > 100) {
                throw new OptionError("percentage argument must be less or equal to 100");
            }
            return -percent;
        }

        @Override
        public String format(Long value) {
            return value < 0 ? -value + "%" : value.toString();
        }

        @Override
        public List<List<String>> lines(Long value) {
            return List.of(List.of(value < 0 ? format(value) : OptionTypes.formatMemory(value)));
        }
    };

    /** Points to save at; the lines of a file add up, an empty one forgets those before. */
    static final OptionType<List<SavePoint>> SAVE = new Words<>() {
        @Override
        public List<SavePoint> parse(List<String> words, List<SavePoint> before) throws OptionError {
            if (isNone(words)) {
                return List.of();
            }
            if (words.size() % 2 != 0) {
                throw new OptionError("Invalid save parameters");
            }
            List<SavePoint> points = new ArrayList<>();
            for (int i = 0; i < words.size(); i += 2) {
                String bad = "Invalid save parameters";
                points.add(
                        new SavePoint(number(words.get(i), 1, Long.MAX_VALUE, bad), number(words.get(i + 1), 0, Integer.MAX_VALUE, bad)));
            }
            return List.copyOf(points);
        }

        @Override
        public String format(List<SavePoint> value) {
            return value.stream().map(p -> p.seconds() + " " + p.changes()).collect(Collectors.joining(" "));
        }

        @Override
        public List<SavePoint> add(List<SavePoint> soFar, List<SavePoint> line) {
            List<SavePoint> sum = new ArrayList<>(line.isEmpty() ? List.of() : soFar);
            sum.addAll(line);
            return List.copyOf(sum);
        }
    };

    /** Limits of clients' output buffers; classes that are not given keep theirs. */
    static final OptionType<OutputBufferLimits> OUTPUT_BUFFER_LIMITS = new OutputBufferLimitsType();

    /** Three values for oom_score_adj: of a primary, of a replica, of a child. */
    static final OptionType<List<Long>> OOM_SCORES = new Words<>() {
        @Override
        public List<Long> parse(List<String> words, List<Long> before) throws OptionError {
            if (words.size() != 3) {
                throw new OptionError("wrong number of arguments");
            }
            List<Long> values = new ArrayList<>();
            for (String word : words) {
                values.add(number(word, -2000, 2000, "Invalid oom-score-adj-values, elements must be between -2000 and 2000."));
            }
            return List.copyOf(values);
        }

        @Override
        public String format(List<Long> value) {
            return value.stream().map(String::valueOf).collect(Collectors.joining(" "));
        }
    };

    /** Percentiles from 0 to 100. */
    static final OptionType<List<Double>> PERCENTILES = new Words<>() {
        @Override
        public List<Double> parse(List<String> words, List<Double> before) throws OptionError {
            if (isNone(words)) {
                return List.of();
            }
            List<Double> values = new ArrayList<>();
            for (String word : words) {
                double value;
                try {
                    value = new BigDecimal(word).doubleValue();
                } catch (NumberFormatException e) {
                    throw new OptionError("Invalid latency-tracking-info-percentiles parameters");
                }
                if (!(value >= 0 && value <= 100)) {
                    throw new OptionError("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
                }
                values.add(value);
            }
            return List.copyOf(values);
        }

        @Override
        public String format(List<Double> value) {
            return value.stream()
                    .map(v -> new BigDecimal(v).setScale(6, RoundingMode.HALF_EVEN).stripTrailingZeros().toPlainString())
                    .collect(Collectors.joining(" "));
        }
    };

    /** The primary of a replica, as host and port, or an empty text. */
    static final OptionType<String> PRIMARY = new Words<>() {
        @Override
        public String parse(List<String> words, String before) throws OptionError {
            if (isNone(words)) {
                return "";
            }
            if (words.size() != 2) {
                throw new OptionError("wrong number of arguments");
            }
            if (words.get(0).equalsIgnoreCase("no") && words.get(1).equalsIgnoreCase("one")) {
                return "";
            }
            return words.get(0) + " " + number(words.get(1), 0, 65535, "Invalid primary port");
        }

        @Override
        public String format(String value) {
            return value;
        }

        @Override
        public List<List<String>> lines(String value) {
            return value.isEmpty() ? List.of() : super.lines(value);
        }
    };

    private CoreTypes() {}

    /** An integer from {@code min} to {@code max} that is pulled into the range from {@code low} to {@code high}. */
    static OptionType<Long> clamped(long min, long max, long low, long high) {
        OptionType<Long> integer = OptionTypes.integer(min, max);
        return new Word<>() {
            @Override
            Long read(String word, Long before) throws OptionError {
                return Math.clamp(integer.parse(List.of(word), before), low, high);
            }
        };
    }

    /** One of some words, of which the last has another spelling. */
    static OptionType<String> synonym(String spelling, String meaning, OptionType<String> choices) {
        return new Word<>() {
            @Override
            String read(String word, String before) throws OptionError {
                String chosen = choices.parse(List.of(word), before);
                return chosen.equals(spelling) ? meaning : chosen;
            }
        };
    }

    /** Any of some words, of which the first stands for none. */
    static OptionType<List<String>> flags(String... all) {
        OptionType<String> one = OptionTypes.choice(all);
        return new Words<>() {
            @Override
            public List<String> parse(List<String> words, List<String> before) throws OptionError {
                List<String> given = new ArrayList<>();
                for (String word : words.isEmpty() ? List.of("") : words) {
                    given.add(one.parse(List.of(word), ""));
                }
                return List.of(all).stream().skip(1).filter(given::contains).toList();
            }

            @Override
            public String format(List<String> value) {
                return value.isEmpty() ? all[0] : String.join(" ", value);
            }
        };
    }

    /** A type of one word whose text is its value's. */
    private abstract static class Word<T> implements OptionType<T> {
        abstract T read(String word, T before) throws OptionError;

        @Override
        public T parse(List<String> words, T before) throws OptionError {
            if (words.size() != 1) {
                throw new OptionError("wrong number of arguments");
            }
            return read(words.getFirst(), before);
        }

        @Override
        public String format(T value) {
            return String.valueOf(value);
        }
    }

    /** A type of many words, whose text is the words between spaces. */
    private abstract static class Words<T> implements OptionType<T> {
        static boolean isNone(List<String> words) {
            return words.isEmpty() || words.size() == 1 && words.getFirst().isEmpty();
        }

        static long number(String word, long min, long max, String otherwise) throws OptionError {
            try {
                long value = Long.parseLong(word);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw new OptionError(otherwise);
            }
            throw new OptionError(otherwise);
        }

        @Override
        public List<List<String>> lines(T value) {
            return List.of(List.of(format(value).split(" ", -1)));
        }

        @Override
        public boolean splitsWords() {
            return true;
        }
    }

    private static final class OutputBufferLimitsType extends Words<OutputBufferLimits> {
        private static final String BAD_LIMIT = "Error in hard, soft or soft_seconds setting in buffer limit configuration.";

        @Override
        public OutputBufferLimits parse(List<String> words, OutputBufferLimits before) throws OptionError {
            if (words.size() % 4 != 0) {
                throw new OptionError("Wrong number of arguments in buffer limit configuration.");
            }
            OutputBufferLimits limits = before;
            for (int i = 0; i < words.size(); i += 4) {
                String name = words.get(i).toLowerCase(Locale.ROOT);
                limits = switch (name) {
                    case "normal" -> new OutputBufferLimits(limit(words, i + 1), limits.replica(), limits.pubsub());
                    case "replica", "slave" -> new OutputBufferLimits(limits.normal(), limit(words, i + 1), limits.pubsub());
                    case "pubsub" -> new OutputBufferLimits(limits.normal(), limits.replica(), limit(words, i + 1));
                    default -> throw new OptionError("Invalid client class specified in buffer limit configuration.");
                };
            }
            return limits;
        }

        private static Limit limit(List<String> words, int at) throws OptionError {
            try {
                return new Limit(OptionTypes.parseMemory(words.get(at)), OptionTypes.parseMemory(words.get(at + 1)),
                        number(words.get(at + 2), 0, Long.MAX_VALUE, BAD_LIMIT));
            } catch (OptionError e) {
                throw new OptionError(BAD_LIMIT);
            }
        }

        @Override
        public String format(OutputBufferLimits value) {
            return "normal " + format(value.normal()) + " slave " + format(value.replica()) + " pubsub " + format(value.pubsub());
        }

        private static String format(Limit limit) {
            return limit.hardBytes() + " " + limit.softBytes() + " " + limit.softSeconds();
        }

        @Override
        public List<List<String>> lines(OutputBufferLimits value) {
            return List.of(line("normal", value.normal()), line("replica", value.replica()), line("pubsub", value.pubsub()));
        }

        private static List<String> line(String name, Limit limit) {
            return List.of(name, OptionTypes.formatMemory(limit.hardBytes()), OptionTypes.formatMemory(limit.softBytes()),
                    Long.toString(limit.softSeconds()));
        }
    }
}
