/** TLS over TCP as a way for clients to connect: the option {@code tls-port} and those that tell what to show and to ask for. */
@org.jspecify.annotations.NullMarked
module dev.cairn.transport.tls {
    requires dev.cairn.api;
    requires dev.cairn.sockets;
    requires dev.cairn.structures;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            dev.cairn.transport.tls.TlsModule;
}
