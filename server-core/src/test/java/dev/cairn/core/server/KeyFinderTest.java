package dev.cairn.core.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.KeySpec.Begin;
import dev.cairn.api.command.KeySpec.Find;
import dev.cairn.api.command.KeySpec.Flag;
import dev.cairn.api.command.Token;

class KeyFinderTest {
    private record Words(List<Bytes> words) implements Args {
        static Words of(String line) {
            return new Words(List.of(line.split(" ")).stream().map(Bytes::of).toList());
        }

        @Override
        public int size() {
            return words.size();
        }

        @Override
        public Bytes at(int i) {
            return words.get(i);
        }

        @Override
        public boolean is(int i, Token token) {
            return token.matches(words.get(i));
        }
    }

    private static Optional<List<String>> keys(String line, KeySpec... specs) {
        Words args = Words.of(line);
        CommandSpec spec = CommandSpec.of("X", -1).keys(specs).build();
        return KeyFinder.find(spec, args).map(keys -> keys.stream().map(k -> args.at(k.position()).text()).toList());
    }

    private static Optional<List<String>> found(String... keys) {
        return Optional.of(List.of(keys));
    }

    private static KeyFinder.Range range(KeySpec... specs) {
        return KeyFinder.range(CommandSpec.of("X", -1).keys(specs).build());
    }

    @Test
    void findsAKeyAtItsPosition() {
        assertEquals(found("a"), keys("get a", KeySpec.at(1)));
        assertEquals(found("b"), keys("object encoding b", KeySpec.at(2)));
        assertEquals(found("a", "b"), keys("copy a b", KeySpec.at(1), KeySpec.at(2)));
    }

    @Test
    void aKeyBeyondTheArgumentsIsNone() {
        assertEquals(Optional.empty(), keys("get", KeySpec.at(1)));
    }

    @Test
    void findsARangeThatCountsFromTheEnd() {
        assertEquals(found("a", "b", "c"), keys("mget a b c", KeySpec.range(1, -1, 1)));
        assertEquals(found("a", "b"), keys("blpop a b 0", KeySpec.range(1, -2, 1)));
        assertEquals(found("a", "c"), keys("mset a b c d", KeySpec.range(1, -1, 2)));
    }

    @Test
    void aLimitDividesTheRemainingArguments() {
        KeySpec half = new KeySpec(new Begin.Keyword("STREAMS", 1), new Find.Range(-1, 1, 2), Set.of(), "");
        assertEquals(found("a", "b"), keys("xread count 1 streams a b 0 0", half));
    }

    @Test
    void findsAsManyKeysAsAnArgumentSays() {
        assertEquals(found("a", "b"), keys("zunion 2 a b weights 1", KeySpec.counted(1)));
        assertEquals(Optional.empty(), keys("zunion 3 a b", KeySpec.counted(1)));
        assertEquals(Optional.empty(), keys("zunion 0 a b", KeySpec.counted(1)));
        assertEquals(Optional.empty(), keys("zunion x a b", KeySpec.counted(1)));
        assertEquals(Optional.empty(), keys("zunion", KeySpec.counted(1)));
    }

    @Test
    void searchesAKeywordForwardsAndBackwards() {
        assertEquals(found("b"), keys("sort a STORE b", KeySpec.afterKeyword("store", 2)));
        assertEquals(found("k"), keys("migrate h 1 x 0 5 keys k", KeySpec.afterKeyword("KEYS", -2)));
        assertEquals(found(), keys("sort a by b", KeySpec.afterKeyword("STORE", 2)));
        assertEquals(found(), keys("sort a store", KeySpec.afterKeyword("STORE", 2)));
    }

    @Test
    void incompleteAndUnknownSpecsFindNothing() {
        assertEquals(Optional.empty(), keys("x a", KeySpec.at(1, Flag.INCOMPLETE)));
        assertEquals(Optional.empty(), keys("x a", new KeySpec(new Begin.Unknown(), new Find.Unknown(), Set.of(), "")));
    }

    @Test
    void whatIsRoutedLikeAKeyIsNoKey() {
        assertEquals(found(), keys("spublish a b", KeySpec.at(1, Flag.NOT_KEY)));
        assertFalse(KeyFinder.hasKeys(CommandSpec.of("X", 2).keys(KeySpec.at(1, Flag.NOT_KEY)).build()));
        assertTrue(KeyFinder.hasKeys(CommandSpec.of("X", 2).keys(KeySpec.at(1)).build()));
    }

    @Test
    void variableFlagsFollowTheArguments() {
        CommandSpec spec = CommandSpec.of("X", -1).keys(KeySpec.at(1, Flag.RW, Flag.VARIABLE_FLAGS))
                .keyFlags((k, args) -> args.size() > 2 ? Set.of(Flag.OW) : Set.of(Flag.RO)).build();
        assertEquals(Optional.of(List.of(new KeyFinder.Key(1, Set.of(Flag.RO)))), KeyFinder.find(spec, Words.of("x a")));
        assertEquals(Optional.of(List.of(new KeyFinder.Key(1, Set.of(Flag.OW)))), KeyFinder.find(spec, Words.of("x a b")));
    }

    @Test
    void tellsOldClientsOneRange() {
        assertEquals(new KeyFinder.Range(0, 0, 0), range());
        assertEquals(new KeyFinder.Range(1, 1, 1), range(KeySpec.at(1)));
        assertEquals(new KeyFinder.Range(1, 2, 1), range(KeySpec.at(1), KeySpec.at(2)));
        assertEquals(new KeyFinder.Range(1, -1, 2), range(KeySpec.range(1, -1, 2)));
        assertEquals(new KeyFinder.Range(1, -1, 1), range(KeySpec.at(1), KeySpec.range(2, -1, 1)));
        assertEquals(new KeyFinder.Range(1, 1, 1), range(KeySpec.at(1), KeySpec.afterKeyword("STORE", 2)));
        assertEquals(new KeyFinder.Range(0, 0, 0), range(KeySpec.counted(1)));
    }
}
