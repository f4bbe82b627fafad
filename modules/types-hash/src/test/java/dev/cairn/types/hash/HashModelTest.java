package dev.cairn.types.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.api.command.Value;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.testkit.Values;

/** Random writes to few hashes across encodings, with times of expiry and a clock that moves, against maps. */
class HashModelTest {
    private static final int STEPS = 6000;
    private static final String[] KEYS = {"a", "b", "c"};

    private record Content(String value, long expiry) {
    }

    private final Map<String, TreeMap<String, Content>> model = new HashMap<>();
    private long now;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anySequenceOfWritesEqualsAMap(long seed) throws Exception {
        Random random = new Random(seed);
        HashModule module = new HashModule();
        try (TestServer server = TestServer.with(module)
                .config("hash-max-listpack-entries 8", "hash-max-ziplist-value 12", "enable-debug-command yes").start();
                TestClient client = server.client()) {
            client.line("DEBUG SET-ACTIVE-EXPIRE " + (seed % 2));
            now = time(server);
            for (int i = 0; i < STEPS; i++) {
                if (random.nextInt(30) == 0) {
                    advance(server, Duration.ofMillis(random.nextInt(180_000)));
                    model.values().forEach(h -> h.values().removeIf(c -> c.expiry < now));
                    model.values().removeIf(Map::isEmpty);
                }
                step(client, random);
                if (i % 20 == 0) {
                    check(client);
                }
            }
            for (String key : KEYS) {
                client.call("DEL", key);
            }
            assertEquals(0L, server.onMain(() -> server.database(0).store(module.type()).expiringKeys()));
        }
    }

    /** Moves the clock on, and beyond all times that would be over soon: until it is moved again, no field expires by itself. */
    private void advance(TestServer server, Duration by) throws Exception {
        server.advance(by);
        now = time(server);
        while (model.values().stream().flatMap(h -> h.values().stream()).anyMatch(c -> c.expiry >= now && c.expiry < now + 50_000)) {
            server.advance(Duration.ofSeconds(50));
            now = time(server);
        }
    }

    private static long time(TestServer server) throws Exception {
        // what the commands see as their time
        return server.onMain(() -> {
            long low = 0;
            long high = 1L << 45;
            while (low < high) {
                long middle = low + high + 1 >>> 1;
                if (server.database(0).isOver(middle - 1)) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return low;
        });
    }

    private static String field(Random random) {
        int n = random.nextInt(random.nextInt(4) == 0 ? 60 : 9);
        return n % 3 == 0 ? Integer.toString(n) : n == 50 ? "a-field-of-many-bytes" : "f" + n;
    }

    private static String value(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> "x".repeat(13 + random.nextInt(200));
            case 1, 2, 3 -> "v" + random.nextInt(1000);
            default -> Integer.toString(random.nextInt(100_000) - 50_000);
        };
    }

