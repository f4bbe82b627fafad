/** A sample of a transport: RESP over WebSocket (RFC 6455), which a browser speaks, over the sockets that the server's own transports use. */
@org.jspecify.annotations.NullMarked
module dev.cairn.sample.websocket {
    requires dev.cairn.sockets;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            dev.cairn.sample.websocket.WebSocketModule;
}
