/** TCP as a way for clients to connect: the options {@code port} and {@code bind}, listeners and connections over the system's sockets. */
@org.jspecify.annotations.NullMarked
module dev.cairn.transport.tcp {
    requires dev.cairn.api;
    requires dev.cairn.structures;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            dev.cairn.transport.tcp.TcpModule;
}
