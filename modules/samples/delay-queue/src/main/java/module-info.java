/**
 * A sample of a module with a data type and a command that waits: a queue whose messages come out when their time has come.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.sample.delayqueue {
    requires dev.cairn.api;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            dev.cairn.sample.delayqueue.DelayQueueModule;
}
