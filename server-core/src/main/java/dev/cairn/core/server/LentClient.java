package dev.cairn.core.server;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ThreadedIo;
import dev.cairn.resp.OutputBuffer;
import dev.cairn.resp.RequestBatch;
import dev.cairn.resp.RequestParser;
import dev.cairn.structures.Memory;

/**
 * A read or a write of a client, with its result, while the client's connection is lent. One per client, used again and again; it
 * belongs to main but while {@link #run} may run.
 *
 * <p>A read takes what is there into the client's query buffer, or into the mapping of its big argument, and parses whole commands of it. So
 * the parser and the free end of the buffer are the running thread's, everything else of the client stays main's. A write sends what waited
 * when it was begun; main goes on to add to the replies behind that.
 */
final class LentClient implements ThreadedIo.Work {
    /** What is being done. */
    private enum Kind {
        NOTHING, READ, WRITE
    }

    private final ServerClient client;
    private final OutputBuffer.Waiting waiting = new OutputBuffer.Waiting();
    private Kind kind = Kind.NOTHING;
    private int most;
    private @Nullable Throwable failure;

    /** The read's result: the commands, the bytes that were received and the offset after the last whole command. */
    private @Nullable RequestBatch batch;
    private int received;
    private int parsed;
    private boolean big;

    /** How many of the bytes that wait are safe to be sent, as {@link ClientOutput} counts them. */
    private long safe;

    LentClient(ServerClient client) {
        this.client = client;
    }

    ServerClient client() {
        return client;
    }

    /** Whether the connection is lent. */
    boolean lent() {
        return kind != Kind.NOTHING;
    }

    /** Whether it is lent for a read. */
    boolean reads() {
        return kind == Kind.READ;
    }

    /** Lends the connection for a read; the query buffer has room. */
    void lendForRead(RequestBatch to, int mostCommands) {
        assert !lent();
        kind = Kind.READ;
        batch = to;
        most = mostCommands;
        received = 0;
        big = false;
        parsed = -1;
        failure = null;
        client.connection().lend();
    }

    /** Lends the connection for a write of what waits now and is safe, about {@code mostBytes} at most. */
    void lendForWrite(int mostBytes, long safeBytes) {
        assert !lent();
        kind = Kind.WRITE;
        most = mostBytes;
        safe = safeBytes;
        failure = null;
        client.reply.waiting(waiting);
        client.connection().lend();
    }

    /** Takes the connection back. */
    void settle() {
        assert lent();
        kind = Kind.NOTHING;
        client.connection().settle();
    }

    @Override
    public void run() {
        try {
            if (kind == Kind.WRITE) {
                waiting.send(client.sink, most, safe);
            } else {
                read();
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
    }

    private void read() throws IOException {
        Connection connection = client.connection();
        RequestParser parser = client.parser;
        big = parser.receivingBig();
        if (big) {
            received = connection.read(Memory.ALL, parser.bigAddress(), (int) parser.bigMissing());
            if (received > 0) {
                parser.bigReceived(received);
            }
        } else {
            received = connection.read(Memory.ALL, client.query + client.queryLength, client.queryCapacity - client.queryLength);
        }
        RequestBatch to = batch;
        if (received > 0 && parser.bigMissing() == 0 && to != null) {
            parsed = parser.parse(client.query, 0, client.queryLength + (big ? 0 : received), to, most);
        }
    }

    /** What went wrong, null for nothing. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Bytes that were sent. */
    int sent() {
        return waiting.sent();
    }

    /** How many bytes were safe to be sent. */
    long safe() {
        return safe;
    }

    /** Bytes that were received, 0 for none, -1 at the end. */
    int received() {
        return received;
    }

    /** Bytes of the query buffer that no command has taken in, once the read is done. */
    int unparsed() {
        int length = client.queryLength + (big ? 0 : Math.max(0, received));
        return length - Math.max(0, parsed) - client.parser.consumed();
    }

    /** Whether they belong to a big argument's mapping. */
    boolean big() {
        return big;
    }

    /** Whether commands were looked for. */
    boolean parsed() {
        return parsed >= 0;
    }

    /** The offset in the query buffer after the last whole command. */
    int parsedTo() {
        return parsed;
    }

    /** The most commands that were looked for. */
    int mostCommands() {
        return most;
    }

    /** The commands that were found; the caller's from now on. */
    RequestBatch takeBatch() {
        RequestBatch taken = batch;
        if (taken == null) {
            throw new IllegalStateException("no read has ended");
        }
        batch = null;
        return taken;
    }
}
