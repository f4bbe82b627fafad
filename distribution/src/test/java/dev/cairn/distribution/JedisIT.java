package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.distribution.support.ServerProcess;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.args.ExpiryOption;
import redis.clients.jedis.args.ListDirection;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.GetExParams;
import redis.clients.jedis.params.LCSParams;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.params.SortingParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.util.KeyValue;

/** Drives the built distribution by Jedis, in RESP2 and RESP3. */
class JedisIT {
    private static ServerProcess server;

    @BeforeEach
    void start() {
        // Not in @BeforeAll: a class that is skipped there leaves no trace in the report.
        if (server == null) {
            server = ServerProcess.cairn();
        }
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static Jedis connect(ServerProcess to, DefaultJedisClientConfig.Builder config) {
        return new Jedis(new HostAndPort("127.0.0.1", to.port()), config.timeoutMillis(30_000).build());
    }

    private static Jedis connect(RedisProtocol protocol) {
        Jedis jedis = connect(server, DefaultJedisClientConfig.builder().protocol(protocol));
        jedis.flushAll();
        return jedis;
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void stringCommandsWork(RedisProtocol protocol) {
        try (Jedis jedis = connect(protocol)) {
            assertEquals("OK", jedis.set("k", "v"));
            assertEquals("v", jedis.get("k"));
            assertNull(jedis.get("missing"));
            assertNull(jedis.set("k", "other", SetParams.setParams().nx()));
            assertEquals("v", jedis.setGet("k", "w", SetParams.setParams().ex(100)));
            assertTrue(jedis.ttl("k") > 90);
            assertEquals("w", jedis.getEx("k", GetExParams.getExParams().persist()));
            assertEquals(-1, jedis.ttl("k"));
            assertEquals(5, jedis.append("k", "tail"));
            assertEquals(8, jedis.setrange("k", 5, "abc"));
            assertEquals("tail", jedis.getrange("k", 1, 4));
            assertEquals(8, jedis.strlen("k"));
            assertEquals("wtailabc", jedis.getDel("k"));
            assertEquals(10, jedis.incrBy("n", 10));
            assertEquals(9, jedis.decr("n"));
            assertEquals(9.5, jedis.incrByFloat("n", 0.5));
            assertEquals("OK", jedis.mset("a", "1", "b", "2"));
            assertEquals(0, jedis.msetnx("b", "3", "c", "4"));
            assertEquals(java.util.Arrays.asList("1", "2", null), jedis.mget("a", "b", "c"));
            jedis.mset("x", "ohmytext", "y", "mynewtext");
            assertEquals("mytext", jedis.lcs("x", "y", LCSParams.LCSParams()).getMatchString());
            assertEquals(6, jedis.lcs("x", "y", LCSParams.LCSParams().idx()).getLen());
            assertThrows(JedisDataException.class, () -> jedis.incr("x"));
        }
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void genericCommandsWork(RedisProtocol protocol) {
        try (Jedis jedis = connect(protocol)) {
            jedis.mset("a", "1", "b", "2", "c", "text");
            assertEquals(2, jedis.exists("a", "b", "missing"));
            assertEquals(1, jedis.expire("a", 1000));
            assertEquals(0, jedis.expire("a", 10, ExpiryOption.GT));
            assertTrue(jedis.pttl("a") > 900_000);
            assertEquals(1, jedis.persist("a"));
            assertEquals(1, jedis.pexpireAt("a", 1));
            assertFalse(jedis.exists("a"));
            assertEquals("OK", jedis.rename("b", "d"));
            assertEquals(0, jedis.renamenx("d", "c"));
            assertTrue(jedis.copy("d", "e", false));
            assertEquals("string", jedis.type("e"));
            assertEquals("int", jedis.objectEncoding("e"));
            assertEquals("embstr", jedis.objectEncoding("c"));
            assertEquals(Set.of("c", "d", "e"), jedis.keys("*"));
            assertTrue(Set.of("c", "d", "e").contains(jedis.randomKey()));
            assertEquals(1, jedis.move("e", 1));
            assertEquals(2, jedis.touch("c", "d"));
            assertEquals("OK", jedis.swapDB(0, 1));
            assertEquals("2", jedis.get("e"));
            assertEquals(1, jedis.unlink("e"));
            assertEquals(0, jedis.dbSize());
            jedis.select(1);
            assertEquals(2, jedis.del("c", "d"));
            assertEquals("16", jedis.configGet("databases").get("databases"));
        }
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void transactionsHonourWatch(RedisProtocol protocol) {
        try (Jedis jedis = connect(protocol); Jedis other = connect(server, DefaultJedisClientConfig.builder())) {
            jedis.watch("k");
            Transaction first = jedis.multi();
            Response<Long> counter = first.incr("k");
            Response<String> value = first.get("k");
            assertEquals(2, first.exec().size());
            assertEquals(1, counter.get());
            assertEquals("1", value.get());
            jedis.watch("k");
            other.incr("k");
            Transaction second = jedis.multi();
            second.incr("k");
            assertNull(second.exec());
            Transaction third = jedis.multi();
            third.incr("k");
            third.discard();
            assertEquals("2", jedis.get("k"));
        }
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void pipelinesAnswerInOrder(RedisProtocol protocol) {
        try (Jedis jedis = connect(protocol); Pipeline pipeline = jedis.pipelined()) {
            List<Response<Long>> replies = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                replies.add(pipeline.incr("n"));
            }
            pipeline.sync();
            for (int i = 0; i < replies.size(); i++) {
                assertEquals(i + 1, replies.get(i).get());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void scanReturnsEveryKey(RedisProtocol protocol) {
        try (Jedis jedis = connect(protocol)) {
            Set<String> expected = new HashSet<>();
            try (Pipeline pipeline = jedis.pipelined()) {
                for (int i = 0; i < 5000; i++) {
                    pipeline.set("key:" + i, "v");
                    pipeline.set("other:" + i, "v");
                    expected.add("key:" + i);
                }
                pipeline.sync();
            }
            Set<String> found = new HashSet<>();
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> page = jedis.scan(cursor, new ScanParams().match("key:*").count(100));
                found.addAll(page.getResult());
                cursor = page.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
            assertEquals(expected, found);
        }
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void aValueOf20MegabytesComesBackWhole(RedisProtocol protocol) {
        byte[] value = new byte[20 << 20];
        new Random(1).nextBytes(value);
        byte[] key = "big".getBytes(StandardCharsets.US_ASCII);
        try (Jedis jedis = connect(protocol)) {
            jedis.set(key, value);
            assertArrayEquals(value, jedis.get(key));
            assertEquals(value.length + 1, jedis.append(key, new byte[1]));
            assertEquals(1, jedis.del(key));
        }
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void hashCommandsWork(RedisProtocol protocol) {
        try (Jedis jedis = connect(protocol)) {
            assertEquals(2, jedis.hset("h", Map.of("a", "1", "b", "2")));
            assertEquals("1", jedis.hget("h", "a"));
            assertEquals(11, jedis.hincrBy("h", "a", 10));
            assertEquals(2.5, jedis.hincrByFloat("h", "b", 0.5));
            assertEquals(Map.of("a", "11", "b", "2.5"), jedis.hgetAll("h"));
            assertEquals(java.util.Arrays.asList("11", null), jedis.hmget("h", "a", "missing"));
            assertEquals(Set.of("a", "b"), jedis.hkeys("h"));
            assertEquals(Set.of(Map.entry("a", "11"), Map.entry("b", "2.5")), new HashSet<>(jedis.hrandfieldWithValues("h", 5)));
            assertEquals(2, jedis.hscan("h", "0", new ScanParams().match("*")).getResult().size());
            assertEquals(List.of(1L, -2L), jedis.hexpire("h", 1000, "a", "missing"));
            assertTrue(jedis.httl("h", "a").getFirst() > 900);
            assertEquals(1, jedis.hdel("h", "a", "missing"));
            assertFalse(jedis.hexists("h", "a"));
        }
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void listCommandsWorkAndWaitForElements(RedisProtocol protocol) throws InterruptedException {
        try (Jedis jedis = connect(protocol); Jedis other = connect(server, DefaultJedisClientConfig.builder().protocol(protocol))) {
            assertEquals(3, jedis.rpush("l", "c", "a", "b"));
            assertEquals(List.of("a", "b", "c"), jedis.sort("l", new SortingParams().alpha()));
            assertEquals(KeyValue.of("l", "c"), jedis.blpop(1.0, "missing", "l"));
            assertEquals(KeyValue.of("l", List.of("b", "a")), jedis.blmpop(1.0, ListDirection.RIGHT, 5, "l"));
            assertNull(jedis.blpop(0.01, "l"));
            assertNull(jedis.blmove("l", "m", ListDirection.LEFT, ListDirection.RIGHT, 0.01));
            Thread pusher = Thread.ofVirtual().start(() -> {
                awaitBlocked(other);
                other.rpush("l", "late", "later");
            });
            assertEquals(KeyValue.of("l", "late"), jedis.blpop(120.0, "l"));
            pusher.join();
            assertEquals("later", jedis.blmove("l", "m", ListDirection.LEFT, ListDirection.RIGHT, 1));
            assertEquals(List.of("later"), jedis.lrange("m", 0, -1));
        }
    }

    private static void awaitBlocked(Jedis jedis) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!jedis.info("clients").contains("blocked_clients:1") && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aHundredConnectionsAreServed() {
        try (Jedis first = connect(RedisProtocol.RESP2)) {
            List<Jedis> connections = new ArrayList<>();
            try {
                for (int i = 0; i < 100; i++) {
                    connections.add(connect(server, DefaultJedisClientConfig.builder().clientName("client-" + i)));
                }
                for (int round = 0; round < 10; round++) {
                    connections.forEach(jedis -> jedis.incr("n"));
                }
                assertEquals("1000", first.get("n"));
                for (int i = 0; i < 100; i++) {
                    assertEquals("client-" + i, connections.get(i).clientGetname());
                }
            } finally {
                connections.forEach(Jedis::close);
            }
        }
    }

    @Test
    void aPasswordIsRequired() {
        try (ServerProcess guarded = ServerProcess.cairn("--requirepass", "secret")) {
            for (RedisProtocol protocol : RedisProtocol.values()) {
                try (Jedis jedis = connect(guarded, DefaultJedisClientConfig.builder().password("secret").protocol(protocol))) {
                    assertEquals("OK", jedis.set("k", "v"));
                }
                assertThrows(JedisDataException.class,
                        () -> connect(guarded, DefaultJedisClientConfig.builder().password("wrong").protocol(protocol)).close());
            }
            try (Jedis jedis = connect(guarded, DefaultJedisClientConfig.builder())) {
                assertTrue(assertThrows(JedisDataException.class, () -> jedis.get("k")).getMessage().startsWith("NOAUTH"));
                assertEquals("OK", jedis.auth("secret"));
                assertEquals("v", jedis.get("k"));
            }
        }
    }
}
