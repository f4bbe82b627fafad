package dev.cairn.transport.tcp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.api.io.Listener;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.ConnectionTypeContract;

class TcpContractTest extends ConnectionTypeContract {
    @Override
    protected ServerModule module() {
        return new TcpModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new SocketsModule());
    }

    @Override
    protected String typeName() {
        return "tcp";
    }

    @Override
    protected List<String> configuration() {
        return List.of("bind 127.0.0.1", "port " + freePort());
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Peer connect(Listener listener) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), listener.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        return new Peer() {
            @Override
            public InputStream in() throws IOException {
                return socket.getInputStream();
            }

            @Override
            public OutputStream out() throws IOException {
                return socket.getOutputStream();
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }

            @Override
            public void reset() throws IOException {
                socket.setSoLinger(true, 0);
                socket.close();
            }
        };
    }
}
