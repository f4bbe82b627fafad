package dev.cairn.distribution.differential;

import java.util.List;

/** Random requests that never reach a command: the wrong number of arguments, and names that do not exist. */
final class MalformedUnits {
    /** Commands with their arity, counted as COMMAND INFO does; those whose wrong arity is another form of the command are left out. */
    private static final List<String> ARITIES =
            List.of("APPEND 3", "DECR 2", "DECRBY 3", "GET 2", "GETDEL 2", "GETEX -2", "GETRANGE 4", "GETSET 3",
                    "INCR 2", "INCRBY 3", "INCRBYFLOAT 3", "LCS -3", "MGET -2", "MSET -3", "MSETNX -3", "PSETEX 4", "SET -3", "SETEX 4",
                    "SETNX 3", "SETRANGE 4",
                    "STRLEN 2", "SUBSTR 4", "COPY -3", "DEL -2", "EXISTS -2", "EXPIRE -3", "EXPIREAT -3", "EXPIRETIME 2", "KEYS 2",
                    "MOVE 3", "PERSIST 2",
                    "PEXPIRE -3", "PEXPIREAT -3", "PEXPIRETIME 2", "PTTL 2", "RANDOMKEY 1", "RENAME 3", "RENAMENX 3", "SCAN -2", "TOUCH -2",
                    "TTL 2", "TYPE 2",
                    "UNLINK -2", "MULTI 1", "EXEC 1", "DISCARD 1", "WATCH -2", "UNWATCH 1", "AUTH -2", "ECHO 2", "SELECT 2", "RESET 1",
                    "DBSIZE 1", "SWAPDB 3",
                    "TIME 1", "OBJECT -2", "CLIENT -2", "CONFIG -2", "PING -1", "OBJECT|ENCODING 3", "OBJECT|FREQ 3", "OBJECT|IDLETIME 3",
                    "OBJECT|REFCOUNT 3",
                    "OBJECT|HELP 2", "CONFIG|GET -3", "CONFIG|SET -4", "CONFIG|RESETSTAT 2", "CONFIG|REWRITE 2", "CONFIG|HELP 2",
                    "CLIENT|GETNAME 2",
                    "CLIENT|SETNAME 3", "CLIENT|ID 2", "CLIENT|INFO 2", "CLIENT|REPLY 3", "CLIENT|KILL -3", "CLIENT|HELP 2",
                    "COMMAND|COUNT 2", "COMMAND|HELP 2");

    private final Dice dice;

    MalformedUnits(Dice dice) {
        this.dice = dice;
    }

    Unit next() {
        return dice.chance(0.7) ? arity() : unknown();
    }

    private Unit arity() {
        String[] entry = dice.pick(ARITIES).split(" ");
        int arity = Integer.parseInt(entry[1]);
        String[] names = entry[0].split("\\|");
        int least = names.length;
        int count = arity > 0 && (arity <= least || dice.chance(0.5)) ? arity + 1 + dice.below(3)
                : least + dice.below(Math.max(1, Math.abs(arity) - least));
        Words words = Words.of(dice.anyCase(names[0]));
        for (int i = 1; i < count; i++) {
            if (i < names.length) {
                words.add(dice.anyCase(names[i]));
            } else {
                words.add(dice.key());
            }
        }
        return words.unit();
    }

    private Unit unknown() {
        return switch (dice.below(5)) {
            case 0 -> {
                Words words = Words.of(dice.pick("foo", "", "GETT", "SE", "get ", "set\r\n", "\0", "é", "nosuch'quoted'"));
                for (int i = dice.below(25); i > 0; i--) {
                    words.add(dice.chance(0.05) ? dice.bytes(200) : dice.key());
                }
                yield words.unit();
            }
            case 1 -> Words.of("x".repeat(100 + dice.below(100))).add(dice.value()).unit();
            case 2 -> Words.of(dice.pick("CONFIG", "CLIENT", "OBJECT", "COMMAND"))
                    .add(dice.pick("nosuch", "", "get ", "\r\n", "x".repeat(200))).unit();
            case 3 -> Words.of("CONFIG|GET").add("maxmemory").unit();
            default -> Words.of(dice.pick("GET", "set", "del")).add(dice.key()).add(dice.key()).add(dice.key()).add("bogus").unit();
        };
    }
}
