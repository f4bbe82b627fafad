package dev.cairn.core.config;

import static dev.cairn.api.config.OptionSpec.choice;
import static dev.cairn.api.config.OptionSpec.flag;
import static dev.cairn.api.config.OptionSpec.integer;
import static dev.cairn.api.config.OptionSpec.memory;
import static dev.cairn.api.config.OptionSpec.of;
import static dev.cairn.core.config.CoreTypes.UNSET_IF_EMPTY;

import dev.cairn.api.config.OptionSpec;
import java.util.List;

/** Options of replication, for a server without it. */
final class ReplicationOptions {
    private static final long INT_MAX = Integer.MAX_VALUE;
    private static final long MAX = Long.MAX_VALUE;
    private static final String REPLICATION = "replication";

    private ReplicationOptions() {}

    /** The fallbacks. */
    static List<OptionSpec<?>> all() {
        return List.of(
                of("replicaof", CoreTypes.PRIMARY, "")
                        .alias("slaveof")
                        .immutable()
                        .withoutEffect(REPLICATION)
                        .doc("The host and port of the primary to copy."),
                of("primaryauth", UNSET_IF_EMPTY, "")
                        .alias("masterauth")
                        .sensitive()
                        .withoutEffect(REPLICATION)
                        .doc("The password for the primary."),
                of("primaryuser", UNSET_IF_EMPTY, "")
                        .alias("masteruser")
                        .sensitive()
                        .withoutEffect(REPLICATION)
                        .doc("The user for the primary."),
                flag("replica-serve-stale-data", true)
                        .alias("slave-serve-stale-data")
                        .withoutEffect(REPLICATION)
                        .doc("Answer from old data while there is no link to the primary."),
                flag("replica-read-only", true)
                        .alias("slave-read-only")
                        .withoutEffect(REPLICATION)
                        .doc("Refuse writes of clients on a replica."),
                flag("replica-lazy-flush", true)
                        .alias("slave-lazy-flush")
                        .withoutEffect(REPLICATION)
                        .doc("Free the old data in the background before a full copy is loaded."),
                flag("replica-ignore-maxmemory", true)
                        .alias("slave-ignore-maxmemory")
                        .withoutEffect(REPLICATION)
                        .doc("Leave eviction to the primary."),
                integer("replica-priority", 100, 0, INT_MAX)
                        .alias("slave-priority")
                        .withoutEffect(REPLICATION)
                        .doc("Which replica Sentinel prefers for promotion, the least first; 0 is never."),
                flag("replica-announced", true).withoutEffect(REPLICATION).doc("Let Sentinel report this replica."),
                of("replica-announce-ip", UNSET_IF_EMPTY, "")
                        .alias("slave-announce-ip")
                        .withoutEffect(REPLICATION)
                        .doc("The address that a replica tells its primary."),
                integer("replica-announce-port", 0, 0, 65535)
                        .alias("slave-announce-port")
                        .withoutEffect(REPLICATION)
                        .doc("The port that a replica tells its primary."),
                flag("replica-ignore-disk-write-errors", false)
                        .withoutEffect(REPLICATION)
                        .doc("Go on when a replica cannot write to its disk."),
                integer("repl-ping-replica-period", 10, 1, INT_MAX)
                        .alias("repl-ping-slave-period")
                        .withoutEffect(REPLICATION)
                        .doc("After how many seconds a primary pings its replicas."),
                integer("repl-timeout", 60, 1, INT_MAX).withoutEffect(REPLICATION).doc("After how many silent seconds a link is given up."),
                flag("repl-disable-tcp-nodelay", false).withoutEffect(REPLICATION).doc("Send to replicas in fewer, later packets."),
                memory("repl-backlog-size", 10L << 20, 1, MAX)
                        .withoutEffect(REPLICATION)
                        .doc("How much of the stream of writes is kept for replicas that come back."),
                integer("repl-backlog-ttl", 3600, 0, MAX)
                        .withoutEffect(REPLICATION)
                        .doc("After how many seconds without replicas that is freed; 0 is never."),
                flag("repl-diskless-sync", true).withoutEffect(REPLICATION).doc("Send a full copy without a file."),
                integer("repl-diskless-sync-delay", 5, 0, INT_MAX)
                        .withoutEffect(REPLICATION)
                        .doc("How many seconds to wait for more replicas before such a copy."),
                integer("repl-diskless-sync-max-replicas", 0, 0, INT_MAX)
                        .withoutEffect(REPLICATION)
                        .doc("Start earlier when so many replicas wait; 0 is to wait in full."),
                choice("repl-diskless-load", "disabled", "disabled", "on-empty-db", "swapdb", "flush-before-load")
                        .withoutEffect(REPLICATION)
                        .doc("When a replica loads a full copy without a file."),
                flag("dual-channel-replication-enabled", false)
                        .withoutEffect(REPLICATION)
                        .doc("Send a full copy and the writes since over two connections."),
                integer("min-replicas-to-write", 0, 0, INT_MAX)
                        .alias("min-slaves-to-write")
                        .withoutEffect(REPLICATION)
                        .doc("Refuse writes with fewer replicas than this."),
                integer("min-replicas-max-lag", 10, 0, INT_MAX)
                        .alias("min-slaves-max-lag")
                        .withoutEffect(REPLICATION)
                        .doc("Count only replicas heard of in so many seconds."),
                choice("propagation-error-behavior", "ignore", "ignore", "panic", "panic-on-replicas")
                        .withoutEffect(REPLICATION)
                        .doc("What to do when a replicated command fails."));
    }
}
