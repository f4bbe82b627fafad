package dev.cairn.core.config;

import dev.cairn.api.config.OptionError;

/**
 * What the server does when CONFIG SET changes an option of the core. Called on the main thread; the option has its new value already,
 * and gets its old one back, with another call, when a method refuses. Options that are read where they matter have no method here.
 */
public interface CoreHooks {
    /** Hooks that do nothing. */
    CoreHooks NONE = new CoreHooks() {};

    /** Makes room for a number of clients. */
    default void maxClients(long clients) throws OptionError {}

    /** Sets how often the cron runs, in times a second. */
    default void hz(long hz) throws OptionError {}

    /** Closes the clients of closed listeners once they are idle, or keeps them. */
    default void drainClosedListeners(boolean drain) throws OptionError {}

    /** Lets the frequency of the cron follow the number of clients, or not. */
    default void dynamicHz(boolean dynamic) throws OptionError {}

    /** Sets the least level that is logged. */
    default void logLevel(String level) throws OptionError {}

    /** Sets the password of the default user, empty for none. */
    default void requirePass(String password) throws OptionError {}

    /** Changes the working directory to an absolute path, a byte string. */
    default void directory(String path) throws OptionError {}

    /** Sets the limits of output buffers. */
    default void outputBufferLimits(OutputBufferLimits limits) throws OptionError {}

    /** Sets the largest argument that is read, in bytes. */
    default void protoMaxBulkLen(long bytes) throws OptionError {}

    /** Sets how much a query buffer may hold, in bytes. */
    default void queryBufferLimit(long bytes) throws OptionError {}

    /** Sets after how many idle seconds a client is closed; 0 is never. */
    default void timeout(long seconds) throws OptionError {}

    /** Tells that {@code maxmemory-clients}, or {@code maxmemory} of which it may be a share, has changed. */
    default void clientMemoryChanged() throws OptionError {}

    /** Sets after how many milliseconds of a command other clients are told that the server is busy; 0 is never. */
    default void busyReplyThreshold(long millis) throws OptionError {}

    /** Turns protected mode on or off. */
    default void protectedMode(boolean on) throws OptionError {}

    /** Sets the policy of eviction, which decides what the access clock of keys counts. */
    default void maxMemoryPolicy(String policy) throws OptionError {}

    /** Tells that {@code lfu-log-factor} or {@code lfu-decay-time} has changed. */
    default void lfuChanged() throws OptionError {}

    /** Tells that one of the {@code lazyfree-lazy-…} options has changed. */
    default void lazyFreeChanged() throws OptionError {}

    /** Sets how hard the active expire cycle works, from 1 to 10. */
    default void activeExpireEffort(long effort) throws OptionError {}

    /** Lets the cron move keys of tables that are being resized, or not. */
    default void activeRehashing(boolean on) throws OptionError {}

    /** Sets which events of keys are published, as letters. */
    default void notifyKeyspaceEvents(String letters) throws OptionError {}

    /** Tells that {@code oom-score-adj} or {@code oom-score-adj-values} has changed. */
    default void oomScoreAdjChanged() throws OptionError {}

    /** Tells that an option of the slow log, the latency monitor or the tracking of latencies has changed. */
    default void monitoringChanged() throws OptionError {}

    /** Turns crash reports on or off. */
    default void crashLog(boolean on) throws OptionError {}
}