    private void step(TestClient client, Random random) {
        String key = KEYS[random.nextInt(KEYS.length)];
        String f = field(random);
        TreeMap<String, Content> hash = model.computeIfAbsent(key, k -> new TreeMap<>());
        Content old = hash.get(f);
        // far enough from the clock that it does not matter when within a command it is read
        long later = now + 3_600_000 + random.nextInt(5) * 60_000L;
        switch (random.nextInt(13)) {
            case 0, 1, 2, 3 -> {
                String v = value(random);
                assertEquals(old == null ? "1" : "0", client.text("HSET", key, f, v));
                hash.put(f, new Content(v, Long.MAX_VALUE));
            }
            case 4 -> {
                String v = value(random);
                assertEquals(old == null ? "1" : "0", client.text("HSETNX", key, f, v));
                hash.putIfAbsent(f, new Content(v, Long.MAX_VALUE));
            }
            case 5, 6 -> {
                client.call("HDEL", key, f);
                hash.remove(f);
            }
            case 7 -> {
                if (old == null || old.value.matches("-?\\d+")) {
                    long sum = (old == null ? 0 : Long.parseLong(old.value)) + 7;
                    assertEquals(Long.toString(sum), client.text("HINCRBY", key, f, "7"));
                    hash.put(f, new Content(Long.toString(sum), old == null ? Long.MAX_VALUE : old.expiry));
                }
            }
            case 8, 9 -> {
                long at = random.nextInt(3) == 0 ? later : later - 3_540_000;
                assertEquals(old == null ? "-2" : "1",
                        Values.text(Values.elements(client.call("HPEXPIREAT", key, Long.toString(at), "FIELDS", "1", f)).getFirst()));
                if (old != null) {
                    hash.put(f, new Content(old.value, at));
                }
            }
            case 10 -> {
                assertEquals(old == null ? "-2" : old.expiry == Long.MAX_VALUE ? "-1" : "1",
                        Values.text(Values.elements(client.call("HPERSIST", key, "FIELDS", "1", f)).getFirst()));
                if (old != null) {
                    hash.put(f, new Content(old.value, Long.MAX_VALUE));
                }
            }
            case 11 -> {
                String v = value(random);
                assertEquals("1", client.text("HSETEX", key, "KEEPTTL", "FIELDS", "2", f, v, "other", v));
                hash.put(f, new Content(v, old == null ? Long.MAX_VALUE : old.expiry));
                hash.merge("other", new Content(v, Long.MAX_VALUE), (before, after) -> new Content(v, before.expiry));
            }
            default -> other(client, random, key, hash);
        }
        if (hash.isEmpty()) {
            model.remove(key);
        }
    }

    private void other(TestClient client, Random random, String key, TreeMap<String, Content> hash) {
        String to = KEYS[random.nextInt(KEYS.length)];
        if (hash.isEmpty() || to.equals(key)) {
            return;
        }
        if (random.nextBoolean()) {
            assertEquals("1", client.text("COPY", key, to, "REPLACE"));
            model.put(to, new TreeMap<>(hash));
        } else {
            assertEquals("OK", client.text("RENAME", key, to));
            model.put(to, new TreeMap<>(hash));
            hash.clear();
        }
    }

    private void check(TestClient client) {
        for (String key : KEYS) {
            TreeMap<String, Content> hash = model.getOrDefault(key, new TreeMap<>());
            Map<String, String> seen = new TreeMap<>();
            List<Value> all = Values.elements(client.call("HGETALL", key));
            for (int i = 0; i < all.size(); i += 2) {
                assertEquals(null, seen.put(Values.text(all.get(i)), Values.text(all.get(i + 1))));
            }
            Map<String, String> expected = new TreeMap<>();
            hash.forEach((f, c) -> expected.put(f, c.value));
            assertEquals(expected, seen, key);
            for (Map.Entry<String, Content> e : hash.entrySet()) {
                assertEquals(e.getValue().value, client.text("HGET", key, e.getKey()));
                assertEquals(e.getValue().expiry == Long.MAX_VALUE ? "-1" : Long.toString(e.getValue().expiry),
                        Values.text(Values.elements(client.call("HPEXPIRETIME", key, "FIELDS", "1", e.getKey())).getFirst()));
            }
            Set<String> scanned = new HashSet<>();
            String cursor = "0";
            do {
                List<Value> reply = Values.elements(client.call("HSCAN", key, cursor, "COUNT", "3", "NOVALUES"));
                cursor = Values.text(reply.get(0));
                Values.elements(reply.get(1)).forEach(v -> scanned.add(Values.text(v)));
            } while (!cursor.equals("0"));
            assertEquals(expected.keySet(), scanned);
            Set<String> drawn = new HashSet<>();
            Values.elements(client.call("HRANDFIELD", key, "1000")).forEach(v -> assertTrue(drawn.add(Values.text(v))));
            assertEquals(expected.keySet(), drawn);
        }
    }
}
