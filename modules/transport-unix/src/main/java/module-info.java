/** Unix sockets as a way for clients of this host to connect: the option {@code unixsocket} and what belongs to it. */
@org.jspecify.annotations.NullMarked
module dev.cairn.transport.unix {
    requires dev.cairn.api;
    requires dev.cairn.sockets;
    requires dev.cairn.structures;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            dev.cairn.transport.unix.UnixModule;
}
