package dev.cairn.sample.websocket;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends what the test wants, be it of the protocol or not. For one thread that reads and one that writes. */
final class RawClient implements AutoCloseable {
    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final byte[] MASK = {0x12, 0x34, 0x56, (byte) 0xf8};

    final Socket socket;
    private final DataInputStream in;

    /** A frame that the server has sent. */
    record Frame(int opcode, byte[] payload) {
    }

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
    }

    /** Sends a request and returns the head of the response. */
    String request(String head) throws IOException {
        write(head.getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder response = new StringBuilder();
        while (response.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                return response.toString();
            }
            response.append((char) b);
        }
        return response.toString();
    }

    void handshake() throws IOException {
        String response = request(upgrade(""));
        if (!response.startsWith("HTTP/1.1 101 ") || !response.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")) {
            throw new IOException(response);
        }
    }

    static String upgrade(String fields) {
        return "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: " + KEY
                + "\r\nSec-WebSocket-Version: 13\r\n" + fields + "\r\n";
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** A frame, masked as a client's is. */
    static byte[] frame(int first, byte[] payload, int from, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 14);
        out.write(first);
        if (length < 126) {
            out.write(0x80 | length);
        } else if (length < 1 << 16) {
            out.write(0x80 | 126);
            out.write(length >> 8);
            out.write(length);
        } else {
            out.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                out.write((int) ((long) length >> shift));
            }
        }
        out.writeBytes(MASK);
        for (int i = 0; i < length; i++) {
            out.write(payload[from + i] ^ MASK[i & 3]);
        }
        return out.toByteArray();
    }

    static byte[] frame(int first, byte[] payload) {
        return frame(first, payload, 0, payload.length);
    }

    /** Reads a frame; null at the end. */
    Frame read() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        if ((first & 0xf0) != 0x80) {
            throw new IOException("the server sends frames in parts: " + first);
        }
        long length = in.readUnsignedByte();
        if (length >= 128) {
            throw new IOException("the server masks its frames");
        }
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] payload = in.readNBytes((int) length);
        if (payload.length < length) {
            throw new EOFException("the connection ends inside a frame");
        }
        return new Frame(first & 0xf, payload);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
