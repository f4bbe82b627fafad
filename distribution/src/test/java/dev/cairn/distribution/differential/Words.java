package dev.cairn.distribution.differential;

import java.util.ArrayList;
import java.util.List;

/** Builds a command's argument list from text and bytes. */
final class Words {
    private final List<byte[]> list = new ArrayList<>();

    static Words of(String name) {
        return new Words().add(name);
    }

    Words add(String word) {
        list.add(Dice.ascii(word));
        return this;
    }

    Words add(byte[] word) {
        list.add(word);
        return this;
    }

    Words addAll(List<String> words) {
        words.forEach(this::add);
        return this;
    }

    List<byte[]> list() {
        return list;
    }

    Step step() {
        return Step.of(list);
    }

    Unit unit() {
        return Unit.of(step());
    }
}
