package dev.cairn.core.config;

import static dev.cairn.api.config.OptionSpec.choice;
import static dev.cairn.api.config.OptionSpec.flag;
import static dev.cairn.api.config.OptionSpec.integer;
import static dev.cairn.api.config.OptionSpec.memory;
import static dev.cairn.api.config.OptionSpec.of;
import static dev.cairn.api.config.OptionSpec.text;
import static dev.cairn.core.config.CoreTypes.UNSET_IF_EMPTY;

import dev.cairn.api.config.OptionSpec;
import java.util.List;

/** Options of the cluster, for a server without it. */
final class ClusterOptions {
    private static final long INT_MAX = Integer.MAX_VALUE;
    private static final long MAX = Long.MAX_VALUE;
    private static final String CLUSTER = "cluster";

    private ClusterOptions() {}

    /** The fallbacks. */
    static List<OptionSpec<?>> all() {
        return List.of(
                flag("cluster-enabled", false).immutable().withoutEffect(CLUSTER).doc("Run as a node of a cluster."),
                text("cluster-config-file", "nodes.conf")
                        .immutable()
                        .withoutEffect(CLUSTER)
                        .doc("The file in which a node keeps what it knows of the cluster."),
                integer("cluster-node-timeout", 15000, 0, MAX)
                        .withoutEffect(CLUSTER)
                        .doc("After how many silent milliseconds a node is taken for failed."),
                integer("cluster-ping-interval", 0, 0, MAX).hidden().withoutEffect(CLUSTER).doc("For tests: milliseconds between pings."),
                integer("cluster-port", 0, 0, 65535)
                        .immutable()
                        .withoutEffect(CLUSTER)
                        .doc("The port of the cluster bus; 0 is the port of clients plus 10000."),
                integer("cluster-replica-validity-factor", 10, 0, INT_MAX)
                        .alias("cluster-slave-validity-factor")
                        .withoutEffect(CLUSTER)
                        .doc("How old the data of a replica may be that takes over."),
                integer("cluster-migration-barrier", 1, 0, INT_MAX)
                        .withoutEffect(CLUSTER)
                        .doc("How many replicas a primary keeps before one moves to another."),
                flag("cluster-allow-replica-migration", true).withoutEffect(CLUSTER).doc("Let replicas move to primaries that have none."),
                flag("cluster-require-full-coverage", true).withoutEffect(CLUSTER).doc("Stop answering when a slot has no node."),
                flag("cluster-replica-no-failover", false)
                        .alias("cluster-slave-no-failover")
                        .withoutEffect(CLUSTER)
                        .doc("Never let this replica take over by itself."),
                flag("cluster-allow-reads-when-down", false).withoutEffect(CLUSTER).doc("Answer reads while the cluster is down."),
                flag("cluster-allow-pubsubshard-when-down", true)
                        .withoutEffect(CLUSTER)
                        .doc("Publish to shard channels while the cluster is down."),
                memory("cluster-link-sendbuf-limit", 0, 0, MAX)
                        .withoutEffect(CLUSTER)
                        .doc("How much may wait to be sent to another node; 0 is no limit."),
                integer("cluster-blacklist-ttl", 60, 0, MAX)
                        .withoutEffect(CLUSTER)
                        .doc("For how many seconds a forgotten node is not met again."),
                flag("cluster-slot-stats-enabled", false).withoutEffect(CLUSTER).doc("Count the use of every slot."),
                of("cluster-announce-ip", UNSET_IF_EMPTY, "").withoutEffect(CLUSTER).doc("The address that other nodes are told."),
                of("cluster-announce-client-ipv4", UNSET_IF_EMPTY, "")
                        .withoutEffect(CLUSTER)
                        .doc("The IPv4 address that clients are told."),
                of("cluster-announce-client-ipv6", UNSET_IF_EMPTY, "")
                        .withoutEffect(CLUSTER)
                        .doc("The IPv6 address that clients are told."),
                integer("cluster-announce-port", 0, 0, 65535).withoutEffect(CLUSTER).doc("The port that other nodes are told."),
                integer("cluster-announce-tls-port", 0, 0, 65535).withoutEffect(CLUSTER).doc("The port of TLS that other nodes are told."),
                integer("cluster-announce-bus-port", 0, 0, 65535)
                        .withoutEffect(CLUSTER)
                        .doc("The port of the cluster bus that other nodes are told."),
                of("cluster-announce-hostname", UNSET_IF_EMPTY, "").withoutEffect(CLUSTER).doc("The host name that is told."),
                of("cluster-announce-human-nodename", UNSET_IF_EMPTY, "").withoutEffect(CLUSTER).doc("The name of this node in logs."),
                choice("cluster-preferred-endpoint-type", "ip", "ip", "hostname", "unknown-endpoint")
                        .withoutEffect(CLUSTER)
                        .doc("What clients are told to connect to."));
    }
}
