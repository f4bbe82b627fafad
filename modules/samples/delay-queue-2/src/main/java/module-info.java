/**
 * The second version of the delay queue, whose messages have priorities: it loads what the first has saved, and takes its place in a running
 * server.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.sample.delayqueue {
    requires dev.cairn.api;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            dev.cairn.sample.delayqueue.DelayQueueModule;
}
