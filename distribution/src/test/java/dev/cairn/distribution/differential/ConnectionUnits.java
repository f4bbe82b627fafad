package dev.cairn.distribution.differential;

import java.util.List;

/** Random commands of the connection group; each unit ends in the protocol version that the run uses. */
final class ConnectionUnits {
    private final Dice dice;
    private final String protocol;

    ConnectionUnits(Dice dice, int protocol) {
        this.dice = dice;
        this.protocol = Integer.toString(protocol);
    }

    Unit next() {
        return switch (dice.below(18)) {
            case 0 -> Words.of("ECHO").add(dice.value()).unit();
            case 1 -> Unit.of(Step.of("PING"));
            case 2 -> Words.of("PING").add(dice.value()).unit();
            case 3 -> Words.of("SELECT").add(dice.database()).unit();
            case 4, 5 -> name();
            case 6, 7 -> reply();
            case 8 -> Unit.of(Step.of("CLIENT", "ID").compared(Comparison.TYPE));
            case 9 -> Unit.of(Step.of("CLIENT", dice.pick("INFO", "LIST", "HELP")).compared(Comparison.TYPE));
            case 10 -> clientErrors();
            case 11, 12 -> auth();
            case 13, 14 -> hello();
            case 15, 16 -> control();
            default -> reset();
        };
    }

    private Unit name() {
        Words words = Words.of("CLIENT").add(dice.anyCase("SETNAME"));
        words.add(
                dice.chance(0.6) ? dice.pick("one", "two", "", "a-b:c", "!~") : dice.pick("with space", "line\nbreak", "é", "tab\t", "\0"));
        return Unit.of(words.step(), Step.of("CLIENT", "GETNAME"));
    }

    private Unit reply() {
        return switch (dice.below(4)) {
            case 0 -> Unit.of(Step.of("CLIENT", "REPLY", "SKIP").unanswered(),
                    Words.of("SET").add(dice.key()).add("skipped").step().unanswered(),
                    Step.of("ECHO", "after"));
            case 1 -> Unit.of(Step.of("CLIENT", "REPLY", "OFF").unanswered(), Words.of("INCR").add(dice.key()).step().unanswered(),
                    Step.of("NOSUCHCOMMAND").unanswered(), Step.of("CLIENT", "REPLY", "ON"), Step.of("ECHO", "after"));
            case 2 -> Unit.of(Step.of("CLIENT", "REPLY", "ON"));
            default -> Unit.of(Step.of("CLIENT", "REPLY", dice.pick("BOGUS", "", "O")));
        };
    }

    private Unit clientErrors() {
        return Unit.of(dice.pick(List.of(
                Step.of("CLIENT", "BOGUS"), Step.of("CLIENT", "KILL", "1.2.3.4:5"), Step.of("CLIENT", "KILL", "ID", "abc"),
                Step.of("CLIENT", "KILL", "ID", "0"), Step.of("CLIENT", "KILL", "ID", "999999999"),
                Step.of("CLIENT", "KILL", "TYPE", "bogus"),
                Step.of("CLIENT", "KILL", "BOGUS", "x"), Step.of("CLIENT", "KILL", "ADDR", "1.2.3.4:5", "SKIPME", "maybe"),
                Step.of("CLIENT", "KILL", "ADDR", "1.2.3.4:5", "SKIPME", "yes"), Step.of("CLIENT", "KILL", "USER", "nosuchuser"),
                Step.of("CLIENT", "KILL", "LADDR", "1.2.3.4:5"), Step.of("CLIENT", "KILL", "ID"),
                Step.of("CLIENT", "LIST", "TYPE", "bogus"), Step.of("CLIENT", "LIST", "BOGUS"), Step.of("CLIENT", "LIST", "ID", "abc"),
                Step.of("CLIENT", "LIST", "ID", "999999999"), Step.of("CLIENT", "LIST", "TYPE", "pubsub"), Step.of("CLIENT", "LIST", "ID"),
                Step.of("CLIENT", "LIST", "TYPE"))));
    }

    /** Commands that control clients, without one that would hold up the stream. */
    private Unit control() {
        return Unit.of(dice.pick(List.of(
                Step.of("CLIENT", "PAUSE", "0"), Step.of("CLIENT", "PAUSE", "1", "WRITE"), Step.of("CLIENT", "PAUSE", "1", "all"),
                Step.of("CLIENT", "PAUSE", "-1"), Step.of("CLIENT", "PAUSE", "x"), Step.of("CLIENT", "PAUSE", "1", "READ"),
                Step.of("CLIENT", "PAUSE", "9223372036854775807"), Step.of("CLIENT", "PAUSE", "9223372036854775808"),
                Step.of("CLIENT", "UNPAUSE"), Step.of("CLIENT", "UNPAUSE", "x"), Step.of("CLIENT", "UNBLOCK", "999999999"),
                Step.of("CLIENT", "UNBLOCK", "x"), Step.of("CLIENT", "UNBLOCK", "x", "ERROR"),
                Step.of("CLIENT", "UNBLOCK", "999999999", "timeout"), Step.of("CLIENT", "UNBLOCK", "999999999", "why"),
                Step.of("CLIENT", "NO-EVICT", "on"), Step.of("CLIENT", "NO-EVICT", "OFF"), Step.of("CLIENT", "NO-EVICT", "maybe"),
                Step.of("CLIENT", "NO-EVICT"), Step.of("CLIENT", "GETREDIR"), Step.of("CLIENT", "GETREDIR", "x"),
                Step.of("MONITOR", "x"))));
    }

    private Unit auth() {
        return Unit.of(dice.pick(
                List.of(Step.of("AUTH", "x"), Step.of("AUTH", ""), Step.of("AUTH", "default", "x"), Step.of("AUTH", "nosuchuser", "x"),
                        Step.of("AUTH", "a", "b", "c"))));
    }

    private Unit hello() {
        Step random = dice
                .pick(List.of(Step.of("HELLO"), Step.of("HELLO", "2"), Step.of("HELLO", "3"), Step.of("HELLO", "4"), Step.of("HELLO", "1"),
                        Step.of("HELLO", "abc"), Step.of("HELLO", ""), Step.of("HELLO", "3", "BOGUS"), Step.of("HELLO", "2", "AUTH", "x"),
                        Step.of("HELLO", "3", "AUTH", "default", "x"), Step.of("HELLO", "3", "AUTH", "nosuchuser", "x"),
                        Step.of("HELLO", "2", "SETNAME", "me"), Step.of("HELLO", "3", "SETNAME", "a b"), Step.of("HELLO", "3", "SETNAME"),
                        Step.of("HELLO", "2", "AUTH", "default", "x", "SETNAME", "both"), Step.of("HELLO", "99999999999999999999")));
        return Unit.of(random.compared(Comparison.HELLO), Step.of("CLIENT", "GETNAME"), hello(protocol));
    }

    private Unit reset() {
        return switch (dice.below(3)) {
            case 0 -> Unit.of(Step.of("RESET"), Step.of("CLIENT", "GETNAME"), Step.of("EXEC"), hello(protocol));
            case 1 -> Unit.of(Step.of("MULTI"), Step.of("SET", "a", "x"), Step.of("RESET"), Step.of("EXEC"), hello(protocol));
            default -> Unit.of(Step.of("WATCH", "a"), Step.of("RESET"), Step.of("SET", "a", "x").on(1), Step.of("MULTI"), Step.of("PING"),
                    Step.of("EXEC"), hello(protocol));
        };
    }

    private static Step hello(String protocol) {
        return Step.of("HELLO", protocol).compared(Comparison.HELLO);
    }
}
