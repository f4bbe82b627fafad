package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.distribution.support.ServerProcess;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.params.SetParams;

/** Publishes and subscribes by Jedis and Lettuce, in RESP2 and RESP3. */
class PubSubIT {
    private static final int PATIENCE_SECONDS = 30;
    private static @Nullable ServerProcess server;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

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

    private static int port() {
        assert server != null;
        return server.port();
    }

    private void hears(String what) throws InterruptedException {
        assertEquals(what, heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    private static Jedis jedis(RedisProtocol protocol) {
        return new Jedis(new HostAndPort("127.0.0.1", port()),
                DefaultJedisClientConfig.builder().protocol(protocol).timeoutMillis(PATIENCE_SECONDS * 1000).build());
    }

    /** Notes all that it hears. */
    private final class JedisListener extends JedisPubSub {
        @Override
        public void onMessage(String channel, String message) {
            heard.add("message " + channel + " " + message);
        }

        @Override
        public void onPMessage(String pattern, String channel, String message) {
            heard.add("pmessage " + pattern + " " + channel + " " + message);
        }

        @Override
        public void onSubscribe(String channel, int subscribed) {
            heard.add("subscribe " + channel + " " + subscribed);
        }

        @Override
        public void onUnsubscribe(String channel, int subscribed) {
            heard.add("unsubscribe " + channel + " " + subscribed);
        }

        @Override
        public void onPSubscribe(String pattern, int subscribed) {
            heard.add("psubscribe " + pattern + " " + subscribed);
        }

        @Override
        public void onPUnsubscribe(String pattern, int subscribed) {
            heard.add("punsubscribe " + pattern + " " + subscribed);
        }

        @Override
        public void onPong(String pattern) {
            heard.add("pong " + pattern);
        }
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void jedisSubscribesAndHears(RedisProtocol protocol) throws InterruptedException, ExecutionException, TimeoutException {
        JedisListener listener = new JedisListener();
        CompletableFuture<Void> loop = CompletableFuture.runAsync(() -> {
            try (Jedis subscriber = jedis(protocol)) {
                subscriber.subscribe(listener, "a", "b");
            }
        });
        try (Jedis publisher = jedis(protocol)) {
            hears("subscribe a 1");
            hears("subscribe b 2");
            listener.psubscribe("news.*");
            hears("psubscribe news.* 3");
            assertEquals(1, publisher.publish("a", "first"));
            assertEquals(1, publisher.publish("news.today", "second"));
            assertEquals(0, publisher.publish("c", "nobody"));
            hears("message a first");
            hears("pmessage news.* news.today second");
            assertEquals(Map.of("a", 1L, "c", 0L), publisher.pubsubNumSub("a", "c"));
            assertEquals(1, publisher.pubsubNumPat());
            assertEquals(List.of("a"), publisher.pubsubChannels("a*"));
            String value = "x".repeat(1 << 20);
            assertEquals(1, publisher.publish("b", value));
            hears("message b " + value);
            listener.unsubscribe("a");
            hears("unsubscribe a 2");
            listener.punsubscribe();
            hears("punsubscribe news.* 1");
            listener.unsubscribe();
            hears("unsubscribe b 0");
            loop.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertEquals(0, publisher.publish("a", "gone"));
        }
        assertTrue(heard.isEmpty(), heard::toString);
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void jedisHearsTheEventsOfKeys(RedisProtocol protocol) throws InterruptedException, ExecutionException, TimeoutException {
        JedisListener listener = new JedisListener();
        try (Jedis writer = jedis(protocol)) {
            assertEquals("OK", writer.configSet("notify-keyspace-events", "KEA"));
            CompletableFuture<Void> loop = CompletableFuture.runAsync(() -> {
                try (Jedis subscriber = jedis(protocol)) {
                    subscriber.psubscribe(listener, "__key*@0__:*");
                }
            });
            hears("psubscribe __key*@0__:* 1");
            writer.set("k", "v", SetParams.setParams().px(50));
            hears("pmessage __key*@0__:* __keyspace@0__:k set");
            hears("pmessage __key*@0__:* __keyevent@0__:set k");
            hears("pmessage __key*@0__:* __keyspace@0__:k expire");
            hears("pmessage __key*@0__:* __keyevent@0__:expire k");
            hears("pmessage __key*@0__:* __keyspace@0__:k expired");
            hears("pmessage __key*@0__:* __keyevent@0__:expired k");
            writer.configSet("notify-keyspace-events", "");
            listener.punsubscribe();
            hears("punsubscribe __key*@0__:* 0");
            loop.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void lettuceSubscribesAndHears(ProtocolVersion protocol) throws InterruptedException {
        RedisClient client = RedisClient.create(RedisURI.builder().withHost("127.0.0.1").withPort(port())
                .withTimeout(Duration.ofSeconds(PATIENCE_SECONDS)).build());
        client.setOptions(ClientOptions.builder().protocolVersion(protocol).autoReconnect(false).build());
        try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub();
                StatefulRedisConnection<String, String> publisher = client.connect()) {
            subscriber.addListener(new LettuceListener());
            subscriber.sync().subscribe("a", "b");
            subscriber.sync().psubscribe("news.*");
            subscriber.sync().ssubscribe("s");
            List<String> confirmed = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                confirmed.add(String.valueOf(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)));
            }
            assertEquals(List.of("subscribe a 1", "subscribe b 2", "psubscribe news.* 3", "ssubscribe s 1"), confirmed);
            assertEquals(1, publisher.sync().publish("a", "first"));
            assertEquals(1, publisher.sync().publish("news.today", "second"));
            assertEquals(1, publisher.sync().spublish("s", "third"));
            hears("message a first");
            hears("pmessage news.* news.today second");
            hears("smessage s third");
            assertEquals(List.of("s"), publisher.sync().pubsubShardChannels());
            if (protocol == ProtocolVersion.RESP3) {
                assertEquals("OK", subscriber.sync().set("k", "v"));
                assertEquals("v", subscriber.sync().get("k"));
                assertEquals(1, subscriber.sync().publish("b", "to myself"));
                hears("message b to myself");
            }
            if (protocol == ProtocolVersion.RESP3) {
                // In RESP2 Lettuce itself refuses this to subscribers.
                subscriber.sync().sunsubscribe("s");
                hears("sunsubscribe s 0");
            }
            subscriber.sync().unsubscribe("a", "b");
            subscriber.sync().punsubscribe("news.*");
            hears("unsubscribe a 2");
            hears("unsubscribe b 1");
            hears("punsubscribe news.* 0");
            assertEquals(0, publisher.sync().publish("a", "gone"));
            assertNull(publisher.sync().get("missing"));
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    /** Notes all that it hears. */
    private final class LettuceListener extends RedisPubSubAdapter<String, String> {
        @Override
        public void message(String channel, String message) {
            heard.add("message " + channel + " " + message);
        }

        @Override
        public void message(String pattern, String channel, String message) {
            heard.add("pmessage " + pattern + " " + channel + " " + message);
        }

        @Override
        public void smessage(String shardChannel, String message) {
            heard.add("smessage " + shardChannel + " " + message);
        }

        @Override
        public void subscribed(String channel, long count) {
            heard.add("subscribe " + channel + " " + count);
        }

        @Override
        public void psubscribed(String pattern, long count) {
            heard.add("psubscribe " + pattern + " " + count);
        }

        @Override
        public void ssubscribed(String shardChannel, long count) {
            heard.add("ssubscribe " + shardChannel + " " + count);
        }

        @Override
        public void unsubscribed(String channel, long count) {
            heard.add("unsubscribe " + channel + " " + count);
        }

        @Override
        public void punsubscribed(String pattern, long count) {
            heard.add("punsubscribe " + pattern + " " + count);
        }

        @Override
        public void sunsubscribed(String shardChannel, long count) {
            heard.add("sunsubscribe " + shardChannel + " " + count);
        }
    }
}
