package dev.cairn.distribution.differential;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The seeded source of keys, values, numbers and choices; the same seed gives the same stream. */
final class Dice {
    private static final long DISTINCT_EXPIRIES = 9_999_991;
    private static final String[] KEYS = {"a", "b", "c", "d", "e", "f", "g", "h", "key:1", "key:2", "key:3", "{tag}x", "{tag}y", "foo",
            "foobar",
            "0", "12", ""};
    private static final String[] EDGE_INTEGERS = {"0", "1", "-1", "2", "10", "100", "-100", "9223372036854775807", "-9223372036854775808",
            "9223372036854775808", "-9223372036854775809", "9223372036854775806", "2147483647", "2147483648", "-2147483648", "4294967296",
            "9999", "10000", "18446744073709551615", "99999999999999999999", " 1", "1 ", "+1", "0x1", "1e3", "1.0", "-0", "00", "01", "-01",
            "",
            "abc", "1a", "--1", "-", "+", "inf", "nan", "1\n", "\0", "1\0"};
    private static final String[] EDGE_FLOATS = {"0", "1", "-1", "0.1", "-0.1", "1.5", "3.0e3", "1e3", "1E-3", "inf", "-inf", "+inf",
            "infinity", "nan",
            "-nan", "-0", "0x1p3", " 1", "1 ", "1.", ".5", "+1.5", "1e400", "1e-400", "1e4931", "1e5000", "12345678901234567890.123456789",
            "0.1234567890123456789", "3.14159265358979323846264338327950288", "5.0", "100000000000000000000", "1e17",
            "1.7976931348623157e308",
            "4.9e-324", "", "abc", "1,5", "1e", "0.30000000000000004", "17179869184", "-1e17", "99999999999999999",
            "1.00000000000000000001"};
    private static final String[] SHORT_VALUES = {"", "x", "hello", "Hello World", "value with spaces", "ohmytext", "mynewtext", "12345",
            "0", "9999",
            "10000", "-1", "10.5", "3.0", "01", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
            "12345678901234567890",
            "\r\n", "\0\0", "nan", "inf", "1e3", " 1"};

    private final Random random;
    private long expiries;

    Dice(long seed) {
        random = new Random(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** A key; most come from a small space so that commands meet. */
    byte[] key() {
        int roll = random.nextInt(100);
        if (roll < 95) {
            return ascii(KEYS[random.nextInt(KEYS.length)]);
        }
        if (roll < 98) {
            return new byte[]{(byte) random.nextInt(4), 0, (byte) 0xff, '\r', '\n'};
        }
        byte[] longKey = new byte[roll == 98 ? 300 : 5000];
        java.util.Arrays.fill(longKey, (byte) ('k' + random.nextInt(2)));
        return longKey;
    }

    byte[] value() {
        int roll = random.nextInt(1000);
        if (roll < 500) {
            return ascii(SHORT_VALUES[random.nextInt(SHORT_VALUES.length)]);
        }
        if (roll < 650) {
            return ascii(Long.toString(random.nextInt(20_000) - 100));
        }
        if (roll < 700) {
            return ascii(Long.toString(random.nextLong()));
        }
        if (roll < 750) {
            return ascii(integer());
        }
        if (roll < 800) {
            return ascii(decimal());
        }
        if (roll < 998) {
            // Around 39 and 44 bytes encodings and record classes change.
            return bytes(random.nextInt(4) == 0 ? 36 + random.nextInt(34) : random.nextInt(150));
        }
        return bytes(65_536 - 2 + random.nextInt(4));
    }

    /** Bytes of a small alphabet now and then binary, so that LCS and comparisons find something. */
    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        boolean binary = random.nextInt(4) == 0;
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (binary ? random.nextInt(256) : 'a' + random.nextInt(4));
        }
        return bytes;
    }

    /** A value short enough for LCS. */
    byte[] shortValue() {
        return chance(0.5) ? ascii(pick(SHORT_VALUES)) : bytes(random.nextInt(80));
    }

    /** An integer argument, valid or not. */
    String integer() {
        return chance(0.5) ? Integer.toString(random.nextInt(200) - 50) : pick(EDGE_INTEGERS);
    }

    /** An index or offset whose use needs little memory. */
    String offset() {
        return switch (random.nextInt(12)) {
            case 0 -> pick("-1", "abc", "", "536870912", "4294967295", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
                    "536870911999");
            case 1 -> Integer.toString(random.nextInt(5000));
            default -> Integer.toString(random.nextInt(60) - 4);
        };
    }

    /** A floating-point argument, valid or not. */
    String decimal() {
        return switch (random.nextInt(4)) {
            case 0 -> pick(EDGE_FLOATS);
            case 1 -> String.format(Locale.ROOT, "%.3f", random.nextDouble() * 200 - 100);
            case 2 -> String.format(Locale.ROOT, "%.15g", random.nextDouble() * 1e6);
            default -> Integer.toString(random.nextInt(1000) - 500);
        };
    }

    /**
     * Seconds of life in the far future.
     *
     * <p>No two are less than ten minutes apart, so GT and LT decide alike on servers that execute a moment apart.
     */
    long farSeconds() {
        expiries++;
        return (expiries * 7919 % DISTINCT_EXPIRIES + 10) * 600;
    }

    /** A time to live that is far away, already over, or invalid; in seconds or milliseconds. */
    String life(boolean milliseconds) {
        int roll = random.nextInt(100);
        if (roll < 75) {
            return Long.toString(farSeconds() * (milliseconds ? 1000 : 1));
        }
        return pick("0", "-1", "-1000", "abc", "", "9223372036854775807", "-9223372036854775808", "9223372036854775", "9223372036854776",
                "9223372036854775808", "1.5", " 10", "-9223372036854775", "-9223372036854776", "9223370000000000");
    }

    /** A point of time that is far away, already over, or invalid; in Unix seconds or milliseconds. */
    String time(boolean milliseconds) {
        int roll = random.nextInt(100);
        if (roll < 75) {
            long seconds = 4_000_000_000L + random.nextInt(50) * 1000L;
            return Long.toString(seconds * (milliseconds ? 1000 : 1));
        }
        return pick("0", "1", "-1", "1000000000", "abc", "", "9223372036854775807", "-9223372036854775808", "9223372036854775",
                "9223372036854776", "9223372036854775808", "1.5");
    }

    /** A database index, mostly one of the first four. */
    String database() {
        return chance(0.8) ? Integer.toString(random.nextInt(4))
                : pick("15", "16", "-1", "abc", "", "1.5", "99999999999", "9223372036854775808", " 1");
    }

    /** The word as it is, in lower case, or in mixed case. */
    String anyCase(String word) {
        return switch (random.nextInt(4)) {
            case 0 -> word.toLowerCase(Locale.ROOT);
            case 1 -> word.substring(0, 1) + word.substring(1).toLowerCase(Locale.ROOT);
            default -> word;
        };
    }

    /** Some of the words in random order. */
    List<String> some(double probability, String... words) {
        List<String> chosen = new ArrayList<>();
        for (String word : words) {
            if (chance(probability)) {
                chosen.add(word);
            }
        }
        Collections.shuffle(chosen, random);
        return chosen;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
