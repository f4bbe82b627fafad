/**
 * Sockets of the operating system, as transports over them share them: non-blocking connections, accepting, listening where {@code bind}
 * says. Brings the options that all transports over IP have in common.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.sockets {
    requires transitive dev.cairn.api;
    requires dev.cairn.structures;
    requires static org.jspecify;

    /* Transports build their listeners and connections of it, a third party's too. */
    exports dev.cairn.sockets;

    provides dev.cairn.api.ServerModule with
            dev.cairn.sockets.SocketsModule;
}
