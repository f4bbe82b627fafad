package dev.cairn.distribution.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Random transactions over two connections: all ways to queue, to abort, and to disturb what is watched. */
final class TransactionUnits {
    private final Dice dice;
    private final Supplier<Unit> commands;

    /** Creates a generator that takes the queued commands from another one. */
    TransactionUnits(Dice dice, Supplier<Unit> commands) {
        this.dice = dice;
        this.commands = commands;
    }

    Unit next() {
        return switch (dice.below(8)) {
            case 0, 1, 2 -> transaction(List.of());
            case 3, 4, 5 -> watched();
            case 6 -> outside();
            default -> nested();
        };
    }

    private Unit transaction(List<Step> before) {
        List<Step> steps = new ArrayList<>(before);
        steps.add(Step.of(dice.anyCase("MULTI")));
        List<Step> queued = new ArrayList<>();
        for (int i = dice.below(5); i > 0; i--) {
            for (Step step : commands.get().steps()) {
                // The queueing error, or QUEUED; the reply inside EXEC is compared as the command says.
                steps.add(step.compared(Comparison.EXACT));
                queued.add(step);
            }
        }
        if (dice.chance(0.15)) {
            steps.add(dice.pick(List.of(Step.of("GET"), Step.of("NOSUCHCOMMAND", "x"), Step.of("SET", "a"), Step.of("OBJECT", "NOSUCH"))));
        }
        // A command that fails to queue aborts all, so a full array has one element per command.
        steps.add(dice.chance(0.85) ? Step.of(dice.anyCase("EXEC")).compared(Comparison.each(queued))
                : Step.of(dice.anyCase("DISCARD")));
        steps.add(Step.of("UNWATCH"));
        return new Unit(steps);
    }

    private Unit watched() {
        byte[] key = dice.key();
        List<Step> before = new ArrayList<>();
        if (dice.chance(0.7)) {
            // The second connection stays in database 0 and disturbs keys there.
            before.add(Step.of("SELECT", "0"));
        }
        if (dice.chance(0.5)) {
            before.add(Words.of("SET").add(key).add("1").step());
        }
        if (dice.chance(0.1)) {
            before.add(Words.of("PEXPIREAT").add(key).add("1").step());
        }
        before.add(Words.of(dice.anyCase("WATCH")).add(key).add(dice.key()).step());
        if (dice.chance(0.15)) {
            before.add(Step.of("UNWATCH"));
        }
        int connection = dice.below(2);
        for (Step step : disturbance(key)) {
            before.add(step.on(connection));
        }
        return transaction(before);
    }

    private List<Step> disturbance(byte[] key) {
        return switch (dice.below(14)) {
            case 0 -> List.of(Words.of("SET").add(key).add("other").step());
            case 1 -> List.of(Words.of("DEL").add(key).step());
            case 2 -> List.of(Words.of("EXPIRE").add(key).add(Long.toString(dice.farSeconds())).step());
            case 3 -> List.of(Step.of("FLUSHDB"));
            case 4 -> List.of(Step.of("FLUSHALL"));
            case 5 -> List.of(Step.of("SWAPDB", "0", "1"));
            case 6 -> List.of(Words.of("RENAME").add(dice.key()).add(key).step());
            case 7 -> List.of(Words.of("GET").add(key).step(), Words.of("TOUCH").add(key).step());
            case 8 -> List.of(Words.of("APPEND").add(key).add("").step());
            case 9 -> List.of(Words.of("PERSIST").add(key).step());
            case 10 -> List.of(Words.of("COPY").add(dice.key()).add(key).add("REPLACE").step());
            case 11 -> List.of(Step.of("SELECT", "1"), Words.of("SET").add(key).add("x").step(), Step.of("SELECT", "0"));
            case 12 -> List.of(Words.of("MOVE").add(key).add("3").step());
            default -> List.of();
        };
    }

    private Unit outside() {
        return switch (dice.below(4)) {
            case 0 -> Unit.of(Step.of("EXEC"));
            case 1 -> Unit.of(Step.of("DISCARD"));
            case 2 -> Unit.of(Words.of("WATCH").add(dice.key()).step(), Step.of("UNWATCH"), Step.of("UNWATCH"));
            default -> Unit.of(Step.of("EXEC", "x"), Step.of("MULTI", "x"), Step.of("WATCH"), Step.of("UNWATCH", "x"),
                    Step.of("DISCARD", "x"));
        };
    }

    /** MULTI and WATCH where they are not allowed. Since Redis 7.2 that aborts the transaction too, which here must not show: it is discarded. */
    private Unit nested() {
        return Unit.of(Step.of("MULTI"), Step.of("MULTI"), Words.of("WATCH").add(dice.key()).step(),
                Words.of("SET").add(dice.key()).add(dice.value()).step(), Step.of("UNWATCH"), Step.of("DISCARD"));
    }
}
