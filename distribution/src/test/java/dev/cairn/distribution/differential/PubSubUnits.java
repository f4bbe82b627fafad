package dev.cairn.distribution.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Random subscriptions of the second connection, messages and events of keys from the first, and what the servers tell of them. */
final class PubSubUnits {
    private final Dice dice;
    private final String protocol;
    private final Supplier<Unit> commands;

    /** Creates a generator that takes the commands whose events are compared from another one. */
    PubSubUnits(Dice dice, int protocol, Supplier<Unit> commands) {
        this.dice = dice;
        this.protocol = Integer.toString(protocol);
        this.commands = commands;
    }

    Unit next() {
        return switch (dice.below(12)) {
            case 0, 1 -> channels();
            case 2, 3, 4 -> patterns();
            case 5 -> shards();
            case 6, 7 -> events();
            case 8 -> toItself();
            case 9 -> subscribed();
            case 10 -> looks();
            default -> others();
        };
    }

    private byte[] channel() {
        return Dice.ascii(dice.chance(0.1) ? "" : letters("ab.[-\\", 5));
    }

    private byte[] pattern() {
        return Dice.ascii(letters("aab.*?[]^-\\", 6));
    }

    private String letters(String of, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = dice.below(most + 1); i > 0; i--) {
            text.append(of.charAt(dice.below(of.length())));
        }
        return text.toString();
    }

    /** Ends all of the second connection's subscriptions. */
    private List<Step> end() {
        return List.of(Step.of("RESET").on(1), Step.of("HELLO", protocol).compared(Comparison.HELLO).on(1));
    }

    private Step publish() {
        return Words.of(dice.anyCase("PUBLISH")).add(channel()).add(dice.value()).step();
    }

    private Unit channels() {
        List<Step> steps = new ArrayList<>();
        Words subscribe = Words.of(dice.anyCase("SUBSCRIBE")).add(channel());
        for (int i = dice.below(4); i > 0; i--) {
            subscribe.add(channel());
        }
        steps.add(subscribe.step().unanswered().on(1));
        steps.add(Step.rest().on(1));
        steps.add(Words.of("PUBSUB").add("NUMSUB").add(channel()).add(channel()).step());
        steps.add(Step.of("PUBSUB", "CHANNELS").compared(Comparison.UNORDERED));
        steps.add(Words.of("PUBSUB").add(dice.anyCase("CHANNELS")).add(pattern()).step().compared(Comparison.UNORDERED));
        for (int i = dice.below(5); i > 0; i--) {
            steps.add(publish());
        }
        steps.add(Step.rest().on(1));
        steps.add(Words.of("UNSUBSCRIBE").add(channel()).step().on(1));
        steps.add(publish());
        steps.add(Step.rest().on(1));
        steps.addAll(end());
        return new Unit(steps);
    }

    private Unit patterns() {
        List<Step> steps = new ArrayList<>();
        for (int i = dice.below(4); i >= 0; i--) {
            steps.add(Words.of(dice.anyCase("PSUBSCRIBE")).add(pattern()).step().on(1));
        }
        if (dice.chance(0.3)) {
            steps.add(Words.of("SUBSCRIBE").add(channel()).step().on(1));
        }
        steps.add(Step.of("PUBSUB", "NUMPAT"));
        for (int i = dice.below(8); i > 0; i--) {
            steps.add(publish());
        }
        // which of several patterns is first is open
        steps.add(Step.rest().compared(Comparison.UNORDERED).on(1));
        steps.add(Words.of("PUNSUBSCRIBE").add(pattern()).step().on(1));
        steps.add(publish());
        steps.add(Step.of("PUNSUBSCRIBE").unanswered().on(1));
        steps.add(Step.rest().compared(Comparison.TYPE).on(1));
        steps.addAll(end());
        return new Unit(steps);
    }

    private Unit shards() {
        byte[] channel = channel();
        return new Unit(List.of(Words.of("SSUBSCRIBE").add(channel).step().on(1), Words.of("SPUBLISH").add(channel).add("text").step(),
                Words.of("PUBLISH").add(channel).add("text").step(), Words.of("PUBSUB").add("SHARDNUMSUB").add(channel).step(),
                Step.of("PUBSUB", "SHARDCHANNELS", "*").compared(Comparison.UNORDERED), Step.rest().on(1),
                Words.of("SUNSUBSCRIBE").add(dice.chance(0.5) ? channel : channel()).step().on(1), end().get(0), end().get(1)));
    }

    /** The events of other commands; those of expired keys are left out, because the servers look for them at times of their own. */
    private Unit events() {
        List<Step> steps = new ArrayList<>();
        steps.add(
                Step.of("CONFIG", "SET", "notify-keyspace-events", dice.pick("KEg$lshzetdnm", "Eg$nm", "K$", "KEn", "Em", "KE", "A", "")));
        steps.add(Step.of("CONFIG", "GET", "notify-keyspace-events"));
        steps.add(Step.of("PSUBSCRIBE", "__key*__:*").on(1));
        for (int i = dice.below(6); i >= 0; i--) {
            Unit unit = commands.get();
            if (unit.steps().stream().noneMatch(PubSubUnits::setsTime)) {
                steps.addAll(unit.steps());
            }
        }
        steps.add(Step.rest().on(1));
        steps.add(Step.of("CONFIG", "SET", "notify-keyspace-events", dice.pick("", "", "", "KExq", "xyz")));
        steps.add(Step.of("CONFIG", "SET", "notify-keyspace-events", ""));
        steps.addAll(end());
        return new Unit(steps);
    }

    /** A key that is set to expire in the past: Redis 7.2 tells of its deletion, 7.0 of its being set. */
    private static boolean setsTime(Step step) {
        return (step.name().equals("SET") || step.name().equals("GETEX"))
                && IntStream.range(2, step.arguments().size()).anyMatch(i -> step.argument(i).endsWith("XAT"));
    }

    /** A message to its own sender; Redis 7.0 sends it before the reply. */
    private Unit toItself() {
        if (protocol.equals("2")) {
            return Unit.of(Step.of("SUBSCRIBE", "a"), Step.of("PUBLISH", "a", "x"), Step.of("UNSUBSCRIBE", "a"));
        }
        return Unit.of(Step.of("SUBSCRIBE", "a"), Step.of("PUBLISH", "a", "x").unanswered(), Step.of("PUBLISH", "b", "x").unanswered(),
                Step.rest().compared(Comparison.UNORDERED), Step.of("UNSUBSCRIBE", "a"));
    }

    /** What a subscriber may do. */
    private Unit subscribed() {
        List<Step> steps = new ArrayList<>();
        steps.add(Step.of("SUBSCRIBE", "a").on(1));
        for (int i = dice.below(4); i >= 0; i--) {
            steps.add(dice.pick(List.of(Step.of("PING"), Step.of("PING", "x"), Step.of("PING", "x", "y"), Step.of("GET", "a"),
                    Step.of("CLIENT", "GETNAME"), Step.of("SSUBSCRIBE", "b"), Step.of("PSUBSCRIBE", "b"), Step.of("PUBSUB", "NUMPAT"),
                    Step.of("UNSUBSCRIBE", "x"), Step.of("PUNSUBSCRIBE"), Step.of("SUNSUBSCRIBE"), Step.of("NOSUCH"), Step.of("ECHO")))
                    .on(1));
        }
        steps.add(Step.rest().on(1));
        steps.addAll(end());
        return new Unit(steps);
    }

    private Unit looks() {
        return Unit.of(dice.pick(List.of(Step.of("PUBSUB"), Step.of("PUBSUB", "NOSUCH"), Step.of("PUBSUB", "CHANNELS", "a", "b"),
                Step.of("PUBSUB", "SHARDCHANNELS", "a", "b"), Step.of("PUBSUB", "NUMPAT", "x"), Step.of("PUBSUB", "NUMSUB"),
                Step.of("PUBSUB", "SHARDNUMSUB"), Step.of("PUBLISH", "a"), Step.of("SPUBLISH", "a", "b", "c"), Step.of("SUBSCRIBE"),
                Step.of("PSUBSCRIBE"), Step.of("SSUBSCRIBE"), Step.of("COMMAND", "GETKEYS", "SPUBLISH", "a", "b"),
                Step.of("COMMAND", "GETKEYS", "SSUBSCRIBE", "a", "b"), Step.of("COMMAND", "GETKEYS", "PUBLISH", "a", "b"),
                Step.of("CLIENT", "LIST", "TYPE", "pubsub").compared(Comparison.TYPE))));
    }

    private Unit others() {
        return switch (dice.below(4)) {
            case 0 -> Unit.of(Step.of("UNSUBSCRIBE"), Step.of("PUNSUBSCRIBE", "x"), Step.of("SUNSUBSCRIBE", "x"));
            case 1 -> Unit.of(Step.of("MULTI").on(1), Step.of("SUBSCRIBE", "a").on(1), Step.of("PING").on(1), Step.of("EXEC").on(1),
                    Step.of("PUBLISH", "a", "x"), Step.rest().on(1), Step.of("UNSUBSCRIBE").on(1));
            case 2 -> Unit.of(Step.of("MULTI"), Step.of("SSUBSCRIBE", "a"), Step.of("PUBLISH", "a", "x"), Step.of("EXEC"));
            default -> Unit.of(Step.of("CLIENT", "REPLY", "OFF").unanswered().on(1), Step.of("SUBSCRIBE", "a").on(1),
                    Step.of("PUBLISH", "a", "x"), Step.of("CLIENT", "REPLY", "ON").unanswered().on(1),
                    Step.of("UNSUBSCRIBE").unanswered().on(1),
                    Step.of("CLIENT", "REPLY", "ON").unanswered().on(1), Step.rest().on(1));
        };
    }
}
