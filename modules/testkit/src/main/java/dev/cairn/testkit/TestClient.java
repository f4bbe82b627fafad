package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

import dev.cairn.resp.Resp;
import dev.cairn.api.command.Value;
import dev.cairn.transport.inprocess.InProcessTransport;

/**
 * A client of a {@link TestServer}. For one thread at a time. What waits longer than a minute for the server, or finds the connection
 * ended, fails with an {@link AssertionError}.
 */
public final class TestClient implements AutoCloseable {
    private final InProcessTransport.Peer peer;

    /** A client over a connection. */
    TestClient(InProcessTransport.Peer peer) {
        this.peer = peer;
    }

    /** Sends a command, its words in UTF-8, and returns the reply. */
    public Value call(String... words) {
        send(words);
        return receive();
    }

    /** Sends a command and returns the reply. */
    public Value call(byte[]... words) {
        raw(Resp.request(words));
        return receive();
    }

    /** Sends a command and returns the reply as a text, see {@link Values#text}. */
    public String text(String... words) {
        return Values.text(call(words));
    }

    /** Sends a command written as one line, its words between single spaces, and returns the reply as a text. */
    public String line(String line) {
        return text(line.split(" "));
    }

    /** Sends a command written as one line and fails unless the reply, as a text, is this one and no error. */
    public TestClient expect(String line, String reply) {
        Value got = call(line.split(" "));
        assertFalse(got instanceof Value.Failure, () -> line + ": " + Values.text(got));
        assertEquals(reply, Values.text(got), line);
        return this;
    }

    /** Sends a command written as one line and fails unless the reply is an error that begins so, such as {@code ERR syntax}. */
    public TestClient expectError(String line, String beginning) {
        Value got = call(line.split(" "));
        assertTrue(got instanceof Value.Failure && Values.text(got).startsWith(beginning), () -> line + ": " + Values.text(got));
        return this;
    }

    /** Sends a command without waiting for the reply. */
    public TestClient send(String... words) {
        return raw(Resp.request(words));
    }

    /** Sends bytes as they are. */
    public TestClient raw(byte[] bytes) {
        try {
            peer.out().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("sending to the server", e);
        }
        return this;
    }

    /** Sends text as it is, in ISO 8859-1. */
    public TestClient raw(String text) {
        return raw(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    /** Receives the next reply or push. */
    public Value receive() {
        try {
            return Resp.parse(peer.in());
        } catch (IOException e) {
            throw new AssertionError("no reply: " + e.getMessage(), e);
        }
    }

    /** How many bytes have arrived that were not received. */
    public int available() {
        try {
            return peer.in().available();
        } catch (IOException e) {
            throw new UncheckedIOException("looking for what the server has sent", e);
        }
    }

    /** Receives the next reply as a text. */
    public String receiveText() {
        return Values.text(receive());
    }

    /** Sends commands in one piece and receives their replies. */
    public List<Value> pipeline(List<String[]> commands) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        commands.forEach(c -> all.writeBytes(Resp.request(c)));
        raw(all.toByteArray());
        List<Value> replies = new ArrayList<>(commands.size());
        for (int i = 0; i < commands.size(); i++) {
            replies.add(receive());
        }
        return replies;
    }

    /** Receives {@code count} bytes, or fewer if the connection ends before. */
    public byte[] receiveBytes(int count) {
        try {
            return peer.in().readNBytes(count);
        } catch (IOException e) {
            throw new AssertionError("receiving " + count + " bytes: " + e.getMessage(), e);
        }
    }

    /** Waits for the end of the connection and returns what came before it. */
    public byte[] receiveToEnd() {
        return receiveBytes(Integer.MAX_VALUE);
    }

    /** Breaks the connection. */
    public void reset() {
        peer.reset();
    }

    @Override
    public void close() {
        peer.close();
    }
}
