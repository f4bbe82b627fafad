package dev.cairn.core.server;

import java.util.ArrayDeque;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Publisher;
import dev.cairn.api.command.Reply;
import dev.cairn.core.pubsub.Message;
import dev.cairn.core.pubsub.PatternIndex;
import dev.cairn.core.pubsub.Scratch;
import dev.cairn.core.pubsub.Subscriptions;
import dev.cairn.resp.Glob;
import dev.cairn.resp.NativeBytes;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.structures.Heap;

/**
 * Publish and subscribe: which clients have subscribed to which channels, shard channels and patterns, and the way of a message to them.
 * Main thread.
 *
 * <p>A message goes to the subscribers of its channel in the order in which they subscribed, then to those of the patterns that match it.
 * It is written into each client's replies at once, whatever CLIENT REPLY says; only one that a client sends to itself, by PUBLISH or by
 * the event of a key, waits until the reply to what it executes, all of EXEC included, is complete.
 *
 * <p>A client with subscriptions has a number, by which these know it. When it leaves, its number stands for nobody at once, but the
 * subscriptions are taken apart in steps between the turns of the loop: it may have had a million.
 */
public final class PubSub implements Publisher, AutoCloseable {
    /** The kinds of subscriptions. */
    public enum Kind {
        /** To a channel. */
        CHANNEL("subscribe", "unsubscribe", "message"),
        /** To all channels that match a pattern. */
        PATTERN("psubscribe", "punsubscribe", "pmessage"),
        /** To a channel of a shard. */
        SHARD("ssubscribe", "sunsubscribe", "smessage");

        private final Bytes subscribed;
        private final Bytes unsubscribed;
        private final Bytes message;

        Kind(String subscribed, String unsubscribed, String message) {
            this.subscribed = Bytes.of(subscribed);
            this.unsubscribed = Bytes.of(unsubscribed);
            this.message = Bytes.of(message);
        }
    }

    /** Subscriptions of those who have left that are ended in one turn of the loop: few enough for code that the JVM has not compiled yet. */
    private static final int STEP = 200;

    private final Server server;
    private final Heap heap = new Heap(false);
    private final Subscriptions channels = new Subscriptions(heap, 0);
    private final Subscriptions patterns = new Subscriptions(heap, PatternIndex.RESERVED_BYTES);
    private final Subscriptions shards = new Subscriptions(heap, 0);
    private final PatternIndex index = new PatternIndex(heap, patterns);
    private final Message message = new Message(heap);
    private final Scratch scratch = new Scratch(heap);
    private final NativeBytes view = new NativeBytes();
    private @Nullable ServerClient[] clients = new ServerClient[8];
    private final ArrayDeque<Integer> freeNumbers = new ArrayDeque<>();
    private final ArrayDeque<Integer> left = new ArrayDeque<>();
    private int numbers;
    private int count;

    PubSub(Server server) {
        this.server = server;
    }

    private Subscriptions of(Kind kind) {
        return switch (kind) {
            case CHANNEL -> channels;
            case PATTERN -> patterns;
            case SHARD -> shards;
        };
    }

    /** Number of clients that have subscribed to anything. */
    public int clients() {
        return count;
    }

    /** Number of channels or patterns that clients have subscribed to. */
    public long topics(Kind kind) {
        return of(kind).topics();
    }

    /** Number of a client's subscriptions of a kind. */
    public int count(Kind kind, ServerClient client) {
        return client.subscriber < 0 ? 0 : of(kind).count(client.subscriber);
    }

    /** Bytes that subscriptions take. */
    public long bytes() {
        return heap.usedBytes() + channels.mappedBytes() + patterns.mappedBytes() + shards.mappedBytes() + index.mappedBytes();
    }

    /** How many patterns were tried for the messages so far. */
    public long patternsTried() {
        return index.tried();
    }

    /** Subscribes a client, if it has not subscribed already, and confirms it. */
    public void subscribe(Kind kind, ServerClient client, Bytes topicName) {
        if (client.subscriber < 0) {
            client.subscriber = number(client);
            count++;
        }
        long topic = of(kind).add(client.subscriber, scratch.of(topicName));
        if (kind == Kind.PATTERN && topic != 0 && Subscriptions.subscribers(topic) == 1) {
            index.add(topic);
        }
        scratch.release();
        confirm(client, kind.subscribed, topicName, confirmedCount(kind, client));
    }

    private int number(ServerClient client) {
        Integer free = freeNumbers.poll();
        int number = free == null ? numbers++ : free;
        if (number == clients.length) {
            clients = Arrays.copyOf(clients, 2 * number);
        }
        clients[number] = client;
        return number;
    }

    /** Ends a client's subscription, if there is one, and confirms it. */
    public void unsubscribe(Kind kind, ServerClient client, Bytes topicName) {
        long subscription = client.subscriber < 0 ? 0 : of(kind).find(client.subscriber, scratch.of(topicName));
        scratch.release();
        if (subscription != 0) {
            remove(kind, subscription);
        }
        confirm(client, kind.unsubscribed, topicName, confirmedCount(kind, client));
        forgetIfDone(client);
    }

    /** Ends all subscriptions of a kind that a client has, and confirms each, or that there was none. */
    public void unsubscribe(Kind kind, ServerClient client) {
        if (count(kind, client) == 0) {
            confirm(client, kind.unsubscribed, null, confirmedCount(kind, client));
            return;
        }
        for (long s = of(kind).firstOf(client.subscriber); s != 0; s = of(kind).firstOf(client.subscriber)) {
            confirm(client, kind.unsubscribed, of(kind).name(Subscriptions.topicOf(s), view), confirmedCount(kind, client) - 1);
            remove(kind, s);
        }
        forgetIfDone(client);
    }

