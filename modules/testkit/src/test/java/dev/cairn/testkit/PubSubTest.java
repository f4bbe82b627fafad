package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.api.command.Value;

/** Publish and subscribe as clients see it. */
@Timeout(300)
class PubSubTest {
    private final SampleModule sample = new SampleModule();

    private static String info(TestClient client, String section, String field) {
        return client.line("INFO " + section).lines().filter(l -> l.startsWith(field + ":")).findFirst().orElseThrow()
                .substring(field.length() + 1);
    }

    private static String raw(TestClient client, String expected) {
        return new String(client.receiveBytes(expected.length()), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void deliversToChannelsAndThenToPatterns(int protocol) {
        try (TestServer server = TestServer.with().start(); TestClient a = server.client(protocol); TestClient b = server.client()) {
            assertEquals("[psubscribe, n*, 1]", a.line("PSUBSCRIBE n*"));
            assertEquals("[subscribe, news, 2]", a.line("SUBSCRIBE news"));
            assertEquals("[psubscribe, *s, 3]", a.line("PSUBSCRIBE *s"));
            assertEquals("3", b.line("PUBLISH news hello"));
            assertEquals("[message, news, hello]", a.receiveText());
            assertEquals("[pmessage, n*, news, hello]", a.receiveText());
            assertEquals("[pmessage, *s, news, hello]", a.receiveText());
            assertEquals("0", b.line("PUBLISH other hello"));
            assertEquals("1", b.line("PUBLISH others hello"));
            assertEquals("[pmessage, *s, others, hello]", a.receiveText());
            assertEquals("[unsubscribe, news, 2]", a.line("UNSUBSCRIBE news"));
            assertEquals("[punsubscribe, n*, 1]", a.line("PUNSUBSCRIBE"));
            assertEquals("[punsubscribe, *s, 0]", a.receiveText());
            assertEquals("0", b.line("PUBLISH news hello"));
            assertEquals("PONG", a.line("PING"));
        }
    }

    @Test
    void writesMessagesAsArraysInResp2AndAsPushesInResp3() {
        try (TestServer server = TestServer.with().start();
                TestClient two = server.client(2);
                TestClient three = server.client(3);
                TestClient publisher = server.client()) {
            String confirmed = "3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
            two.send("SUBSCRIBE", "c");
            assertEquals("*" + confirmed, raw(two, "*" + confirmed));
            three.send("SUBSCRIBE", "c");
            assertEquals(">" + confirmed, raw(three, ">" + confirmed));
            publisher.line("PUBLISH c text");
            String message = "3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\ntext\r\n";
            assertEquals("*" + message, raw(two, "*" + message));
            assertEquals(">" + message, raw(three, ">" + message));
            String ended = "3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n";
            two.send("UNSUBSCRIBE");
            assertEquals("*" + ended, raw(two, "*" + ended));
            three.send("UNSUBSCRIBE", "c");
            assertEquals(">" + ended, raw(three, ">" + ended));
            three.send("PSUBSCRIBE", "p*");
            three.receive();
            three.send("UNSUBSCRIBE");
            String none = ">3\r\n$11\r\nunsubscribe\r\n_\r\n:1\r\n";
            assertEquals(none, raw(three, none));
        }
    }

    @Test
    void countsAChannelOnceForEachClient() {
        try (TestServer server = TestServer.with().start(); TestClient client = server.client(3)) {
            client.send("SUBSCRIBE", "a", "a", "b");
            assertEquals("[subscribe, a, 1]", client.receiveText());
            assertEquals("[subscribe, a, 1]", client.receiveText());
            assertEquals("[subscribe, b, 2]", client.receiveText());
            assertEquals("[ssubscribe, a, 1]", client.line("SSUBSCRIBE a"));
            assertEquals("[unsubscribe, x, 2]", client.line("UNSUBSCRIBE x"));
            assertEquals("[a, 1, x, 0]", client.line("PUBSUB NUMSUB a x"));
            assertEquals("[sunsubscribe, a, 0]", client.line("SUNSUBSCRIBE"));
        }
    }

    @Test
    void allowsFewCommandsToSubscribersInResp2() {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            assertEquals("NOSUB 'unsubscribe' command executed not in subscribed mode", client.line("UNSUBSCRIBE"));
            assertEquals("NOSUB 'punsubscribe' command executed not in subscribed mode", client.line("PUNSUBSCRIBE a"));
            assertEquals("NOSUB 'sunsubscribe' command executed not in subscribed mode", client.line("SUNSUBSCRIBE a"));
            client.line("SUBSCRIBE c");
            for (String line : List.of("BOX.GET k", "PUBLISH c x", "CLIENT INFO", "MULTI", "HELLO 3")) {
                String name = line.startsWith("CLIENT") ? "client|info"
                        : line.substring(0, line.indexOf(' ') < 0 ? line.length() : line.indexOf(' '));
                assertEquals("ERR Can't execute '" + name.toLowerCase(java.util.Locale.ROOT)
                        + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context", client.line(line));
            }
            assertEquals("[pong, ]", client.line("PING"));
            assertEquals("[pong, text]", client.line("PING text"));
            assertEquals("[ssubscribe, s, 1]", client.line("SSUBSCRIBE s"));
            assertEquals("[unsubscribe, c, 0]", client.line("UNSUBSCRIBE"));
            assertEquals("[pong, ]", client.line("PING"));
            assertEquals("RESET", client.line("RESET"));
            assertEquals("PONG", client.line("PING"));
            client.line("SUBSCRIBE c");
            client.send("QUIT");
            assertEquals("+OK\r\n", new String(client.receiveToEnd(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void allowsSubscribersOfResp3Everything() {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client(3)) {
            client.line("SUBSCRIBE c");
            assertEquals("PONG", client.line("PING"));
            assertEquals("OK", client.line("BOX.PUT k v"));
            assertInstanceOf(Value.Array.class, client.call("HELLO", "2"));
            assertTrue(client.line("BOX.GET k").startsWith("ERR Can't execute 'box.get'"));
        }
    }

    @Test
    void bringsAMessageToItsSenderAfterTheReply() {
        try (TestServer server = TestServer.with().start(); TestClient client = server.client(3)) {
            client.line("SUBSCRIBE c");
            client.send("PUBLISH", "c", "one");
            assertEquals("1", client.receiveText());
            assertEquals("[message, c, one]", client.receiveText());
            client.line("MULTI");
            for (String line : List.of("PING a", "PUBLISH c two", "SUBSCRIBE d", "PUBLISH d three", "PING b")) {
                assertEquals("QUEUED", client.line(line));
            }
            assertEquals("[a, 1, [subscribe, d, 2], 1, b]", client.line("EXEC"));
            assertEquals("[message, c, two]", client.receiveText());
            assertEquals("[message, d, three]", client.receiveText());
            client.send("CLIENT", "REPLY", "OFF").send("PUBLISH", "c", "four").send("CLIENT", "REPLY", "ON");
            assertEquals("[message, c, four]", client.receiveText());
            assertEquals("OK", client.receiveText());
        }
    }

    @Test
    void isHeardWhateverClientReplySays() {
        try (TestServer server = TestServer.with().start(); TestClient client = server.client(3); TestClient publisher = server.client()) {
            client.send("CLIENT", "REPLY", "OFF").send("PING").send("SUBSCRIBE", "c").send("PSUBSCRIBE", "c*").send("PING");
            assertEquals("[subscribe, c, 1]", client.receiveText());
            assertEquals("[psubscribe, c*, 2]", client.receiveText());
            assertEquals("2", publisher.line("PUBLISH c x"));
            assertEquals("[message, c, x]", client.receiveText());
            assertEquals("[pmessage, c*, c, x]", client.receiveText());
            client.send("UNSUBSCRIBE").send("CLIENT", "REPLY", "ON").send("CLIENT", "REPLY", "SKIP").send("PUNSUBSCRIBE").send("PING");
            assertEquals("[unsubscribe, c, 1]", client.receiveText());
            assertEquals("OK", client.receiveText());
            assertEquals("[punsubscribe, c*, 0]", client.receiveText());
            assertEquals("PONG", client.receiveText());
        }
    }

    @Test
    void subscribesInTransactionsButNotToShards() {
        try (TestServer server = TestServer.with().start(); TestClient client = server.client()) {
            client.line("MULTI");
            assertEquals("NOSUB 'unsubscribe' command executed not in subscribed mode", client.line("UNSUBSCRIBE"));
            assertEquals("EXECABORT Transaction discarded because of previous errors.", client.line("EXEC"));
            client.line("MULTI");
            client.line("SUBSCRIBE c");
            client.line("PUBLISH c x");
            client.line("SSUBSCRIBE c");
            client.line("PING");
            assertEquals("[[subscribe, c, 1], 1, ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client, [pong, ]]", client.line("EXEC"));
            assertEquals("[message, c, x]", client.receiveText());
        }
    }

    @Test
    void keepsShardChannelsApart() {
        try (TestServer server = TestServer.with().start(); TestClient shard = server.client(); TestClient channel = server.client();
                TestClient publisher = server.client()) {
            assertEquals("[ssubscribe, c, 1]", shard.line("SSUBSCRIBE c"));
            assertEquals("[subscribe, c, 1]", channel.line("SUBSCRIBE c"));
            channel.line("PSUBSCRIBE *");
            assertEquals("1", publisher.line("SPUBLISH c s"));
            assertEquals("2", publisher.line("PUBLISH c p"));
            assertEquals("[smessage, c, s]", shard.receiveText());
            assertEquals("[message, c, p]", channel.receiveText());
            assertEquals("[c, 1]", publisher.line("PUBSUB SHARDNUMSUB c"));
            assertEquals("[c]", publisher.line("PUBSUB SHARDCHANNELS"));
            assertEquals("[]", publisher.line("PUBSUB SHARDCHANNELS x*"));
            assertEquals("1", info(publisher, "stats", "pubsubshard_channels"));
        }
    }

    @Test
    void tellsWhoHasSubscribed() throws Exception {
        try (TestServer server = TestServer.with().start(); TestClient client = server.client(); TestClient observer = server.client()) {
            for (String line : List.of("SUBSCRIBE a", "SUBSCRIBE b", "PSUBSCRIBE p*", "SSUBSCRIBE s")) {
                client.line(line);
            }
            assertEquals("[a]", observer.line("PUBSUB CHANNELS [a]"));
            assertEquals(2, Values.elements(observer.call("PUBSUB", "CHANNELS")).size());
            assertEquals("1", observer.line("PUBSUB NUMPAT"));
            assertEquals("[]", observer.line("PUBSUB NUMSUB"));
            assertTrue(
                    observer.line("PUBSUB CHANNELS a b").startsWith("ERR unknown subcommand or wrong number of arguments for 'CHANNELS'."));
            assertTrue(observer.line("PUBSUB HELP").startsWith("[PUBSUB <subcommand> [<arg> [value] [opt] ...]."));
            String line = observer.line("CLIENT LIST TYPE pubsub");
            assertTrue(line.contains(" flags=P ") && line.contains(" sub=2 psub=1 ssub=1 "), line);
            assertFalse(observer.line("CLIENT LIST TYPE normal").contains("flags=P"));
            assertEquals("1", info(observer, "clients", "pubsub_clients"));
            assertEquals("2", info(observer, "stats", "pubsub_channels"));
            assertEquals("1", info(observer, "stats", "pubsub_patterns"));
            client.reset();
            server.await("it has left", () -> server.server().clients().count() == 1);
            assertEquals("[]", observer.line("PUBSUB CHANNELS"));
            assertEquals("0", observer.line("PUBSUB NUMPAT"));
            assertEquals("0", info(observer, "clients", "pubsub_clients"));
            assertEquals("0", observer.line("PUBLISH a x"));
        }
    }

    @Test
    void endsTheSubscriptionsOfAClientThatLeavesInSteps() throws Exception {
        try (TestServer server = TestServer.with().start(); TestClient client = server.client(); TestClient observer = server.client()) {
            String[] command = new String[10_001];
            command[0] = "SUBSCRIBE";
            for (int i = 1; i < command.length; i++) {
                command[i] = "channel:" + i;
            }
            client.send(command);
            for (int i = 1; i < command.length; i++) {
                client.receive();
            }
            client.send("RESET");
            assertEquals("RESET", client.receiveText());
            assertEquals("0", observer.line("PUBLISH channel:10000 x"));
            assertEquals("[subscribe, channel:10000, 1]", client.line("SUBSCRIBE channel:10000"));
            assertEquals("[channel:10000, 1, channel:9999, 0]", observer.line("PUBSUB NUMSUB channel:10000 channel:9999"));
            assertEquals("1", info(observer, "stats", "pubsub_channels"));
        }
    }

    @Test
    void sendsMessagesOfAnySize() {
        try (TestServer server = TestServer.with().start(); TestClient two = server.client(2); TestClient three = server.client(3);
                TestClient publisher = server.client()) {
            String longChannel = "c".repeat(40_000);
            two.line("PSUBSCRIBE *");
            two.line("PSUBSCRIBE " + "c".repeat(2000) + "*");
            three.line("SUBSCRIBE " + longChannel);
            three.line("SUBSCRIBE c");
            for (String channel : List.of("c", longChannel)) {
                for (int size : new int[]{0, 1, 9, 10, 99, 1000, 31_000, 32_000, 100_000, 2_000_000}) {
                    String text = "x".repeat(size);
                    assertEquals(channel.length() > 1 ? "3" : "2", publisher.text("PUBLISH", channel, text));
                    assertEquals("[message, " + channel + ", " + text + "]", three.receiveText());
                    assertEquals("[pmessage, *, " + channel + ", " + text + "]", two.receiveText());
                    if (channel.length() > 1) {
                        assertTrue(two.receiveText().startsWith("[pmessage, ccc"));
                    }
                }
            }
        }
    }

    @Test
    void matchesNoPatternButTheEmptyOneWithAnEmptyChannel() {
        try (TestServer server = TestServer.with().start(); TestClient client = server.client(3)) {
            client.call("PSUBSCRIBE", "*");
            client.call("PSUBSCRIBE", "");
            assertEquals("1", client.text("PUBLISH", "", "x"));
            assertEquals("[pmessage, , , x]", client.receiveText());
        }
    }

    @Test
    void closesASubscriberOverItsHardLimitThoughOthersHaveNone() throws Exception {
        try (TestServer server = TestServer.with(sample)
                .config("client-output-buffer-limit pubsub 100kb 0 0", "client-output-buffer-limit normal 0 0 0").start();
                TestClient publisher = server.client()) {
            server.transport().window(1000);
            TestClient slow = server.client();
            slow.line("SUBSCRIBE c");
            TestClient patient = server.client();
            patient.send("BOX.BYTES", "300000");
            String text = "x".repeat(10_000);
            int deaf = 0;
            for (int i = 0; i < 12; i++) {
                deaf += publisher.text("PUBLISH", "c", text).equals("0") ? 1 : 0;
            }
            server.await("the slow subscriber is closed", () -> server.server().clients().count() == 2);
            assertTrue(deaf > 0 && deaf < 5, () -> "it was closed too early or too late");
            assertEquals("1", info(publisher, "stats", "client_output_buffer_limit_disconnections"));
            assertEquals(300_000, ((Value.Bulk) patient.receive()).bytes().length());
            assertEquals("0", info(publisher, "stats", "pubsub_channels"));
        }
    }

    @Test
    void closesASubscriberOverItsSoftLimitAfterItsTime() throws Exception {
        try (TestServer server = TestServer.with().config("client-output-buffer-limit pubsub 0 100kb 1000").start();
                TestClient publisher = server.client()) {
            server.transport().window(1000);
            TestClient slow = server.client();
            slow.line("SUBSCRIBE c");
            publisher.text("PUBLISH", "c", "x".repeat(150_000));
            server.advance(Duration.ofSeconds(500));
            assertEquals("1", publisher.text("PUBLISH", "c", "x"));
            server.advance(Duration.ofSeconds(700));
            server.await("the slow subscriber is closed", () -> server.server().clients().count() == 1);
        }
    }

    @Test
    void holdsAClientThatPublishesToItselfToItsLimit() throws Exception {
        try (TestServer server = TestServer.with().config("client-output-buffer-limit pubsub 100kb 0 0").start();
                TestClient observer = server.client()) {
            TestClient loud = server.client(3);
            loud.line("SUBSCRIBE c");
            loud.send("MULTI");
            for (int i = 0; i < 12; i++) {
                loud.send("PUBLISH", "c", "x".repeat(10_000));
            }
            loud.send("EXEC");
            server.await("it is closed", () -> server.server().clients().count() == 1);
            assertEquals("1", info(observer, "stats", "client_output_buffer_limit_disconnections"));
        }
    }

    @Test
    void neverClosesAnIdleSubscriber() throws Exception {
        try (TestServer server = TestServer.with().config("timeout 30").start();
                TestClient subscriber = server.client(); TestClient idle = server.client()) {
            subscriber.line("SUBSCRIBE c");
            idle.line("PING");
            server.advance(Duration.ofSeconds(31));
            assertEquals(0, idle.receiveToEnd().length);
            assertEquals("[pong, ]", subscriber.line("PING"));
        }
    }

    @Test
    void killsSubscribersByTheirType() throws Exception {
        try (TestServer server = TestServer.with().start(); TestClient subscriber = server.client(); TestClient killer = server.client()) {
            subscriber.line("SUBSCRIBE c");
            assertEquals("1", killer.line("CLIENT KILL TYPE pubsub"));
            assertEquals(0, subscriber.receiveToEnd().length);
        }
    }

    @Test
    void publishesTheEventsThatAreEnabled() throws Exception {
        try (TestServer server = TestServer.with(sample).config("notify-keyspace-events KEAnm").start();
                TestClient client = server.client(); TestClient events = server.client()) {
            events.line("PSUBSCRIBE __key*__:*");
            client.line("SELECT 12");
            client.line("BOX.PUT k v");
            for (String event : List.of("new", "put")) {
                assertEquals("[pmessage, __key*__:*, __keyspace@12__:k, " + event + "]", events.receiveText());
                assertEquals("[pmessage, __key*__:*, __keyevent@12__:" + event + ", k]", events.receiveText());
            }
            client.line("PEXPIRE k 100000");
            assertEquals("[pmessage, __key*__:*, __keyspace@12__:k, expire]", events.receiveText());
            assertEquals("[pmessage, __key*__:*, __keyevent@12__:expire, k]", events.receiveText());
            assertEquals("OK", client.line("CONFIG SET notify-keyspace-events Exm"));
            server.advance(Duration.ofSeconds(200));
            assertEquals("[pmessage, __key*__:*, __keyevent@12__:expired, k]", events.receiveText());
            client.line("BOX.GET k");
            assertEquals("[pmessage, __key*__:*, __keyevent@12__:keymiss, k]", events.receiveText());
            client.line("CONFIG SET notify-keyspace-events gxEK");
            assertEquals("[notify-keyspace-events, gxKE]", client.line("CONFIG GET notify-keyspace-events"));
            client.line("BOX.PUT k v");
            client.line("DEL k");
            assertEquals("[pmessage, __key*__:*, __keyspace@12__:k, del]", events.receiveText());
            assertEquals("[pmessage, __key*__:*, __keyevent@12__:del, k]", events.receiveText());
            client.line("CONFIG SET notify-keyspace-events A");
            client.line("BOX.PUT k v");
            client.text("CONFIG", "SET", "notify-keyspace-events", "");
            client.line("BOX.PUT k v");
            assertEquals("1", client.line("PUBLISH __key__:end x"));
            assertEquals("[pmessage, __key*__:*, __key__:end, x]", events.receiveText());
            String longKey = "k".repeat(100_000);
            client.line("CONFIG SET notify-keyspace-events KEd");
            client.line("BOX.PUT " + longKey + " v");
            assertEquals("[pmessage, __key*__:*, __keyspace@12__:" + longKey + ", put]", events.receiveText());
            assertEquals("[pmessage, __key*__:*, __keyevent@12__:put, " + longKey + "]", events.receiveText());
        }
    }

    @Test
    void bringsAClientTheEventsOfItsOwnCommandsAfterTheReply() {
        try (TestServer server = TestServer.with(sample).config("notify-keyspace-events Ed").start();
                TestClient client = server.client(3)) {
            client.line("SUBSCRIBE __keyevent@0__:put");
            client.send("BOX.PUT", "k", "v");
            assertEquals("OK", client.receiveText());
            assertEquals("[message, __keyevent@0__:put, k]", client.receiveText());
        }
    }

    @Test
    void bringsABlockedClientTheEventsOfItsOwnCommandAfterTheReply() throws Exception {
        try (TestServer server = TestServer.with(sample).config("notify-keyspace-events Ed").start();
                TestClient waiting = server.client(3); TestClient other = server.client()) {
            waiting.line("PSUBSCRIBE __keyevent@0__:*");
            waiting.send("BOX.TAKE", "k", "0");
            server.await("it waits", () -> server.server().blockedClients() == 1);
            other.line("BOX.PUT k v");
            assertEquals("[pmessage, __keyevent@0__:*, __keyevent@0__:put, k]", waiting.receiveText());
            assertEquals("v", waiting.receiveText());
            assertEquals("[pmessage, __keyevent@0__:*, __keyevent@0__:taken, k]", waiting.receiveText());
        }
    }

    @Test
    void letsModulesPublish() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client(3)) {
            client.line("SUBSCRIBE c");
            client.line("SSUBSCRIBE s");
            assertEquals("1", client.line("BOX.SAY c hello"));
            assertEquals("[message, c, hello]", client.receiveText());
            int receivers = server.onMain(() -> sample.context.publisher().publish(dev.cairn.api.command.Bytes.of("c"),
                    dev.cairn.api.command.Bytes.of("from main")));
            assertEquals(1, receivers);
            assertEquals("[message, c, from main]", client.receiveText());
            server.onMain(() -> sample.context.publisher().publishToShard(dev.cairn.api.command.Bytes.of("s"),
                    dev.cairn.api.command.Bytes.of("from main")));
            assertEquals("[smessage, s, from main]", client.receiveText());
        }
    }
}
