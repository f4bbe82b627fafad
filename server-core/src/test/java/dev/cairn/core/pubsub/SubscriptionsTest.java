package dev.cairn.core.pubsub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;

class SubscriptionsTest {
    private final Heap heap = new Heap(false);
    private final Subscriptions subscriptions = new Subscriptions(heap, 0);
    private final Native texts = new Native(heap);

    @AfterEach
    void close() {
        subscriptions.drop();
        heap.close();
    }

    private String name(long topic) {
        return subscriptions.name(topic, new NativeBytes()).text();
    }

    private List<Integer> subscribers(String name) {
        List<Integer> owners = new ArrayList<>();
        long topic = subscriptions.topic(texts.of(name));
        if (topic != 0) {
            for (long s = Subscriptions.first(topic); s != 0; s = Subscriptions.next(s)) {
                assertEquals(topic, Subscriptions.topicOf(s));
                owners.add(Subscriptions.owner(s));
            }
            assertEquals(owners.size(), Subscriptions.subscribers(topic));
        }
        return owners;
    }

    @Test
    void doWhatAMapOfOrderedSetsDoes() {
        Random random = new Random(5);
        Map<String, Set<Integer>> model = new LinkedHashMap<>();
        int size = 0;
        for (int i = 0; i < 20_000; i++) {
            String name = "channel:" + random.nextInt(i % 7 == 0 ? 5000 : 50);
            int owner = random.nextInt(30);
            if (random.nextInt(100) < 60) {
                boolean added = model.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(owner);
                assertEquals(added, subscriptions.add(owner, texts.of(name)) != 0);
                size += added ? 1 : 0;
            } else {
                Set<Integer> owners = model.getOrDefault(name, Set.of());
                long found = subscriptions.find(owner, texts.of(name));
                assertEquals(owners.contains(owner), found != 0);
                if (found != 0) {
                    subscriptions.remove(found);
                    owners.remove(owner);
                    size--;
                    if (owners.isEmpty()) {
                        model.remove(name);
                    }
                }
            }
            assertEquals(size, subscriptions.size());
        }
        model.forEach((name, owners) -> assertEquals(List.copyOf(owners), subscribers(name)));
        Set<String> topics = new TreeSet<>();
        subscriptions.forEach(topic -> topics.add(name(topic)));
        assertEquals(new TreeSet<>(model.keySet()), topics);
        assertEquals(model.size(), subscriptions.topics());
    }

    @Test
    void areKnownByTheirOwnerFromTheOldestOn() {
        for (String name : List.of("c", "a", "b", "a")) {
            subscriptions.add(7, texts.of(name));
        }
        subscriptions.add(3, texts.of("a"));
        assertEquals(3, subscriptions.count(7));
        List<String> order = new ArrayList<>();
        for (long s = subscriptions.firstOf(7); s != 0; s = subscriptions.firstOf(7)) {
            order.add(name(Subscriptions.topicOf(s)));
            subscriptions.remove(s);
        }
        assertEquals(List.of("c", "a", "b"), order);
        assertEquals(List.of(3), subscribers("a"));
        assertEquals(1, subscriptions.topics());
        assertEquals(0, subscriptions.count(7));
    }

    @Test
    void takeLittleMemoryAndGiveItBack() {
        int many = 100_000;
        long before = heap.usedBytes();
        for (int i = 0; i < many; i++) {
            subscriptions.add(i % 1000, texts.of("channel:" + i));
        }
        long each = (heap.usedBytes() - before + subscriptions.mappedBytes()) / many;
        assertTrue(each < 140, "bytes for each channel with one subscriber: " + each);
        for (int owner = 0; owner < 1000; owner++) {
            for (long s = subscriptions.firstOf(owner); s != 0; s = subscriptions.firstOf(owner)) {
                subscriptions.remove(s);
            }
        }
        assertEquals(0, subscriptions.topics());
        assertTrue(heap.usedBytes() + subscriptions.mappedBytes() - before < 100_000, "memory is left");
    }
}
