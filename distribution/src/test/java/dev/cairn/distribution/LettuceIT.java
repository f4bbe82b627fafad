package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.distribution.support.ServerProcess;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.CopyArgs;
import io.lettuce.core.ExpireArgs;
import io.lettuce.core.GetExArgs;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.LMPopArgs;
import io.lettuce.core.LMoveArgs;
import io.lettuce.core.LcsArgs;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.SetArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Drives the built distribution by Lettuce, in RESP3 (its default) and RESP2. */
class LettuceIT {
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

    /** A client with one connection, closed together. */
    private static final class Session implements AutoCloseable {
        final RedisClient client;
        final StatefulRedisConnection<String, String> connection;

        Session(ServerProcess to, ProtocolVersion protocol, String password) {
            RedisURI.Builder uri = RedisURI.builder().withHost("127.0.0.1").withPort(to.port()).withTimeout(Duration.ofSeconds(120));
            if (!password.isEmpty()) {
                uri.withPassword(password.toCharArray());
            }
            client = RedisClient.create(uri.build());
            client.setOptions(ClientOptions.builder().protocolVersion(protocol).autoReconnect(false).build());
            try {
                connection = client.connect();
            } catch (RedisConnectionException e) {
                client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
                throw e;
            }
        }

        Session(ProtocolVersion protocol) {
            this(server, protocol, "");
            connection.sync().flushall();
        }

        RedisCommands<String, String> commands() {
            return connection.sync();
        }

