package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much memory the clients take, each and by class, and the eviction of the largest when all take more than {@code maxmemory-clients}
 * allows. Main thread.
 *
 * <p>What a client takes is counted anew whenever its buffers may have changed, but only if there is a limit; otherwise the cron's regular
 * look is enough. Clients that may be evicted stand in buckets by the logarithm of their size, so that the largest are found at once and a
 * client changes its place only when its size doubles or halves. Eviction takes them from the largest bucket down.
 */
public final class ClientMemory {
    /** Heap that a client's objects take, bytes, roughly. */
    private static final int OBJECTS = 640;
    /** Heap and index that a watched key takes, bytes, roughly. */
    private static final int WATCHED_KEY = 128;
    /** Memory that a subscription takes beside its name, which others share, bytes, roughly. */
    private static final int SUBSCRIPTION = 64;
    /** The least limit that has effect: with less nobody could talk to the server any more. */
    private static final long LEAST_LIMIT = 128 << 10;
    private static final int SMALLEST_BUCKET = 15;
    private static final int LARGEST_BUCKET = 33;
    private static final Logger LOG = LoggerFactory.getLogger(ClientMemory.class);

    private final Server server;
    private final List<Set<ServerClient>> buckets = new ArrayList<>();
    private final long[] byClass = new long[ClientLimits.OutputClass.values().length];
    private long configured;
    private long maxMemory;
    private long limit;

    ClientMemory(Server server) {
        this.server = server;
        for (int i = SMALLEST_BUCKET; i <= LARGEST_BUCKET; i++) {
            buckets.add(new LinkedHashSet<>());
        }
    }

    /** Bytes that a client takes, its part of what the server knows of it included. */
    public static long of(ServerClient c, PubSub pubsub) {
        long sum = OBJECTS + c.queryCapacity + c.parser.heldBytes() + replies(c) + c.queuedBytes()
                + (long) c.watchedKeys() * WATCHED_KEY;
        if (c.postponed != null) {
            sum += c.postponed.heldBytes();
        }
        if (c.isSubscriber()) {
            for (PubSub.Kind kind : PubSub.Kind.values()) {
                sum += (long) SUBSCRIPTION * pubsub.count(kind, c);
            }
        }
        return sum;
    }

    /** Bytes of what waits to be sent. A short reply that a thread is sending counts as sent, as it would be if main had sent it. */
    private static long replies(ServerClient c) {
        return c.lent() && c.reply.listedChunks() == 0 ? 0 : c.reply.heldBytes();
    }

    /**
     * Sets the limit of all clients together.
     *
     * @param clients bytes, or the negated percentage of {@code memory}, or 0 for no limit
     * @param memory the limit of the whole server in bytes, 0 for none
     */
    public void limit(long clients, long memory) {
        configured = clients;
        maxMemory = memory;
        boolean before = limit != 0;
        if (configured < 0 && maxMemory > 0) {
            limit = Math.max(LEAST_LIMIT, (long) ((double) maxMemory * -configured / 100));
        } else {
            limit = configured > 0 ? Math.max(LEAST_LIMIT, configured) : 0;
        }
        if (before != (limit != 0)) {
            server.clients().all().forEach(this::count);
        }
    }

    /** Bytes of clients that send commands, subscribers included, as last counted. */
    public long normal() {
        return byClass[ClientLimits.OutputClass.NORMAL.ordinal()] + byClass[ClientLimits.OutputClass.PUBSUB.ordinal()];
    }

    /** Bytes of replicas, as last counted. */
    public long replicas() {
        return byClass[ClientLimits.OutputClass.REPLICA.ordinal()];
    }

    /** The buffers of a client may have changed. */
    void changed(ServerClient client) {
        if (limit != 0) {
            count(client);
        }
    }

    /** Counts what a client takes now, and finds its bucket. */
    void count(ServerClient client) {
        if (client.closing() || client.lentForRead()) {
            return; // what a thread has is counted when it is back
        }
        ClientLimits.OutputClass type = client.outputClass();
        long bytes = of(client, server.pubsub());
        if (client.countedAs != null) {
            byClass[client.countedAs.ordinal()] -= client.countedBytes;
        }
        byClass[type.ordinal()] += bytes;
        client.countedAs = type;
        client.countedBytes = bytes;
        Set<ServerClient> wanted = limit == 0 || client.noEvict || type == ClientLimits.OutputClass.REPLICA ? null : bucket(bytes);
        move(client, wanted);
    }

    @SuppressWarnings("ReferenceEquality") // a bucket is its identity
    private static void move(ServerClient client, @Nullable Set<ServerClient> to) {
        Set<ServerClient> from = client.bucket;
        if (from != to) {
            if (from != null) {
                from.remove(client);
            }
            if (to != null) {
                to.add(client);
            }
            client.bucket = to;
        }
    }

    private Set<ServerClient> bucket(long bytes) {
        int log = Long.SIZE - Long.numberOfLeadingZeros(bytes);
        return buckets.get(Math.clamp(log, SMALLEST_BUCKET, LARGEST_BUCKET) - SMALLEST_BUCKET);
    }

    /** A client leaves, or is about to. */
    void left(ServerClient client) {
        if (client.countedAs != null) {
            byClass[client.countedAs.ordinal()] -= client.countedBytes;
            client.countedAs = null;
            client.countedBytes = 0;
        }
        move(client, null);
    }

    /** Whether clients take more than they may. */
    boolean over() {
        return limit != 0 && normal() >= limit;
    }

    /** Closes the largest clients until the others take no more than they may. */
    void evict() {
        for (int i = buckets.size() - 1; i >= 0 && over(); i--) {
            Set<ServerClient> bucket = buckets.get(i);
            while (over() && !bucket.isEmpty()) {
                ServerClient client = bucket.iterator().next();
                LOG.info("Evicting client: id={} addr={} name={} tot-mem={}", client.id(), client.address(), client.name(),
                        client.countedBytes);
                server.clients().close(client);
                left(client);
                server.stats().evictedClients++;
            }
        }
        if (over()) {
            LOG.debug("Over client maxmemory after evicting all evictable clients");
        }
    }
}
