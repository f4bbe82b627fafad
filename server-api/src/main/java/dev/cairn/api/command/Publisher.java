package dev.cairn.api.command;

/**
 * Sends messages to the clients that have subscribed to a channel, as PUBLISH and SPUBLISH do. Main thread.
 *
 * <p>The bytes are needed only until the method returns.
 */
public interface Publisher {
    /**
     * Publishes a message.
     *
     * @return how often it is delivered: once for each subscription to the channel or to a pattern that it matches
     */
    int publish(Bytes channel, Bytes message);

    /**
     * Publishes a message in a channel of a shard, to which patterns do not apply.
     *
     * @return how often it is delivered: once for each subscription to the channel
     */
    int publishToShard(Bytes channel, Bytes message);
}
