package dev.cairn.transport.inprocess;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;

/**
 * Connections inside the JVM: bytes go from one thread to another through bounded pipes, without sockets. {@link #connect} is for any
 * thread, as are the setters, which hold for connections made afterwards.
 */
public final class InProcessTransport implements ConnectionType {
    /** Bytes that a client can send before the server has to read. */
    private static final int MOST_UNREAD = 64 << 20;
    private static final long FOREVER = Long.MAX_VALUE / 4;

    private final String name;
    private final AtomicLong numbers = new AtomicLong();
    private final Set<End> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Loop loop;
    private volatile @Nullable Consumer<Connection> accepted;
    private volatile int maxRead = Integer.MAX_VALUE;
    private volatile int maxWrite = Integer.MAX_VALUE;
    private volatile int window = 16 << 20;
    private volatile long patience = FOREVER;

    /** A transport called {@code inprocess}. */
    public InProcessTransport() {
        this("inprocess");
    }

    /** A transport of another name, for a second one in the same server. */
    public InProcessTransport(String name) {
        this.name = name;
    }

    /** The client's end of a connection. For one thread at a time. */
    public interface Peer extends AutoCloseable {
        /** What the server sends; a read that waits longer than {@link #patience} fails with an {@link InterruptedIOException}. */
        InputStream in();

        /** What the server receives. */
        OutputStream out();

        /** Ends the sending and stops receiving. */
        @Override
        void close();

        /** Breaks the connection, as a network does. */
        void reset();
    }

    /** Sets how long a client waits for the server before its read or write fails; for ever at first. */
    public void patience(Duration time) {
        patience = time.toNanos();
    }

    /** Lets the server read no more than this at once. */
    public void maxRead(int bytes) {
        maxRead = bytes;
    }

    /** Lets the server write no more than this at once. */
    public void maxWrite(int bytes) {
        maxWrite = bytes;
    }

    /** Sets how many bytes the server can write before the client has to read. */
    public void window(int bytes) {
        window = bytes;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Listener> listen(Loop onLoop, Consumer<Connection> consumer) {
        loop = onLoop;
        accepted = consumer;
        return List.of(new Listener() {
            @Override
            public String address() {
                return name;
            }

            @Override
            public int port() {
                return 0;
            }

            @Override
            public void close() {
                accepted = null;
            }

            @Override
            public boolean closed() {
                return accepted == null;
            }
        });
    }

    /** Connects as a client of this host. */
    public Peer connect() {
        return connect(true);
    }

    /** Connects, as a client of this host or as one of another. */
    public Peer connect(boolean loopback) {
        Loop to = Objects.requireNonNull(loop, "nobody listens");
        End connection = new End(to, loopback);
        open.add(connection);
        to.post(() -> {
            Consumer<Connection> taker = accepted;
            if (taker == null) {
                connection.close();
            } else {
                taker.accept(connection);
            }
        });
        return connection.peer;
    }

    /** Breaks all connections, so that no client waits for a server that has ended. */
    public void breakOff() {
        open.forEach(end -> end.peer.reset());
    }

    /** The server's end. Main thread, but for reads and writes while it is lent. */
    private final class End implements Connection {
        private final Loop on;
        private final long number = numbers.incrementAndGet();
        private final boolean loopback;
        private final int readLimit = maxRead;
        private final int writeLimit = maxWrite;
        private final long clientPatience = patience;
        private final Pipe in = new Pipe(MOST_UNREAD);
        private final Pipe out = new Pipe(window);
        private final AtomicBoolean posted = new AtomicBoolean();
        private final Runnable pump = this::pump;
        private final Peer peer = new ClientEnd(this);
        private @Nullable Runnable readable;
        private @Nullable Runnable writable;
        private WriteOrder order = WriteOrder.AFTER_READ;
        private volatile boolean lent;
        private volatile boolean closed;

        End(Loop on, boolean loopback) {
            this.on = on;
            this.loopback = loopback;
        }

        /** Has the handlers called in the loop's next turn. Thread-safe. */
        void schedule() {
            if (posted.compareAndSet(false, true)) {
                on.post(pump);
            }
        }

        private void pump() {
            posted.set(false);
            if (closed || lent) {
                return;
            }
            boolean canRead = in.readable();
            boolean canWrite = out.writable();
            boolean writeFirst = order == WriteOrder.BEFORE_READ;
            if (canWrite && writeFirst) {
                run(writable);
            }
            if (canRead) {
                run(readable);
            }
            if (canWrite && !writeFirst) {
                run(writable);
            }
            scheduleIfReady();
        }

        private void run(@Nullable Runnable handler) {
            if (handler != null && !lent && !closed) {
                handler.run();
            }
        }

        private void scheduleIfReady() {
            if (!closed && !lent && (readable != null && in.readable() || writable != null && out.writable())) {
                schedule();
            }
        }

        @Override
        public ConnectionType type() {
            return InProcessTransport.this;
        }

        @Override
        public String peer() {
            return (loopback ? name : "elsewhere") + ":" + number;
        }

        @Override
        public String local() {
            return name + ":0";
        }

        @Override
        public boolean loopback() {
            return loopback;
        }

        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public int read(MemorySegment into, long offset, int length) throws IOException {
            checkOpen();
            Objects.checkFromIndexSize(offset, length, into.byteSize());
            return in.take(into, offset, Math.min(length, readLimit));
        }

        @Override
        public int write(MemorySegment from, long offset, int length) throws IOException {
            checkOpen();
            Objects.checkFromIndexSize(offset, length, from.byteSize());
            return out.put(from, offset, Math.min(length, writeLimit));
        }

        private void checkOpen() throws IOException {
            if (closed) {
                throw new IOException("Bad file descriptor");
            }
        }

        @Override
        public void onReadable(@Nullable Runnable handler) {
            readable = handler;
            scheduleIfReady();
        }

        @Override
        public void onWritable(@Nullable Runnable handler, WriteOrder writeOrder) {
            writable = handler;
            order = writeOrder;
            scheduleIfReady();
        }

        @Override
        public void lend() {
            lent = true;
        }

        @Override
        public void settle() {
            lent = false;
            scheduleIfReady();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.remove(this);
                readable = null;
                writable = null;
                out.end();
                in.breakOff("Connection reset by peer");
            }
        }
    }

