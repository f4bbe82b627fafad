package dev.cairn.sample.websocket;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

import dev.cairn.api.ServerModule;
import dev.cairn.api.io.Listener;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.ConnectionTypeContract;

class WebSocketContractTest extends ConnectionTypeContract {
    private final int port = freePort();

    static int freePort() {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    protected ServerModule module() {
        return new WebSocketModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new SocketsModule());
    }

    @Override
    protected String typeName() {
        return "websocket";
    }

    @Override
    protected List<String> configuration() {
        return List.of("bind 127.0.0.1", "ws-port " + port);
    }

    @Override
    protected Set<Leeway> leeways() {
        return Set.of();
    }

    @Override
    protected Peer connect(Listener listener) throws IOException {
        RawClient client = new RawClient(listener.port());
        client.handshake();
        return new StreamPeer(client);
    }

    @Override
    protected Peer connectWithoutHandshake(Listener listener) throws IOException {
        return new StreamPeer(new RawClient(listener.port())) {
            @Override
            public java.io.OutputStream out() throws IOException {
                return client.socket.getOutputStream();
            }

            @Override
            public java.io.InputStream in() throws IOException {
                return client.socket.getInputStream();
            }
        };
    }

    @Override
    protected byte[] noHandshake() {
        return "GET /elsewhere HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    }
}
