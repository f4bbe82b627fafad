package ${package};

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
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

class ExampleConnectionTest extends ConnectionTypeContract {
    private final int port = freePort();

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected ServerModule module() {
        return new ExampleModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new SocketsModule());
    }

    @Override
    protected String typeName() {
        return "${artifactId}";
    }

    @Override
    protected List<String> configuration() {
        return List.of("bind 127.0.0.1", "${artifactId}-port " + port);
    }

    @Override
    protected Peer connect(Listener listener) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), listener.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        return new InvertingPeer(socket);
    }

    private record InvertingPeer(Socket socket) implements Peer {
        private static void invert(byte[] bytes, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                bytes[i] = (byte) ~bytes[i];
            }
        }

        @Override
        public InputStream in() throws IOException {
            return new FilterInputStream(socket.getInputStream()) {
                @Override
                public int read() throws IOException {
                    int b = super.read();
                    return b < 0 ? b : ~b & 0xff;
                }

                @Override
                public int read(byte[] to, int offset, int length) throws IOException {
                    int n = super.read(to, offset, length);
                    invert(to, offset, Math.max(n, 0));
                    return n;
                }
            };
        }

        @Override
        public OutputStream out() throws IOException {
            return new FilterOutputStream(socket.getOutputStream()) {
                @Override
                public void write(int b) throws IOException {
                    super.write(~b);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    byte[] inverted = java.util.Arrays.copyOfRange(bytes, offset, offset + length);
                    invert(inverted, 0, length);
                    out.write(inverted);
                }
            };
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
    }
}
