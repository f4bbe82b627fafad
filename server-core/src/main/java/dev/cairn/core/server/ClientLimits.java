package dev.cairn.core.server;

/** The limits on clients that the configuration sets. Main thread. */
public final class ClientLimits {
    /** The classes of clients that have output limits of their own. */
    public enum OutputClass {
        /** Clients that send commands. */
        NORMAL,
        /** Replicas. */
        REPLICA,
        /** Clients that subscribe. */
        PUBSUB
    }

    /**
     * The limits of one class, 0 for none.
     *
     * @param hard bytes at which the client is closed at once
     * @param soft bytes at which it is closed after some time
     * @param seconds that time
     */
    public record Output(long hard, long soft, int seconds) {
    }

    /** Most clients. */
    public int maxClients = 10_000;
    /** Most bytes of a query buffer. */
    public long queryBuffer = 1L << 30;
    /** Longest bulk in bytes. */
    public long bulk = 512L << 20;
    /** Seconds after which an idle client is closed; 0 for never. */
    public int timeoutSeconds;
    private final Output[] output = {new Output(0, 0, 0), new Output(256 << 20, 64 << 20, 60), new Output(32 << 20, 8 << 20, 60)};

    /** Sets the limits of a class. */
    public void output(OutputClass of, Output limit) {
        output[of.ordinal()] = limit;
    }

    /** The limits of a class. */
    public Output output(OutputClass of) {
        return output[of.ordinal()];
    }

    int initialQuery() {
        return 64 << 10;
    }

    /** Whether so many bytes are more than the client's class may have waiting at any time. */
    boolean overHardLimit(ServerClient client, long used) {
        Output limit = output(client.outputClass());
        return limit.hard() > 0 && used >= limit.hard();
    }

    /** Whether the client has to be closed, by its class's limits. Time is counted in whole seconds, as Redis counts it, so never too early. */
    boolean overOutputLimit(ServerClient client, long used, long nowSeconds) {
        Output limit = output(client.outputClass());
        boolean hard = overHardLimit(client, used);
        boolean soft = limit.soft() > 0 && used >= limit.soft();
        if (!soft) {
            client.softLimitSince = 0;
        } else if (client.softLimitSince == 0) {
            client.softLimitSince = Math.max(1, nowSeconds);
            soft = false;
        } else {
            soft = nowSeconds - client.softLimitSince > limit.seconds();
        }
        return hard || soft;
    }
}
