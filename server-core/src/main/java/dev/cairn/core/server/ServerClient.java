package dev.cairn.core.server;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Client;
import dev.cairn.api.io.Connection;
import dev.cairn.core.db.Database;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.resp.RequestParser;
import dev.cairn.resp.Sink;
import dev.cairn.structures.Memory;

/**
 * A connected client: its connection, buffers, protocol state and what it has asked to be remembered. Main thread; an idle client holds no
 * buffer.
 */
public final class ServerClient implements Client {
    /** What becomes of replies. */
    public enum ReplyMode {
        /** They are sent. */
        ON,
        /** They are dropped. */
        OFF,
        /** The next one is dropped. */
        SKIP_NEXT,
        /** The one of the command being executed is dropped. */
        SKIP
    }

    private final long id;
    private final Connection connection;
    private final long createdMillis;
    final RequestParser parser;
    final ReplyWriter reply;
    /** Writes to the connection; made once. */
    final Sink sink;

    Database database;
    String name = "";
    String libraryName = "";
    String libraryVersion = "";
    String user = "default";
    boolean authenticated;
    ReplyMode replyMode = ReplyMode.ON;
    private int protocol = 2;

    /** The private query buffer; 0 while nothing is kept. */
    long query;
    int queryCapacity;
    int queryLength;
    /** Whether the query buffer is only there for a read by a thread. */
    boolean queryBorrowed;
    /** While commands are executed, the bytes received behind them. */
    int queryRest;
    /** Largest query buffer used since the last look of the cron. */
    int queryPeak;
    /** Bytes that may still come of a bulk that is larger than a query buffer may be; -1 when there is none. */
    long refusedLeft = -1;

    /** The transaction being queued; null outside of MULTI. */
    @Nullable Transaction transaction;
    /** Watched keys; the empty list that all share when there are none. */
    List<WatchedKey> watched = List.of();
    /** Whether a watched key was changed. */
    boolean watchFailed;

    @Nullable Blocked blocked;

    /** The client's number among those that have subscriptions, -1 while it has none. */
    int subscriber = -1;
    /** Messages that the client sent to itself and gets after its command's reply; null before the first. */
    @Nullable ReplyWriter postponed;

    long lastInteractionMillis;
    long writeOffset;
    @Nullable CommandEntry lastCommand;
    long commandsProcessed;
    long bytesIn;
    long bytesOut;

    /** Since when the reply buffer's peak is looked for, ms since 1970. */
    long replyPeakSince;

    /** What threads do for it; null before they first do. */
    private @Nullable LentClient work;
    /** Whether it is noted to be read by a thread. */
    boolean readPending;
    /** Room that a thread's read is given, bytes, and how many reads in a row have needed little of it. */
    int readRoom = ClientInput.FIRST_READ;
    int smallReads;
    boolean writePending;
    boolean writeHandlerSet;
    /** Where its replies wait for the disk: how much of the stream must be safe, and how many bytes may leave then. */
    long heldTo;
    long safeBytes;
    /** How many commands of it are being executed: one, or those of a transaction inside EXEC. */
    int executing;
    /** Whether what it has sent is being processed. */
    boolean processing;
    /** Its memory as {@link ClientMemory} has counted it last, in bytes, and the class that it was counted in. */
    long countedBytes;
    ClientLimits.@Nullable OutputClass countedAs;
    /** Clients of about its size, if it may be evicted. */
    @Nullable Set<ServerClient> bucket;
    boolean closeAfterReply;
    boolean closeScheduled;
    boolean closed;
    boolean pinned;
    /** A command that is to be processed later, stored; 0 for none. */
    long heldCommand;
    /** When the wait ends that the command was interrupted in, ms since 1970; 0 when it was in none, or in one without an end. */
    long heldUntil;
    /** Whether it is shown all commands, see {@link Monitors}. */
    boolean monitoring;
    boolean noEvict;
    boolean noTouch;
    boolean followsRedirects;
    /** When the output buffer went over its soft limit, monotonic s; 0 when it is not. */
    long softLimitSince;

