/**
 * Threads that read and write sockets in place of the main thread, by one of two strategies. Without this module the server does so on its
 * main thread, and the option {@code io-threads} says in the log that it has no effect.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.iothreads {
    requires dev.cairn.api;
    requires dev.cairn.structures;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            dev.cairn.iothreads.IoThreadsModule;
}
