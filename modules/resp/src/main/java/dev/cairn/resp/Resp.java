package dev.cairn.resp;

import dev.cairn.api.command.Value;
import dev.cairn.api.command.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StreamCorruptedException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The client's side of the protocol, for tests and small tools: requests to bytes, replies to {@link Value}s. Not for hot paths. */
public final class Resp {
    private Resp() {
    }

    /** Encodes a command as a multibulk, its arguments in UTF-8. */
    public static byte[] request(String... arguments) {
        byte[][] bytes = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            bytes[i] = arguments[i].getBytes(StandardCharsets.UTF_8);
        }
        return request(bytes);
    }

    /** Encodes a command as a multibulk. */
    public static byte[] request(byte[]... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("*" + arguments.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (byte[] argument : arguments) {
            out.writeBytes(("$" + argument.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(argument);
            out.write('\r');
            out.write('\n');
        }
        return out.toByteArray();
    }

    /**
     * Reads one reply, and not a byte more; the stream should be buffered.
     *
     * @throws EOFException             if the stream ends
     * @throws StreamCorruptedException if it holds no reply
     */
    public static Value parse(InputStream in) throws IOException {
        int type = in.read();
        if (type < 0) {
            throw new EOFException("the stream ends where a reply should begin");
        }
        String line = line(in);
        try {
            return value(in, type, line);
        } catch (NumberFormatException e) {
            throw corrupted(type, line);
        }
    }

    private static Value value(InputStream in, int type, String line) throws IOException {
        return switch (type) {
            case '+' -> new Value.Simple(line);
            case '-' -> new Value.Failure(line);
            case ':' -> new Value.Int(Long.parseLong(line));
            case '$' -> line.equals("-1") ? new Value.Nil() : new Value.Bulk(Bytes.of(bulk(in, line)));
            case '*' -> line.equals("-1") ? new Value.NilArray() : new Value.Array(elements(in, Integer.parseInt(line)));
            case '_' -> new Value.Nil();
            case ',' -> new Value.Real(real(line), line);
            case '#' -> bool(line);
            case '(' -> new Value.BigNumber(new BigInteger(line));
            case '!' -> new Value.Failure(new String(bulk(in, line), StandardCharsets.UTF_8));
            case '=' -> verbatim(bulk(in, line));
            case '%' -> new Value.Map(elements(in, Math.multiplyExact(2, Integer.parseInt(line))));
            case '~' -> new Value.Set(elements(in, Integer.parseInt(line)));
            case '>' -> new Value.Push(elements(in, Integer.parseInt(line)));
            case '|' -> new Value.Attributed(elements(in, Math.multiplyExact(2, Integer.parseInt(line))), parse(in));
            default -> throw corrupted(type, line);
        };
    }

    private static StreamCorruptedException corrupted(int type, String line) {
        return new StreamCorruptedException("no reply: '" + (char) type + line + "'");
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the stream ends in a line");
            }
            out.write(c);
        }
        if (in.read() != '\n') {
            throw new StreamCorruptedException("a carriage return without a line feed");
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static byte[] bulk(InputStream in, String length) throws IOException {
        int n = Integer.parseInt(length);
        byte[] bytes = in.readNBytes(n);
        if (bytes.length < n) {
            throw new EOFException("the stream ends in a bulk string");
        }
        if (in.read() != '\r' || in.read() != '\n') {
            throw new StreamCorruptedException("a bulk string without a line break after it");
        }
        return bytes;
    }

    private static Value verbatim(byte[] bytes) throws IOException {
        String all = new String(bytes, StandardCharsets.ISO_8859_1);
        if (all.length() < 4 || all.charAt(3) != ':') {
            throw new StreamCorruptedException("a verbatim string without a format: " + all);
        }
        return new Value.Verbatim(all.substring(0, 3), Bytes.of(Arrays.copyOfRange(bytes, 4, bytes.length)));
    }

    private static Value bool(String line) throws IOException {
        if (!line.equals("t") && !line.equals("f")) {
            throw corrupted('#', line);
        }
        return new Value.Bool(line.equals("t"));
    }

    private static double real(String text) {
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }

    private static List<Value> elements(InputStream in, int n) throws IOException {
        List<Value> elements = new ArrayList<>(Math.min(n, 1024));
        for (int i = 0; i < n; i++) {
            elements.add(parse(in));
        }
        return List.copyOf(elements);
    }
}