    ServerClient(long id, Connection connection, RequestParser parser, ReplyWriter reply, Database database, long nowMillis) {
        this.id = id;
        this.connection = connection;
        this.sink = (address, length) -> connection.write(Memory.ALL, address, length);
        this.parser = parser;
        this.reply = reply;
        this.database = database;
        this.createdMillis = nowMillis;
        this.lastInteractionMillis = nowMillis;
        this.replyPeakSince = nowMillis;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public String name() {
        return name;
    }

    /** Sets the name, empty for none. */
    public void name(String value) {
        name = value;
    }

    /** The client library's name, as it told it. */
    public String libraryName() {
        return libraryName;
    }

    /** Sets the client library's name. */
    public void libraryName(String value) {
        libraryName = value;
    }

    /** The client library's version, as it told it. */
    public String libraryVersion() {
        return libraryVersion;
    }

    /** Sets the client library's version. */
    public void libraryVersion(String value) {
        libraryVersion = value;
    }

    @Override
    public String address() {
        return connection.peer();
    }

    /** Whether it is no client, but executes commands of the server's own or of modules. */
    boolean internal() {
        return id == 0;
    }

    /** Whether it came by a socket of this host's file system. */
    boolean local() {
        return !internal() && connection.type().name().equals("unix");
    }

    @Override
    public int protocol() {
        return protocol;
    }

    /** Sets the protocol, 2 or 3. */
    public void protocol(int value) {
        protocol = value;
        reply.protocol(value);
    }

    @Override
    public int database() {
        return database.index();
    }

    @Override
    public long writeOffset() {
        return writeOffset;
    }

    /** Selects a database. */
    public void select(Database value) {
        database = value;
    }

    @Override
    public String user() {
        return user;
    }

    /** Whether commands may be executed without another AUTH. */
    public boolean authenticated() {
        return authenticated;
    }

    /** Notes that the client is authenticated as the user, or that it is not. */
    public void authenticated(boolean value, String asUser) {
        authenticated = value;
        user = asUser;
    }

    /** The connection. */
    public Connection connection() {
        return connection;
    }

    /** The replies that wait to be sent. */
    public ReplyWriter reply() {
        return reply;
    }

    /** When the client connected, ms since 1970. */
    public long createdMillis() {
        return createdMillis;
    }

    /** When it last sent something, ms since 1970. */
    public long lastInteractionMillis() {
        return lastInteractionMillis;
    }

    /** The last command, null before the first. */
    public @Nullable CommandEntry lastCommand() {
        return lastCommand;
    }

    /** Number of commands that it had executed. */
    public long commandsProcessed() {
        return commandsProcessed;
    }

    /** Bytes received from it. */
    public long bytesIn() {
        return bytesIn;
    }

    /** Bytes sent to it. */
    public long bytesOut() {
        return bytesOut;
    }

    /** What becomes of its replies. */
    public ReplyMode replyMode() {
        return replyMode;
    }

    /** Sets what becomes of its replies. */
    public void replyMode(ReplyMode mode) {
        replyMode = mode;
        reply.mute(mode == ReplyMode.OFF || mode == ReplyMode.SKIP);
    }

    /** Whether MULTI has begun. */
    public boolean inTransaction() {
        return transaction != null;
    }

    /** Number of commands queued since MULTI, -1 outside of a transaction. */
    public int queuedCommands() {
        return transaction == null ? -1 : transaction.size();
    }

    /** Bytes of the commands queued since MULTI. */
    public long queuedBytes() {
        return transaction == null ? 0 : transaction.bytes();
    }

    /** Number of watched keys. */
    public int watchedKeys() {
        return watched.size();
    }

    /** Whether a watched key was changed, or a command was refused since MULTI. */
    public boolean transactionFailed() {
        return watchFailed || transaction != null && transaction.failed();
    }

    /** Whether it waits: in a blocking command, or to have its command processed later. */
    public boolean waits() {
        return blocked != null || heldCommand != 0;
    }

    /** Whether MONITOR shows it all commands. */
    public boolean monitoring() {
        return monitoring;
    }

    /** Whether it is spared when clients take too much memory. */
    public boolean noEvict() {
        return noEvict;
    }

    /** Sets whether its commands leave the access history of keys alone. */
    public void noTouch(boolean on) {
        noTouch = on;
    }

    /** Notes that it can follow a redirection to another server. */
    public void followRedirects() {
        followsRedirects = true;
    }

    /** Whether it is closed as soon as its replies are sent. */
    public boolean closesAfterReply() {
        return closeAfterReply;
    }

    /** Closes it as soon as its replies are sent; nothing more is read from it. */
    public void closeAfterReply() {
        closeAfterReply = true;
    }

    /** Whether it is about to be closed. */
    public boolean closing() {
        return closeScheduled || closed;
    }

    /** Whether the connection is closed. */
    public boolean closed() {
        return closed;
    }

    /** Bytes received and not executed yet. */
    public int queryLength() {
        return queryLength;
    }

    /** Bytes received that are part of no command yet; what threads do is done, see {@link ClientThreads#await}. */
    int queryUnparsed() {
        if (work != null && work.reads()) {
            return work.unparsed();
        }
        return processing ? queryRest : queryLength - parser.consumed();
    }

    /** Capacity of the query buffer. */
    public int queryCapacity() {
        return queryCapacity;
    }

    /** Whether it has subscribed to a channel or a pattern. */
    public boolean isSubscriber() {
        return subscriber >= 0;
    }

    /** Whether it has subscriptions and a protocol in which replies are not told from messages, so that few commands are allowed. */
    public boolean inSubscribedMode() {
        return subscriber >= 0 && protocol == 2;
    }

    /** Bytes that wait to be sent. */
    long pendingOutput() {
        return reply.pendingBytes() + (postponed == null ? 0 : postponed.pendingBytes());
    }

    /** The class whose output limits apply. */
    public ClientLimits.OutputClass outputClass() {
        return isSubscriber() ? ClientLimits.OutputClass.PUBSUB : ClientLimits.OutputClass.NORMAL;
    }

    /** Whether nothing of it is under way: neither a command nor a part of one, nor a reply, nor a transaction. */
    boolean idle() {
        return blocked == null && transaction == null && queryLength == 0 && !parser.incomplete() && reply.isEmpty();
    }

    /** Whether messages that it sent to itself wait for the end of its command. */
    boolean owesItself() {
        return postponed != null && !postponed.isEmpty();
    }

    /** What threads do for it. */
    LentClient work() {
        LentClient made = work;
        if (made == null) {
            made = new LentClient(this);
            work = made;
        }
        return made;
    }

    /** Whether its connection is lent to a thread. */
    boolean lent() {
        return work != null && work.lent();
    }

    /** Whether its connection is lent to a thread for a read, so that its parser and query buffer are that thread's. */
    boolean lentForRead() {
        return work != null && work.reads();
    }

    /** Whether no more commands of it can be executed for now. */
    boolean halted() {
        return waits() || closeAfterReply || closeScheduled || closed;
    }
}
