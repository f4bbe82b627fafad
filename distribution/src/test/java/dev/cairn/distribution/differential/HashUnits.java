package dev.cairn.distribution.differential;

import java.util.ArrayList;
import java.util.List;

/**
 * Random commands of the hash group, on hashes that go to and fro between the encodings. Only what redis-server 7.0 knows: fields do not
 * expire here.
 */
final class HashUnits {
    private static final String[] FIELDS = {"f", "g", "h", "field", "1", "2", "-5", "007", "", "a field", "\0", "number", "float"};

    private final Dice dice;

    HashUnits(Dice dice) {
        this.dice = dice;
    }

    Unit next() {
        return switch (dice.below(30)) {
            case 0, 1, 2, 3 -> pairs("HSET", 1 + dice.below(4));
            case 4 -> pairs("HMSET", 1 + dice.below(3));
            case 5 -> pairs("HSET", 100 + dice.below(600));
            case 6 -> name("HSETNX").add(dice.key()).add(field()).add(dice.value()).unit();
            case 7, 8, 9 -> name("HGET").add(dice.key()).add(field()).unit();
            case 10, 11 -> fields("HMGET");
            case 12, 13, 14 -> fields("HDEL");
            case 15 -> name("HEXISTS").add(dice.key()).add(field()).unit();
            case 16 -> name("HLEN").add(dice.key()).unit();
            case 17 -> name("HSTRLEN").add(dice.key()).add(field()).unit();
            case 18, 19 -> name("HINCRBY").add(dice.key()).add(field()).add(dice.integer()).unit();
            case 20, 21 -> name("HINCRBYFLOAT").add(dice.key()).add(field()).add(dice.decimal()).unit();
            case 22 -> unordered("HGETALL");
            case 23 -> unordered("HKEYS");
            case 24 -> unordered("HVALS");
            case 25, 26 -> random();
            case 27 -> scan();
            case 28 -> Unit.of(Words.of("OBJECT").add("ENCODING").add(dice.key()).step());
            default -> limits();
        };
    }

    private Words name(String name) {
        return Words.of(dice.anyCase(name));
    }

    private byte[] field() {
        int roll = dice.below(100);
        return roll < 70 ? Dice.ascii(dice.pick(FIELDS))
                : roll < 97 ? Dice.ascii("n" + dice.below(600)) : dice.bytes(60 + dice.below(10));
    }

    private Unit pairs(String name, int count) {
        Words words = name(name).add(dice.key());
        for (int i = 0; i < count; i++) {
            words.add(field()).add(count > 50 ? dice.shortValue() : dice.value());
        }
        if (dice.chance(0.03)) {
            words.add(field());
        }
        return words.unit();
    }

    private Unit fields(String name) {
        Words words = name(name).add(dice.key());
        for (int i = dice.chance(0.05) ? 200 : 1 + dice.below(4); i > 0; i--) {
            words.add(field());
        }
        return words.unit();
    }

    /* A table has no order of its own. */
    private Unit unordered(String name) {
        return Unit.of(name(name).add(dice.key()).step().compared(Comparison.UNORDERED));
    }

    private Unit random() {
        Words words = name("HRANDFIELD").add(dice.key());
        if (dice.chance(0.1)) {
            // what is refused or is all there is, so that no server makes a reply without end
            words.add(dice.pick("x", "", "1.5", "-9223372036854775808", "4611686018427387904"));
        } else if (dice.chance(0.7)) {
            words.add(Integer.toString(dice.below(12) - 6));
        } else if (dice.chance(0.3)) {
            words.add(dice.pick("-4611686018427387904", "4611686018427387904", "9223372036854775807")).add("WITHVALUES");
        }
        if (words.list().size() == 3 && dice.chance(0.4)) {
            words.add(dice.anyCase(dice.chance(0.9) ? "WITHVALUES" : "VALUES"));
        }
        return Unit.of(words.step().compared(Comparison.SHAPE));
    }

    private Unit scan() {
        Words words = name("HSCAN").add(dice.key()).add(dice.chance(0.9) ? "0" : dice.integer());
        boolean whole = true;
        for (String option : dice.some(0.2, "MATCH", "COUNT", "BOGUS")) {
            words.add(dice.anyCase(option));
            if (option.equals("MATCH")) {
                words.add(dice.pick("*", "f*", "n?", "[0-9]*", "", "field"));
            } else if (option.equals("COUNT")) {
                words.add(dice.pick("100000", "0", "-1", "x", "100001"));
                whole = false;
            }
        }
        // all in one call; otherwise how far it comes is each server's own
        return Unit.of((whole ? words.add("COUNT").add("100000") : words).step().compared(Comparison.SCAN_PAIRS));
    }

    private Unit limits() {
        List<Step> steps = new ArrayList<>();
        steps.add(Words.of("CONFIG").add("SET").add(dice.pick("hash-max-listpack-entries", "hash-max-ziplist-entries"))
                .add(dice.pick("512", "128", "5", "0")).step());
        steps.add(Words.of("CONFIG").add("SET").add(dice.pick("hash-max-listpack-value", "hash-max-ziplist-value"))
                .add(dice.pick("64", "64", "10")).step());
        return new Unit(steps);
    }
}
