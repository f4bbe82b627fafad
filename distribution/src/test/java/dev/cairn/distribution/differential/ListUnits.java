package dev.cairn.distribution.differential;

/** Random commands of the list group, those that block where they do not have to wait. */
final class ListUnits {
    private final Dice dice;

    ListUnits(Dice dice) {
        this.dice = dice;
    }

    Unit next() {
        return switch (dice.below(31)) {
            case 0, 1, 2, 3, 4, 5 -> push(dice.pick("LPUSH", "RPUSH"));
            case 6 -> push(dice.pick("LPUSHX", "RPUSHX"));
            case 7, 8, 9 -> pop();
            case 10 -> name("LLEN").add(dice.key()).unit();
            case 11, 12 -> name("LINDEX").add(dice.key()).add(place()).unit();
            case 13, 14 -> name("LRANGE").add(dice.key()).add(place()).add(place()).unit();
            case 15, 16 -> name("LINSERT").add(dice.key()).add(dice.chance(0.95) ? dice.anyCase(dice.pick("BEFORE", "AFTER")) : "BESIDE")
                    .add(element()).add(element()).unit();
            case 17, 18 -> name("LSET").add(dice.key()).add(place()).add(element()).unit();
            case 19 -> name("LTRIM").add(dice.key()).add(place()).add(dice.chance(0.5) ? "-1" : place()).unit();
            case 20 ->
                    name("LREM").add(dice.key()).add(dice.chance(0.8) ? Integer.toString(dice.below(7) - 3) : dice.integer()).add(element())
                            .unit();
            case 21, 22 -> position();
            case 23, 24 -> move("LMOVE");
            case 25 -> name("RPOPLPUSH").add(dice.key()).add(dice.key()).unit();
            case 26 -> many("LMPOP");
            case 27 -> full(dice.pick("BLPOP", "BRPOP"));
            case 28 -> full("BLMOVE");
            case 29 -> dice.chance(0.5) ? full("BRPOPLPUSH") : full("BLMPOP");
            default -> grow();
        };
    }

    private Words name(String name) {
        return Words.of(dice.anyCase(name));
    }

    private byte[] element() {
        return dice.chance(0.6) ? Dice.ascii("e" + dice.below(6)) : dice.chance(0.5) ? Dice.ascii(Integer.toString(dice.below(9) - 4))
                : dice.value();
    }

    private String place() {
        return dice.chance(0.93) ? Integer.toString(dice.below(24) - 12) : dice.integer();
    }

    private String side() {
        return dice.chance(0.97) ? dice.anyCase(dice.pick("LEFT", "RIGHT")) : "MIDDLE";
    }

    private Unit push(String name) {
        Words words = name(name).add(dice.key());
        for (int i = dice.below(4); i >= 0; i--) {
            words.add(element());
        }
        return words.unit();
    }

    /** Enough elements at once for more than one node. */
    private Unit grow() {
        Words words = name(dice.pick("LPUSH", "RPUSH")).add(dice.key());
        for (int i = dice.below(120); i >= 0; i--) {
            words.add(dice.chance(0.5) ? dice.bytes(100 + dice.below(100)) : element());
        }
        return words.unit();
    }

    private Unit pop() {
        Words words = name(dice.pick("LPOP", "RPOP")).add(dice.key());
        if (dice.chance(0.3)) {
            words.add(dice.chance(0.8) ? Integer.toString(dice.below(6)) : dice.integer());
        }
        if (dice.chance(0.02)) {
            words.add("1");
        }
        return words.unit();
    }

    private Unit position() {
        Words words = name("LPOS").add(dice.key()).add(element());
        for (String option : dice.some(0.35, "RANK", "COUNT", "MAXLEN")) {
            words.add(dice.anyCase(option));
            if (dice.chance(0.97)) {
                words.add(dice.chance(0.85) ? Integer.toString(dice.below(8) - (option.equals("RANK") ? 4 : 1)) : dice.integer());
            }
        }
        return words.unit();
    }

    private Unit move(String name) {
        return name(name).add(dice.key()).add(dice.key()).add(side()).add(side()).unit();
    }

    private Unit many(String name) {
        Words words = name(name);
        int keys = 1 + dice.below(3);
        words.add(dice.chance(0.95) ? Integer.toString(keys) : dice.integer());
        for (int i = 0; i < keys; i++) {
            words.add(dice.key());
        }
        words.add(side());
        if (dice.chance(0.4)) {
            words.add(dice.anyCase("COUNT")).add(dice.chance(0.85) ? Integer.toString(1 + dice.below(5)) : dice.integer());
        }
        return words.unit();
    }

    /** A blocking command on a key that holds a list, or not for long; or one whose timeout is refused. */
    private Unit full(String name) {
        byte[] key = dice.key();
        String timeout = dice.chance(0.6) ? "0.001" : dice.pick("-1", "abc", "1e400x", "", "-0.1", "9223372036854775807", "inf", "nan");
        Words words = name(name);
        switch (name) {
            case "BLMOVE" -> words.add(key).add(dice.key()).add(side()).add(side()).add(timeout);
            case "BRPOPLPUSH" -> words.add(key).add(dice.key()).add(timeout);
            case "BLMPOP" -> words.add(timeout).add("1").add(key).add(side());
            default -> words.add(key).add(timeout);
        }
        return Unit.of(name("RPUSH").add(key).add(element()).step(), words.step());
    }
}
