package dev.cairn.transport.inprocess;

import java.io.IOException;
import java.io.InputStream;

import dev.cairn.resp.Resp;
import dev.cairn.api.command.Value;

/** A client of a server in the same JVM. For one thread at a time. */
public final class InProcessClient implements AutoCloseable {
    private final InProcessTransport.Peer peer;
    private final InputStream in;

    /** A client over a new connection. */
    public InProcessClient(InProcessTransport transport) {
        peer = transport.connect();
        in = peer.in();
    }

    /**
     * Sends a command, its words in UTF-8, and waits for the reply; an error of the server is a {@link Value.Failure}.
     *
     * @throws IOException when the connection has ended
     */
    public Value call(String... words) throws IOException {
        return exchange(Resp.request(words));
    }

    /** Sends a command of any bytes and waits for the reply. */
    public Value call(byte[]... words) throws IOException {
        return exchange(Resp.request(words));
    }

    private Value exchange(byte[] request) throws IOException {
        peer.out().write(request);
        return receive();
    }

    /** Sends a command without waiting for the reply, which {@link #receive} gives later. */
    public void send(String... words) throws IOException {
        peer.out().write(Resp.request(words));
    }

    /** Waits for the next reply or push. */
    public Value receive() throws IOException {
        return Resp.parse(in);
    }

    @Override
    public void close() {
        peer.close();
    }
}
