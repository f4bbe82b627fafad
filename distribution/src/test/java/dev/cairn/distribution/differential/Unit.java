package dev.cairn.distribution.differential;

import java.util.List;

/**
 * Commands that belong together: the smallest part of a stream that can be left out without disturbing the rest.
 *
 * <p>A unit leaves both connections outside of a transaction, watching nothing, and replying.
 */
record Unit(List<Step> steps) {
    Unit {
        steps = List.copyOf(steps);
    }

    static Unit of(Step... steps) {
        return new Unit(List.of(steps));
    }
}
