package dev.cairn.distribution.differential;

import java.util.ArrayList;
import java.util.List;

/** Random SORT and SORT_RO of lists that were just made, and of whatever a key holds. */
final class SortUnits {
    private static final String[] PATTERNS = {"weight:*", "*", "#", "nosort", "weight:*->field", "weight:*->", "*:weight", "**"};

    private final Dice dice;

    SortUnits(Dice dice) {
        this.dice = dice;
    }

    Unit next() {
        List<Step> steps = new ArrayList<>();
        byte[] key = dice.key();
        if (dice.chance(0.8)) {
            Words made = name("RPUSH").add(key);
            steps.add(name("DEL").add(key).step());
            boolean numbers = dice.chance(0.6);
            for (int i = dice.below(20); i >= 0; i--) {
                made.add(numbers ? dice.chance(0.99) ? Integer.toString(dice.below(9)) : dice.decimal()
                        : dice.pick("a", "b", "ab", "1", "", "2.5"));
            }
            steps.add(made.step());
            for (int i = dice.below(9); i > 0; i--) {
                steps.add(name("SET").add("weight:" + dice.below(9))
                        .add(dice.chance(0.95) ? Integer.toString(dice.below(100)) : dice.decimal())
                        .step());
            }
        }
        // Redis 7.0 takes an error that strtod left behind, at whatever command, for one of its own: this one leaves none
        steps.add(Words.of("INCRBYFLOAT").add("weight:none").add("0").step());
        steps.add(sort(key).step());
        return new Unit(steps);
    }

    private Words name(String name) {
        return Words.of(dice.anyCase(name));
    }

    private Words sort(byte[] key) {
        boolean stores = dice.chance(0.6);
        Words words = name(stores ? "SORT" : "SORT_RO").add(key);
        List<String> options = dice.some(0.3, "ASC", "DESC", "LIMIT", "GET", "BY", "STORE", "ALPHA");
        if (options.containsAll(List.of("LIMIT", "BY"))) {
            // which of the elements whose weights are equal texts are within the limit is up to the algorithm; equal numbers do not tie
            options.remove("ALPHA");
        }
        for (String option : options) {
            words.add(dice.anyCase(option));
            switch (option) {
                case "LIMIT" -> words.add(number()).add(number());
                case "GET", "BY" -> words.add(dice.pick(PATTERNS));
                case "STORE" -> words.add(dice.key());
                default -> {
                }
            }
        }
        return words;
    }

    private String number() {
        return dice.chance(0.9) ? Integer.toString(dice.below(12) - 2) : dice.integer();
    }
}