        @Override
        public void close() {
            connection.close();
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void stringCommandsWork(ProtocolVersion protocol) {
        try (Session session = new Session(protocol)) {
            RedisCommands<String, String> redis = session.commands();
            assertEquals("OK", redis.set("k", "v"));
            assertNull(redis.get("missing"));
            assertNull(redis.set("k", "other", SetArgs.Builder.nx()));
            assertEquals("v", redis.setGet("k", "w", SetArgs.Builder.ex(100)));
            assertTrue(redis.ttl("k") > 90);
            assertEquals("w", redis.getex("k", GetExArgs.Builder.persist()));
            assertEquals(-1, redis.ttl("k"));
            assertEquals(5, redis.append("k", "tail"));
            assertEquals(8, redis.setrange("k", 5, "abc"));
            assertEquals("tail", redis.getrange("k", 1, 4));
            assertEquals("wtailabc", redis.getdel("k"));
            assertEquals(10, redis.incrby("n", 10));
            assertEquals(9, redis.decr("n"));
            assertEquals(9.5, redis.incrbyfloat("n", 0.5));
            assertEquals("OK", redis.mset(Map.of("a", "1", "b", "2")));
            assertEquals(false, redis.msetnx(Map.of("b", "3", "c", "4")));
            assertEquals(2, redis.mget("a", "b", "c").stream().filter(value -> value.hasValue()).count());
            redis.mset(Map.of("x", "ohmytext", "y", "mynewtext"));
            assertEquals("mytext", redis.lcs(LcsArgs.Builder.keys("x", "y")).getMatchString());
            assertEquals(6, redis.lcs(LcsArgs.Builder.keys("x", "y").withIdx()).getLen());
            assertThrows(RedisCommandExecutionException.class, () -> redis.incr("x"));
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void genericCommandsWork(ProtocolVersion protocol) {
        try (Session session = new Session(protocol)) {
            RedisCommands<String, String> redis = session.commands();
            redis.mset(Map.of("a", "1", "b", "2", "c", "text"));
            assertEquals(2, redis.exists("a", "b", "missing"));
            assertEquals(true, redis.expire("a", 1000));
            assertEquals(false, redis.expire("a", 10, ExpireArgs.Builder.gt()));
            assertTrue(redis.pttl("a") > 900_000);
            assertEquals(true, redis.persist("a"));
            assertEquals(true, redis.pexpireat("a", 1));
            assertEquals(0, redis.exists("a"));
            assertEquals("OK", redis.rename("b", "d"));
            assertEquals(false, redis.renamenx("d", "c"));
            assertEquals(true, redis.copy("d", "e", CopyArgs.Builder.replace(true)));
            assertEquals("int", redis.objectEncoding("e"));
            assertEquals(Set.of("c", "d", "e"), new HashSet<>(redis.keys("*")));
            assertEquals(true, redis.move("e", 1));
            assertEquals("OK", redis.swapdb(0, 1));
            assertEquals("2", redis.get("e"));
            assertEquals(1, redis.unlink("e"));
            assertEquals(0, redis.dbsize());
            assertEquals("OK", redis.select(1));
            assertEquals(2, redis.del("c", "d"));
            assertEquals("16", redis.configGet("databases").get("databases"));
            assertTrue(redis.info("server").contains("tcp_port:" + server.port()));
            assertTrue(redis.command().size() > 50);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void transactionsHonourWatch(ProtocolVersion protocol) {
        try (Session session = new Session(protocol); StatefulRedisConnection<String, String> other = session.client.connect()) {
            RedisCommands<String, String> redis = session.commands();
            redis.watch("k");
            redis.multi();
            redis.incr("k");
            redis.get("k");
            TransactionResult done = redis.exec();
            assertEquals(List.of(1L, "1"), done.stream().toList());
            redis.watch("k");
            other.sync().incr("k");
            redis.multi();
            redis.incr("k");
            assertTrue(redis.exec().wasDiscarded());
            redis.multi();
            redis.incr("k");
            redis.discard();
            assertEquals("2", redis.get("k"));
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void pipelinesAnswerInOrder(ProtocolVersion protocol) throws ExecutionException, InterruptedException {
        try (Session session = new Session(protocol)) {
            RedisAsyncCommands<String, String> redis = session.connection.async();
            session.connection.setAutoFlushCommands(false);
            List<RedisFuture<Long>> replies = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                replies.add(redis.incr("n"));
            }
            session.connection.flushCommands();
            assertTrue(LettuceFutures.awaitAll(Duration.ofSeconds(30), replies.toArray(new RedisFuture<?>[0])));
            for (int i = 0; i < replies.size(); i++) {
                assertEquals(i + 1, replies.get(i).get());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void scanReturnsEveryKey(ProtocolVersion protocol) {
        try (Session session = new Session(protocol)) {
            RedisCommands<String, String> redis = session.commands();
            Set<String> expected = new HashSet<>();
            for (int i = 0; i < 2000; i++) {
                redis.mset(Map.of("key:" + i, "v", "other:" + i, "v"));
                expected.add("key:" + i);
            }
            Set<String> found = new HashSet<>();
            KeyScanCursor<String> page = redis.scan(ScanArgs.Builder.matches("key:*").limit(100));
            found.addAll(page.getKeys());
            while (!page.isFinished()) {
                page = redis.scan(ScanCursor.of(page.getCursor()), ScanArgs.Builder.matches("key:*").limit(100));
                found.addAll(page.getKeys());
            }
            assertEquals(expected, found);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aValueOf20MegabytesComesBackWhole(ProtocolVersion protocol) {
        byte[] value = new byte[20 << 20];
        new Random(1).nextBytes(value);
        byte[] key = "big".getBytes(StandardCharsets.US_ASCII);
        try (Session session = new Session(protocol);
                StatefulRedisConnection<byte[], byte[]> binary = session.client.connect(ByteArrayCodec.INSTANCE)) {
            assertEquals("OK", binary.sync().set(key, value));
            assertArrayEquals(value, binary.sync().get(key));
            assertEquals(1, binary.sync().del(key));
        }
    }

    @Test
    void aHundredConnectionsAreServed() {
        try (Session session = new Session(ProtocolVersion.RESP3)) {
            List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                connections.add(session.client.connect());
                connections.get(i).sync().clientSetname("client-" + i);
            }
            for (int round = 0; round < 10; round++) {
                connections.forEach(connection -> connection.sync().incr("n"));
            }
            assertEquals("1000", session.commands().get("n"));
            for (int i = 0; i < 100; i++) {
                assertEquals("client-" + i, connections.get(i).sync().clientGetname());
            }
            connections.forEach(StatefulRedisConnection::close);
        }
    }

    @Test
    void aPasswordIsRequired() {
        try (ServerProcess guarded = ServerProcess.cairn("--requirepass", "secret")) {
            for (ProtocolVersion protocol : ProtocolVersion.values()) {
                try (Session session = new Session(guarded, protocol, "secret")) {
                    assertEquals("OK", session.commands().set("k", "v"));
                }
                assertThrows(RedisConnectionException.class, () -> new Session(guarded, protocol, "wrong").close());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void hashCommandsWork(ProtocolVersion protocol) {
        try (Session session = new Session(protocol)) {
            RedisCommands<String, String> redis = session.commands();
            assertEquals(2, redis.hset("h", Map.of("a", "1", "b", "2")));
            assertEquals("1", redis.hget("h", "a"));
            assertEquals(11, redis.hincrby("h", "a", 10));
            assertEquals(2.5, redis.hincrbyfloat("h", "b", 0.5));
            assertEquals(Map.of("a", "11", "b", "2.5"), redis.hgetall("h"));
            assertEquals(Map.of("a", "11", "b", "2.5"), redis.hscan("h").getMap());
            assertEquals(Set.of(KeyValue.just("a", "11"), KeyValue.just("b", "2.5")), new HashSet<>(redis.hrandfieldWithvalues("h", 5)));
            assertEquals(List.of(1L, -2L), redis.hexpire("h", 1000, "a", "missing"));
            assertTrue(redis.httl("h", "a").getFirst() > 900);
            assertEquals(1, redis.hdel("h", "a", "missing"));
            assertEquals(1, redis.hlen("h"));
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void listCommandsWaitForElements(ProtocolVersion protocol) throws Exception {
        try (Session session = new Session(protocol); Session other = new Session(server, protocol, "")) {
            RedisCommands<String, String> redis = session.commands();
            redis.rpush("l", "a", "b", "c");
            assertEquals(KeyValue.just("l", "a"), redis.blpop(1, "missing", "l"));
            assertEquals(KeyValue.just("l", List.of("c", "b")), redis.blmpop(1, LMPopArgs.Builder.right().count(5), "l"));
            assertNull(redis.blpop(0.01, "l"));
            RedisFuture<KeyValue<String, String>> popped = session.connection.async().brpop(120, "l");
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (!other.commands().info("clients").contains("blocked_clients:1") && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            other.commands().rpush("l", "late", "later");
            assertEquals(KeyValue.just("l", "later"), popped.get());
            assertEquals("late", redis.blmove("l", "m", LMoveArgs.Builder.leftRight(), 1));
            assertEquals(List.of("late"), redis.lrange("m", 0, -1));
        }
    }
}
