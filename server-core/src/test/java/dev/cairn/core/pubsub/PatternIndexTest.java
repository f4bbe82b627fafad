package dev.cairn.core.pubsub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.cairn.api.command.Bytes;
import dev.cairn.resp.Glob;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;

class PatternIndexTest {
    private final Heap heap = new Heap(false);
    private final Subscriptions patterns = new Subscriptions(heap, PatternIndex.RESERVED_BYTES);
    private final PatternIndex index = new PatternIndex(heap, patterns);
    private final Native texts = new Native(heap);

    @AfterEach
    void close() {
        patterns.drop();
        index.drop();
        heap.close();
    }

    private void add(String pattern) {
        index.add(patterns.add(0, texts.of(pattern)));
    }

    private void remove(String pattern) {
        long subscription = patterns.find(0, texts.of(pattern));
        index.remove(Subscriptions.topicOf(subscription));
        patterns.remove(subscription);
    }

    private List<String> match(String channel) {
        List<String> found = new ArrayList<>();
        int n = index.match(texts.of(channel));
        for (int i = 0; i < n; i++) {
            found.add(patterns.name(index.found(i), new NativeBytes()).text());
        }
        return found;
    }

    private static String random(Random random, String letters, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    @Test
    void findsExactlyThePatternsThatMatchWhateverIsAddedAndRemoved() {
        Random random = new Random(11);
        Set<String> there = new TreeSet<>();
        for (int round = 0; round < 1200; round++) {
            String pattern = random(random, "aab*?[]^-\\", 7);
            if (there.add(pattern)) {
                add(pattern);
            } else {
                there.remove(pattern);
                remove(pattern);
            }
            String channel = random(random, "aabb[]-\\", 6);
            Set<String> expected = new TreeSet<>(there);
            expected.removeIf(p -> !Glob.matches(Bytes.of(p), Bytes.of(channel)));
            List<String> found = match(channel);
            assertEquals(expected, new TreeSet<>(found), channel);
            assertEquals(expected.size(), found.size(), channel);
        }
        there.forEach(this::remove);
        assertEquals(List.of(), match("a"));
    }

    @Test
    void findsPatternsWhoseBeginOrEndIsLongerThanWhatItGroupsBy() {
        String text = "0123456789".repeat(20);
        for (int n : new int[]{1, 62, 63, 64, 65, 200}) {
            add(text.substring(0, n) + "*");
            add("*" + text.substring(200 - n));
        }
        add(text);
        assertEquals(13, match(text).size());
        assertEquals(2, match("0").size() + match("9").size());
        assertEquals(3, match(text.substring(0, 63)).size());
    }

    @Test
    void triesFewPatternsForAMessageAmongMany() {
        int channels = 1_000_000;
        int many = 100_000;
        Heap memory = new Heap(false);
        Subscriptions exact = new Subscriptions(memory, 0);
        for (int i = 0; i < channels; i++) {
            exact.add(i % 5000, texts.of("news:" + i));
        }
        for (int i = 0; i < many; i += 2) {
            add("news:" + i + ":*");
            add("*:" + i + ".done");
        }
        add("*");
        add("news:*");
        long before = index.tried();
        assertEquals(List.of("*", "news:*"), match("news:777777"));
        assertEquals(List.of("*", "news:*", "news:66666:*", "*:88888.done"), match("news:66666:x:88888.done"));
        assertTrue(index.tried() - before <= 8, () -> "patterns tried: " + (index.tried() - before));
        long compared = exact.compared();
        assertEquals(1, Subscriptions.subscribers(exact.topic(texts.of("news:777777"))));
        assertEquals(0, exact.topic(texts.of("news:none")));
        assertTrue(exact.compared() - compared <= 3, () -> "channels compared: " + (exact.compared() - compared));
        long bytes = memory.usedBytes() + exact.mappedBytes();
        assertTrue(bytes < 150L * channels, () -> "bytes of a million subscriptions: " + bytes);
        exact.drop();
        memory.close();
    }
}