    private static final class ClientEnd implements Peer {
        private final End server;
        private final InputStream in;
        private final OutputStream out;

        ClientEnd(End server) {
            this.server = server;
            this.in = new Received(server);
            this.out = new Sent(server);
        }

        @Override
        public InputStream in() {
            return in;
        }

        @Override
        public OutputStream out() {
            return out;
        }

        @Override
        public void close() {
            server.in.end();
            server.out.end();
            server.schedule();
        }

        @Override
        public void reset() {
            server.in.breakOff("Connection reset by peer");
            server.out.breakOff("Connection reset by peer");
            server.schedule();
        }
    }

    private static final class Sent extends OutputStream {
        private final End server;

        Sent(End server) {
            this.server = server;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[]{(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int sent = 0;
            while (sent < length) {
                sent += server.in.put(bytes, offset + sent, length - sent);
                server.schedule();
                if (sent < length) {
                    awaitRoom();
                }
            }
        }

        private void awaitRoom() throws IOException {
            try {
                if (!server.in.awaitWritable(server.clientPatience)) {
                    throw new InterruptedIOException("the server reads nothing");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        }
    }

    private static final class Received extends InputStream {
        private final End server;
        private final byte[] buffer = new byte[64 << 10];
        private int position;
        private int limit;

        Received(End server) {
            this.server = server;
        }

        @Override
        public int read() throws IOException {
            return fill() ? buffer[position++] & 0xff : -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int n = Math.min(length, limit - position);
            System.arraycopy(buffer, position, to, offset, n);
            position += n;
            return n;
        }

        @Override
        public int available() {
            return limit - position + server.out.available();
        }

        private boolean fill() throws IOException {
            if (position < limit) {
                return true;
            }
            try {
                if (!server.out.awaitReadable(server.clientPatience)) {
                    throw new InterruptedIOException("the server sent nothing for " + server.clientPatience / 1_000_000_000 + " seconds");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
            position = 0;
            limit = Math.max(0, server.out.take(buffer, 0, buffer.length));
            server.schedule();
            return limit > 0;
        }
    }
}
