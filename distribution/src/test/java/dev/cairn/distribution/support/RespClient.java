package dev.cairn.distribution.support;

import static org.junit.jupiter.api.Assertions.fail;

import dev.cairn.distribution.support.RespReply.Kind;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A plain blocking client of the Redis protocol that hides nothing: typed reply trees, pipelining, raw bytes.
 *
 * <p>Not thread-safe. Every read has a deadline, unless it is {@link #over} a socket without; passing it is a {@link java.net.SocketTimeoutException}.
 */
public final class RespClient implements AutoCloseable {
    private static final int LONGEST_LINE = 1 << 20;
    private static final Duration CONDITION = Duration.ofSeconds(60);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RespClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        this.out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    }

    /** Connects to a server on the loopback interface; a read waits at most that long. */
    public static RespClient connect(int port, Duration timeout) throws IOException {
        return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeout);
    }

    /** Connects to a server at an address; a read waits at most that long. */
    public static RespClient connect(InetSocketAddress address, Duration timeout) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) timeout.toMillis());
            socket.connect(address, (int) timeout.toMillis());
            return new RespClient(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Connects with a deadline of a minute for each read. */
    public static RespClient connect(int port) throws IOException {
        return connect(port, Duration.ofSeconds(60));
    }

    /** Uses a connection of any kind; its deadlines are the socket's. */
    public static RespClient over(Socket socket) throws IOException {
        return new RespClient(socket);
    }

    /** An argument list of UTF-8 strings. */
    public static List<byte[]> command(String... arguments) {
        List<byte[]> list = new ArrayList<>(arguments.length);
        for (String argument : arguments) {
            list.add(argument.getBytes(StandardCharsets.UTF_8));
        }
        return list;
    }

    /** The request as it goes over the wire. */
    public static byte[] encode(List<byte[]> arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        line(bytes, '*', arguments.size());
        for (byte[] argument : arguments) {
            line(bytes, '$', argument.length);
            bytes.writeBytes(argument);
            bytes.write('\r');
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }

    private static void line(ByteArrayOutputStream bytes, char marker, int number) {
        bytes.writeBytes((marker + Integer.toString(number) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends one command and reads its reply. */
    public RespReply call(String... arguments) throws IOException {
        send(command(arguments));
        flush();
        return read();
    }

    /** Sends one command and returns the text of its reply, be it an error. */
    public String text(String... arguments) throws IOException {
        return call(arguments).text();
    }

    /** Sends one command, whose reply is read later. */
    public void begin(String... arguments) throws IOException {
        send(command(arguments));
        flush();
    }

    /** Asks for a section of INFO until it has a line, or a part of it. */
    public void awaitInfo(String section, String line) throws IOException {
        long deadline = System.nanoTime() + CONDITION.toNanos();
        String info = text("INFO", section);
        while (!info.contains(line)) {
            if (System.nanoTime() > deadline) {
                fail("INFO " + section + " has no " + Escape.text(line, 100) + ":\n" + info);
            }
            info = text("INFO", section);
        }
    }

    /** Sends all commands in one go, then reads one reply for each. */
    public List<RespReply> pipeline(List<List<byte[]>> commands) throws IOException {
        for (List<byte[]> command : commands) {
            send(command);
        }
        flush();
        List<RespReply> replies = new ArrayList<>(commands.size());
        for (int i = 0; i < commands.size(); i++) {
            replies.add(read());
        }
        return replies;
    }

    /** Buffers one command. */
    public void send(List<byte[]> arguments) throws IOException {
        out.write(encode(arguments));
    }

    /** Buffers bytes as they are. */
    public void sendRaw(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** Writes what is buffered. */
    public void flush() throws IOException {
        out.flush();
    }

    /** Says that no more requests come; replies can still be read. */
    public void finishSending() throws IOException {
        flush();
        socket.shutdownOutput();
    }

    /** Whether {@link #finishSending} was called. */
    public boolean isFinished() {
        return socket.isOutputShutdown();
    }

    /** Makes {@link #close} send a reset in place of an orderly end. */
    public void resetOnClose() throws IOException {
        socket.setSoLinger(true, 0);
    }

    /** Reads every byte until the server closes; a reset counts as closing. */
    public byte[] readUntilClosed() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] chunk = new byte[1 << 14];
        while (true) {
            int read;
            try {
                read = in.read(chunk);
            } catch (java.net.SocketTimeoutException e) {
                throw e;
            } catch (IOException reset) {
                return bytes.toByteArray();
            }
            if (read < 0) {
                return bytes.toByteArray();
            }
            bytes.write(chunk, 0, read);
        }
    }

    /** Reads one reply of any type. */
    public RespReply read() throws IOException {
        int marker = readByte();
        return switch (marker) {
            case '+' -> RespReply.scalar(Kind.SIMPLE_STRING, readLine());
            case '-' -> RespReply.scalar(Kind.ERROR, readLine());
            case ':' -> RespReply.scalar(Kind.INTEGER, readLine());
            case ',' -> RespReply.scalar(Kind.DOUBLE, readLine());
            case '#' -> RespReply.scalar(Kind.BOOLEAN, readLine());
            case '(' -> RespReply.scalar(Kind.BIG_NUMBER, readLine());
            case '_' -> RespReply.scalar(Kind.NULL, readLine());
            case '$' -> blob(Kind.BULK);
            case '!' -> blob(Kind.BULK_ERROR);
            case '=' -> blob(Kind.VERBATIM);
            case '*' -> aggregate(Kind.ARRAY, 1);
            case '~' -> aggregate(Kind.SET, 1);
            case '>' -> aggregate(Kind.PUSH, 1);
            case '%' -> aggregate(Kind.MAP, 2);
            case '|' -> RespReply.aggregate(Kind.ATTRIBUTED, List.of(aggregate(Kind.MAP, 2), read()));
            default -> throw new IOException(
                    "not a reply type: byte " + marker + " before " + Escape.bytes(in.readNBytes(in.available()), 200));
        };
    }

    private RespReply blob(Kind kind) throws IOException {
        int length = readLength();
        if (length < 0) {
            return RespReply.scalar(Kind.NULL_BULK, "");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || readByte() != '\r' || readByte() != '\n') {
            throw new EOFException("a bulk string of " + length + " bytes ends early or without CR LF");
        }
        return RespReply.scalar(kind, new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private RespReply aggregate(Kind kind, int perElement) throws IOException {
        int length = readLength();
        if (length < 0) {
            return RespReply.scalar(Kind.NULL_ARRAY, "");
        }
        List<RespReply> elements = new ArrayList<>();
        for (int i = 0; i < length * perElement; i++) {
            elements.add(read());
        }
        return RespReply.aggregate(kind, elements);
    }

    private int readLength() throws IOException {
        String line = readLine();
        try {
            return Integer.parseInt(line);
        } catch (NumberFormatException e) {
            throw new IOException("not a length: " + Escape.text(line, 100), e);
        }
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = readByte();
            if (c == '\r') {
                int next = readByte();
                if (next != '\n') {
                    throw new IOException("CR without LF after " + Escape.text(line.toString(), 200));
                }
                return line.toString();
            }
            line.append((char) c);
            if (line.length() > LONGEST_LINE) {
                throw new IOException("a line of over " + LONGEST_LINE + " bytes");
            }
        }
    }

    private int readByte() throws IOException {
        int c = in.read();
        if (c < 0) {
            throw new EOFException("the server closed the connection");
        }
        return c;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