    private int confirmedCount(Kind kind, ServerClient client) {
        return kind == Kind.SHARD ? count(kind, client) : count(Kind.CHANNEL, client) + count(Kind.PATTERN, client);
    }

    private static void confirm(ServerClient client, Bytes word, @Nullable Bytes topicName, int confirmedCount) {
        ReplyWriter out = client.reply;
        boolean muted = out.muted();
        out.mute(false);
        out.push(3).bulk(word);
        if (topicName == null) {
            out.nil();
        } else {
            out.bulk(topicName);
        }
        out.integer(confirmedCount);
        out.mute(muted);
    }

    private void remove(Kind kind, long subscription) {
        long topic = Subscriptions.topicOf(subscription);
        if (kind == Kind.PATTERN && Subscriptions.subscribers(topic) == 1) {
            index.remove(topic);
        }
        of(kind).remove(subscription);
    }

    private void forgetIfDone(ServerClient client) {
        int number = client.subscriber;
        if (number >= 0 && isDone(number)) {
            release(client);
            freeNumbers.add(number);
        }
    }

    private boolean isDone(int number) {
        return channels.count(number) + patterns.count(number) + shards.count(number) == 0;
    }

    private void release(ServerClient client) {
        clients[client.subscriber] = null;
        client.subscriber = -1;
        count--;
    }

    /** Ends all subscriptions of a client without a word. */
    public void leave(ServerClient client) {
        int number = client.subscriber;
        if (number >= 0) {
            release(client);
            left.add(number);
            endStep();
        }
    }

    private void endStep() {
        end(STEP);
        if (!left.isEmpty()) {
            server.loop().post(this::endStep);
        }
    }

    /** Ends up to so many subscriptions of those who have left. */
    private void end(int most) {
        int more = most;
        while (more > 0 && !left.isEmpty()) {
            int number = left.element();
            for (Kind kind : KINDS) {
                long s = of(kind).firstOf(number);
                while (s != 0 && more-- > 0) {
                    remove(kind, s);
                    s = of(kind).firstOf(number);
                }
            }
            if (isDone(number)) {
                left.remove();
                freeNumbers.add(number);
            }
        }
    }

    @Override
    public int publish(Bytes channel, Bytes text) {
        if (channels.topics() + patterns.topics() == 0) {
            return 0;
        }
        NativeBytes name = scratch.of(channel);
        long topic = channels.topic(name);
        int matches = patterns.topics() == 0 ? 0 : index.match(name);
        int receivers = 0;
        if (topic != 0 || matches > 0) {
            message.set(name, text);
            receivers = topic == 0 ? 0 : send(Kind.CHANNEL, topic, null);
            for (int i = 0; i < matches; i++) {
                receivers += send(Kind.PATTERN, index.found(i), patterns.name(index.found(i), view));
            }
            message.clear();
            index.trim();
        }
        scratch.release();
        return receivers;
    }

    @Override
    public int publishToShard(Bytes channel, Bytes text) {
        NativeBytes name = scratch.of(channel);
        long topic = shards.topics() == 0 ? 0 : shards.topic(name);
        int receivers = 0;
        if (topic != 0) {
            message.set(name, text);
            receivers = send(Kind.SHARD, topic, null);
            message.clear();
        }
        scratch.release();
        return receivers;
    }

    private int send(Kind kind, long topic, @Nullable Bytes pattern) {
        message.head(kind.message, pattern);
        int receivers = 0;
        for (long s = Subscriptions.first(topic); s != 0; s = Subscriptions.next(s)) {
            ServerClient client = clients[Subscriptions.owner(s)];
            if (client != null) {
                receivers++;
                if (!client.closeAfterReply && !client.closing()) {
                    send(client);
                }
            }
        }
        return receivers;
    }

    private void send(ServerClient client) {
        if (client == server.dispatcher().current()) {
            message.writeTo(server.clients().postponed(client));
            server.clients().limitOutput(client);
            return;
        }
        boolean muted = client.reply.muted();
        client.reply.mute(false);
        message.writeTo(client.reply);
        client.reply.mute(muted);
        server.clients().replied(client);
    }

    /** Number of clients that have subscribed to a channel. */
    public int subscribers(Kind kind, Bytes channel) {
        end(Integer.MAX_VALUE);
        long topic = of(kind).topic(scratch.of(channel));
        scratch.release();
        return topic == 0 ? 0 : Subscriptions.subscribers(topic);
    }

    /** Number of patterns that clients have subscribed to. */
    public long patterns() {
        end(Integer.MAX_VALUE);
        return patterns.topics();
    }

    /** Replies with the channels that match a pattern, all without one. */
    public void channels(Kind kind, @Nullable Bytes pattern, Reply out) {
        end(Integer.MAX_VALUE);
        int mark = out.begin(Reply.Shape.ARRAY);
        int[] n = {0};
        of(kind).forEach(topic -> {
            NativeBytes name = of(kind).name(topic, view);
            if (pattern == null || Glob.matches(pattern, name)) {
                out.bulk(name);
                n[0]++;
            }
        });
        out.end(mark, n[0]);
    }

    @Override
    public void close() {
        channels.drop();
        patterns.drop();
        shards.drop();
        index.drop();
        heap.close();
    }

    private static final Kind[] KINDS = Kind.values();
}
