package dev.cairn.benchmarks.compare;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A blocking RESP2 client connection on the loopback interface, used by one thread at a time. */
final class Wire implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] replies = new byte[4096];

    private Wire(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 4096);
        this.out = socket.getOutputStream();
    }

    /** Connects to a server's port; every read gives up after 60 seconds. */
    static Wire connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            return new Wire(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Appends a command to a request in RESP. */
    static void encode(StringBuilder request, String... args) {
        request.append('*').append(args.length).append("\r\n");
        for (String arg : args) {
            request.append('$').append(arg.length()).append("\r\n").append(arg).append("\r\n");
        }
    }

    /** Sends bytes without waiting for replies. */
    void send(byte[] request, int length) throws IOException {
        out.write(request, 0, length);
    }

    /** Reads {@code count} replies that must all be {@code reply}; allocates nothing. */
    void expect(byte[] reply, int count) throws IOException {
        long left = (long) reply.length * count;
        int at = 0;
        while (left > 0) {
            int read = in.read(replies, 0, (int) Math.min(left, replies.length));
            if (read < 0) {
                throw new EOFException("the server closed the connection");
            }
            for (int i = 0; i < read; i++) {
                if (replies[i] != reply[at]) {
                    throw new IOException("unexpected reply: " + new String(replies, i, read - i, StandardCharsets.ISO_8859_1).strip());
                }
                at = at + 1 == reply.length ? 0 : at + 1;
            }
            left -= read;
        }
    }

    /** Sends one command of ASCII arguments and returns its simple, integer or bulk reply. */
    String call(String... args) throws IOException {
        StringBuilder request = new StringBuilder();
        encode(request, args);
        byte[] bytes = request.toString().getBytes(StandardCharsets.US_ASCII);
        send(bytes, bytes.length);
        String line = line();
        return switch (line.charAt(0)) {
            case '+', ':' -> line.substring(1);
            case '$' -> bulk(Integer.parseInt(line.substring(1)));
            default -> throw new IOException(args[0] + ": " + line);
        };
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        if (line.isEmpty()) {
            throw new IOException("empty reply line");
        }
        return line.toString();
    }

    private String bulk(int length) throws IOException {
        if (length < 0) {
            return "";
        }
        byte[] body = in.readNBytes(length + 2);
        if (body.length < length + 2) {
            throw new EOFException("the server closed the connection");
        }
        return new String(body, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
