package dev.cairn.core.config;

/**
 * How much may wait to be sent to a client, by its class.
 *
 * @param normal for ordinary clients
 * @param replica for replicas
 * @param pubsub for clients that have subscribed to something
 */
public record OutputBufferLimits(Limit normal, Limit replica, Limit pubsub) {
    /** The limits when nothing is configured. */
    public static final OutputBufferLimits DEFAULT = new OutputBufferLimits(
            new Limit(0, 0, 0), new Limit(256L << 20, 64L << 20, 60), new Limit(32L << 20, 8L << 20, 60));

    /**
     * The limits of one class; 0 is no limit.
     *
     * @param hardBytes over this the client is closed at once
     * @param softBytes over this for {@code softSeconds} the client is closed
     * @param softSeconds how long it may stay over {@code softBytes}
     */
    public record Limit(long hardBytes, long softBytes, long softSeconds) {}
}
