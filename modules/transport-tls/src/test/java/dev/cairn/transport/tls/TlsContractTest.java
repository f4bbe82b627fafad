package dev.cairn.transport.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.api.ServerModule;
import dev.cairn.api.io.Listener;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.ConnectionTypeContract;
import dev.cairn.testkit.TestCertificates;

/** The contract over TLS 1.3 of the JDK; the subclasses are the same over TLS 1.2 and with OpenSSL. */
class TlsContractTest extends ConnectionTypeContract {
    @TempDir static Path folder;
    private static TestCertificates certificates;
    private static SSLContext client;

    @BeforeAll
    static void makeCertificates() throws IOException, GeneralSecurityException {
        certificates = TestCertificates.make(folder, "EC");
        client = certificates.client(true);
    }

    /** The version to speak. */
    String version() {
        return "TLSv1.3";
    }

    /** Whose TLS it is. */
    String engine() {
        return "jsse";
    }

    @Override
    protected ServerModule module() {
        return new TlsModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new SocketsModule());
    }

    @Override
    protected String typeName() {
        return "tls";
    }

    @Override
    protected List<String> configuration() {
        List<String> lines = new ArrayList<>(certificates.configuration());
        lines.addAll(List.of("bind 127.0.0.1", "tls-port " + freePort(), "tls-protocols " + version(), "tls-engine " + engine()));
        return lines;
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Peer connect(Listener listener) throws IOException {
        Socket socket = plain(listener);
        SSLSocket tls = (SSLSocket) client.getSocketFactory().createSocket(socket, "127.0.0.1", listener.port(), true);
        tls.startHandshake();
        return new SocketPeer(tls, socket);
    }

    @Override
    protected Set<Leeway> leeways() {
        return Set.of();
    }

    @Override
    protected Peer connectWithoutHandshake(Listener listener) throws IOException {
        Socket socket = plain(listener);
        return new SocketPeer(socket, socket);
    }

    private static Socket plain(Listener listener) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), listener.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private record SocketPeer(Socket socket, Socket below) implements Peer {
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
            below.setSoLinger(true, 0);
            below.close();
        }
    }
}
