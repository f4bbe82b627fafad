/** TCP as a way for clients to connect: the option {@code port}, and connections over the system's sockets. */
@org.jspecify.annotations.NullMarked
module dev.cairn.transport.tcp {
    requires dev.cairn.api;
    requires dev.cairn.sockets;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            dev.cairn.transport.tcp.TcpModule;
}
