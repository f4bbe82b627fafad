package dev.cairn.distribution.differential;

import java.util.List;

/** Random commands of the string group with every option, in combinations that agree and that conflict. */
final class StringUnits {
    private final Dice dice;

    StringUnits(Dice dice) {
        this.dice = dice;
    }

    Unit next() {
        return switch (dice.below(31)) {
            case 0, 1, 2, 3 -> set();
            case 4, 5, 6 -> name("GET").add(dice.key()).unit();
            case 7 -> name("SETEX").add(dice.key()).add(dice.life(false)).add(dice.value()).unit();
            case 8 -> name("PSETEX").add(dice.key()).add(dice.life(true)).add(dice.value()).unit();
            case 9 -> name("SETNX").add(dice.key()).add(dice.value()).unit();
            case 10 -> name("GETSET").add(dice.key()).add(dice.value()).unit();
            case 11 -> name("GETDEL").add(dice.key()).unit();
            case 12, 13 -> getex();
            case 14 -> name("APPEND").add(dice.key()).add(dice.value()).unit();
            case 15 -> name("STRLEN").add(dice.key()).unit();
            case 16 -> name("SETRANGE").add(dice.key()).add(dice.offset()).add(dice.chance(0.1) ? new byte[0] : dice.bytes(dice.below(20)))
                    .unit();
            case 17 -> name("GETRANGE").add(dice.key()).add(range()).add(range()).unit();
            case 18 -> name("SUBSTR").add(dice.key()).add(range()).add(range()).unit();
            case 19 -> name("INCR").add(dice.key()).unit();
            case 20 -> name("DECR").add(dice.key()).unit();
            case 21 -> name("INCRBY").add(dice.key()).add(dice.integer()).unit();
            case 22 -> name("DECRBY").add(dice.key()).add(dice.integer()).unit();
            case 23, 24 -> incrbyfloat();
            case 25 -> mget();
            case 26 -> pairs("MSET");
            case 27 -> pairs("MSETNX");
            case 28, 29 -> lcs();
            default -> counter();
        };
    }

    private Words name(String name) {
        return Words.of(dice.anyCase(name));
    }

    private String range() {
        return dice.chance(0.9) ? Integer.toString(dice.below(40) - 20) : dice.integer();
    }

    private Unit set() {
        Words words = name("SET").add(dice.key()).add(dice.value());
        int roll = dice.below(10);
        if (roll < 3) {
            return words.unit();
        }
        double probability = roll < 8 ? 0.15 : 0.4;
        for (String option : dice.some(probability, "NX", "XX", "GET", "KEEPTTL", "EX", "PX", "EXAT", "PXAT", "BOGUS")) {
            words.add(dice.anyCase(option));
            addTime(words, option);
        }
        return words.unit();
    }

    private Unit getex() {
        Words words = name("GETEX").add(dice.key());
        for (String option : dice.some(dice.chance(0.7) ? 0.15 : 0.4, "PERSIST", "EX", "PX", "EXAT", "PXAT", "KEEPTTL", "NX", "GET")) {
            words.add(dice.anyCase(option));
            addTime(words, option);
        }
        return words.unit();
    }

    private void addTime(Words words, String option) {
        boolean milliseconds = option.startsWith("P");
        if (dice.chance(0.03)) {
            return;
        }
        switch (option) {
            case "EX", "PX" -> words.add(dice.life(milliseconds));
            case "EXAT", "PXAT" -> words.add(dice.time(milliseconds));
            default -> {
            }
        }
    }

    private Unit incrbyfloat() {
        byte[] key = dice.key();
        if (dice.chance(0.5)) {
            return name("INCRBYFLOAT").add(key).add(dice.decimal()).unit();
        }
        return Unit.of(name("SET").add(key).add(dice.decimal()).step(), name("INCRBYFLOAT").add(key).add(dice.decimal()).step(),
                name("GET").add(key).step());
    }

    private Unit counter() {
        byte[] key = dice.key();
        return Unit.of(name("SET").add(key).add(dice.integer()).step(), name(dice.pick("INCR", "DECR")).add(key).step(),
                name(dice.pick("INCRBY", "DECRBY")).add(key).add(dice.integer()).step(),
                Words.of("OBJECT").add("ENCODING").add(key).step());
    }

    private Unit mget() {
        Words words = name("MGET");
        for (int i = dice.below(6); i >= 0; i--) {
            words.add(dice.key());
        }
        return words.unit();
    }

    private Unit pairs(String name) {
        Words words = name(name);
        for (int i = dice.below(4); i >= 0; i--) {
            words.add(dice.key()).add(dice.value());
        }
        if (dice.chance(0.05)) {
            words.add(dice.key());
        }
        return words.unit();
    }

    private Unit lcs() {
        byte[] first = dice.key();
        byte[] second = dice.key();
        Words words = name("LCS").add(first).add(second);
        for (String option : dice.some(0.35, "LEN", "IDX", "MINMATCHLEN", "WITHMATCHLEN")) {
            words.add(dice.anyCase(option));
            if (option.equals("MINMATCHLEN") && dice.chance(0.95)) {
                words.add(dice.chance(0.8) ? Integer.toString(dice.below(6)) : dice.integer());
            }
        }
        if (dice.chance(0.05)) {
            words.add("BOGUS");
        }
        // Both operands are short: LCS takes time and memory in the product of their lengths.
        return new Unit(List.of(name("SET").add(first).add(dice.shortValue()).step(), name("SET").add(second).add(dice.shortValue()).step(),
                words.step()));
    }
}
