package dev.cairn.distribution.differential;

/** Random commands of the generic group. */
final class GenericUnits {
    private static final String[] PATTERNS = {"*", "a*", "*o*", "key:?", "key:[12]", "key:[^1]", "key:[1-2]", "[a-c]", "[", "[^", "\\*",
            "\\", "?", "",
            "foo", "f*r", "**", "*?*", "{tag}*", "[c-a]", "[a", "nomatch", "k[e-e]y:*", "[]", "[\\]]", "*\\"};

    private final Dice dice;

    GenericUnits(Dice dice) {
        this.dice = dice;
    }

    Unit next() {
        return switch (dice.below(30)) {
            case 0 -> keys("DEL");
            case 1 -> keys("UNLINK");
            case 2 -> keys("EXISTS");
            case 3 -> keys("TOUCH");
            case 4, 5 -> expire("EXPIRE", false, false);
            case 6, 7 -> expire("PEXPIRE", true, false);
            case 8, 9 -> expire("EXPIREAT", false, true);
            case 10, 11 -> expire("PEXPIREAT", true, true);
            case 12 -> Unit.of(name("TTL").add(dice.key()).step().compared(Comparison.SECONDS));
            case 13 -> Unit.of(name("PTTL").add(dice.key()).step().compared(Comparison.MILLISECONDS));
            case 14 -> Unit.of(name("EXPIRETIME").add(dice.key()).step().compared(Comparison.SECONDS));
            case 15 -> Unit.of(name("PEXPIRETIME").add(dice.key()).step().compared(Comparison.MILLISECONDS));
            case 16 -> name("PERSIST").add(dice.key()).unit();
            case 17 -> name("TYPE").add(dice.key()).unit();
            case 18, 19 -> name(dice.pick("RENAME", "RENAMENX")).add(dice.key()).add(dice.key()).unit();
            case 20, 21 -> copy();
            case 22, 23 -> move();
            case 24 -> Unit.of(name("KEYS").add(dice.pick(PATTERNS)).step().compared(Comparison.UNORDERED));
            case 25 -> scan();
            case 26, 27 -> object();
            // Which key is random; that there is one, or none once expired ones are gone, is not.
            case 28 -> Unit.of(name("RANDOMKEY").step().compared(Comparison.TYPE));
            default -> name("SELECT").add(dice.database()).unit();
        };
    }

    private Words name(String name) {
        return Words.of(dice.anyCase(name));
    }

    private Unit keys(String name) {
        Words words = name(name);
        for (int i = dice.below(3); i >= 0; i--) {
            words.add(dice.key());
        }
        return words.unit();
    }

    private Unit expire(String name, boolean milliseconds, boolean absolute) {
        Words words = name(name).add(dice.key()).add(absolute ? dice.time(milliseconds) : dice.life(milliseconds));
        for (String option : dice.some(dice.chance(0.8) ? 0.12 : 0.5, "NX", "XX", "GT", "LT", "KEEPTTL")) {
            words.add(dice.anyCase(option));
        }
        return words.unit();
    }

    private Unit copy() {
        Words words = name("COPY").add(dice.key()).add(dice.key());
        for (String option : dice.some(0.4, "DB", "REPLACE", "BOGUS")) {
            if (option.equals("BOGUS") && dice.chance(0.9)) {
                continue;
            }
            words.add(dice.anyCase(option));
            if (option.equals("DB") && dice.chance(0.95)) {
                words.add(dice.database());
            }
        }
        return words.unit();
    }

    private Unit move() {
        return name("MOVE").add(dice.key()).add(dice.database()).unit();
    }

    private Unit scan() {
        Words words = name("SCAN");
        if (dice.chance(0.1)) {
            // A cursor in the middle shows some keys of an order that is the server's own.
            return dice.chance(0.2) ? Unit.of(words.add(dice.pick("-1", "3", "", "18446744073709551615")).step().compared(Comparison.TYPE))
                    : words.add(dice.pick("abc", "18446744073709551616", "1.5", " 0")).unit();
        }
        words.add("0");
        boolean counted = false;
        for (String option : dice.some(0.4, "MATCH", "TYPE", "COUNT")) {
            words.add(dice.anyCase(option));
            switch (option) {
                case "MATCH" -> words.add(dice.pick(PATTERNS));
                // Only known types: Valkey refuses others, redis-server 7.0 finds nothing of them.
                case "TYPE" -> words.add(dice.pick("string", "list", "STRING", "zset", "hash"));
                default -> {
                    words.add(dice.chance(0.1) ? dice.pick("0", "-1", "abc", "", "9223372036854775808") : "100000");
                    counted = true;
                }
            }
        }
        if (!counted) {
            words.add("COUNT").add("100000");
        }
        if (dice.chance(0.05)) {
            words.add("BOGUS");
        }
        return Unit.of(words.step().compared(Comparison.SCAN));
    }

    private Unit object() {
        return switch (dice.below(8)) {
            case 0, 1, 2, 3 -> Unit.of(name("OBJECT").add(dice.anyCase("ENCODING")).add(dice.key()).step());
            case 4 -> Unit.of(name("OBJECT").add("REFCOUNT").add(dice.key()).step().compared(Comparison.TYPE));
            case 5 -> name("OBJECT").add("FREQ").add(dice.key()).unit();
            // For a small number redis-server tells the idle time of the object that all such values share.
            case 6 -> Unit.of(name("OBJECT").add("IDLETIME").add(dice.key()).step().compared(Comparison.TYPE));
            default -> dice.chance(0.5) ? Unit.of(name("OBJECT").add("HELP").step().compared(Comparison.TYPE))
                    : name("OBJECT").add(dice.pick("BOGUS", "encodin", "", "FREQ")).unit();
        };
    }
}
