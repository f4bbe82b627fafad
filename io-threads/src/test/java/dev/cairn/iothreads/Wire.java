package dev.cairn.iothreads;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import dev.cairn.api.ServerModule;
import dev.cairn.resp.Resp;
import dev.cairn.api.command.Value;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.TestCertificates;
import dev.cairn.testkit.Values;
import dev.cairn.transport.tcp.TcpModule;
import dev.cairn.transport.tls.TlsModule;
import dev.cairn.transport.unix.UnixModule;

/** A client's end of a socket of the server, whatever the transport. For one thread at a time. */
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    /** A way to connect: the modules and the configuration that it needs, and the client's side. */
    enum Transport {
        TCP, UNIX, TLS;

        ServerModule module() {
            return switch (this) {
                case TCP -> new TcpModule();
                case UNIX -> new UnixModule();
                case TLS -> new TlsModule();
            };
        }
    }

    /** Where a server listens by one transport. */
    static final class Place {
        private final Transport transport;
        private final int port;
        private final Path socket;
        private final TestCertificates certificates;
        private final SSLContext context;

        Place(Transport transport, Path folder) throws IOException, GeneralSecurityException {
            this.transport = transport;
            this.port = freePort();
            this.socket = folder.resolve("stress.sock");
            boolean tls = transport == Transport.TLS;
            this.certificates = tls ? TestCertificates.make(folder, "EC") : null;
            this.context = tls ? certificates.client(true) : null;
        }

        ServerModule[] modules() {
            return new ServerModule[]{new SocketsModule(), transport.module()};
        }

        String[] configuration() {
            List<String> lines = new ArrayList<>(List.of("bind 127.0.0.1", "tcp-backlog 511"));
            switch (transport) {
                case TCP -> lines.add("port " + port);
                case UNIX -> lines.add("unixsocket " + socket);
                case TLS -> {
                    lines.addAll(certificates.configuration());
                    lines.add("tls-port " + port);
                }
            }
            return lines.toArray(String[]::new);
        }

        Wire connect() throws IOException {
            if (transport == Transport.UNIX) {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.connect(UnixDomainSocketAddress.of(socket));
                return new Wire(Channels.newInputStream(channel), Channels.newOutputStream(channel), channel, null);
            }
            Socket tcp = new Socket(InetAddress.getByName("127.0.0.1"), port);
            tcp.setTcpNoDelay(true);
            tcp.setSoTimeout(PATIENCE_MILLIS);
            Socket used = tcp;
            if (transport == Transport.TLS) {
                SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(tcp, "127.0.0.1", port, true);
                tls.startHandshake();
                used = tls;
            }
            return new Wire(used.getInputStream(), used.getOutputStream(), used, tcp);
        }
    }

    private final InputStream in;
    private final OutputStream out;
    private final AutoCloseable socket;
    private final Socket tcp;

    private Wire(InputStream in, OutputStream out, AutoCloseable socket, Socket tcp) {
        this.in = new BufferedInputStream(in, 32 << 10);
        this.out = out;
        this.socket = socket;
        this.tcp = tcp;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    Value receive() throws IOException {
        return Resp.parse(in);
    }

    String receiveText() throws IOException {
        return Values.text(receive());
    }

    String call(String... words) throws IOException {
        send(Resp.request(words));
        return receiveText();
    }

    /** Breaks the connection, with whatever is on its way. */
    void vanish() throws IOException {
        if (tcp != null) {
            tcp.setSoLinger(true, 0);
            tcp.close();
        } else {
            close();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            socket.close();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
