import org.jspecify.annotations.NullMarked;

/**
 * The append-only file on Chronicle Queue: logs every change, forces it to disk by {@code appendfsync}, rewrites itself without a fork, and
 * loads after any end.
 */
@NullMarked
module dev.cairn.persistence.aof {
    requires static org.jspecify;
    requires org.slf4j;
    requires transitive dev.cairn.api;
    requires dev.cairn.resp;
    requires dev.cairn.structures;
    requires chronicle.queue;
    requires chronicle.bytes;
    requires chronicle.wire;
    requires chronicle.core;
    requires jdk.unsupported;

    /* The log as a stream of changes, for other programs: AofReader. */
    exports dev.cairn.persistence.aof;

    provides dev.cairn.api.ServerModule with dev.cairn.persistence.aof.AofModule;
}
