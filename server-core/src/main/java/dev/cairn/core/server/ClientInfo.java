package dev.cairn.core.server;

/** A client's line in CLIENT LIST. Main thread. */
public final class ClientInfo {
    private ClientInfo() {
    }

    /**
     * Appends a client's fields, without a line break.
     *
     * @param pubsub the client's subscriptions
     * @param nowMillis the time, ms since 1970
     * @param argumentBytes bytes of the arguments of the command being executed by this client, 0 for another
     */
    public static void append(StringBuilder to, ServerClient c, PubSub pubsub, long nowMillis, long argumentBytes) {
        long buffer = c.reply.firstChunk();
        long inBuffer = c.reply.listedChunks() == c.reply.chunks() ? 0 : Math.min(c.reply.pendingBytes(), buffer);
        CommandEntry last = c.lastCommand;
        to.append("id=").append(c.id());
        to.append(" addr=").append(c.address());
        to.append(" laddr=").append(c.connection().local());
        to.append(" fd=").append(c.connection().descriptor());
        to.append(" name=").append(c.name);
        to.append(" age=").append(seconds(nowMillis - c.createdMillis()));
        to.append(" idle=").append(seconds(nowMillis - c.lastInteractionMillis));
        to.append(" flags=").append(flags(c));
        to.append(" db=").append(c.database());
        to.append(" sub=").append(pubsub.count(PubSub.Kind.CHANNEL, c));
        to.append(" psub=").append(pubsub.count(PubSub.Kind.PATTERN, c));
        to.append(" ssub=").append(pubsub.count(PubSub.Kind.SHARD, c));
        to.append(" multi=").append(c.queuedCommands());
        to.append(" watch=").append(c.watched.size());
        to.append(" qbuf=").append(c.queryUnparsed() + c.parser.bigReceived());
        to.append(" qbuf-free=").append(c.queryCapacity - c.queryLength);
        to.append(" argv-mem=").append(argumentBytes + c.parser.argumentBytes());
        to.append(" multi-mem=").append(c.queuedBytes());
        to.append(" rbs=").append(buffer);
        to.append(" rbp=").append(Math.min(c.reply.peak(), buffer));
        to.append(" obl=").append(inBuffer);
        to.append(" oll=").append(c.reply.listedChunks());
        to.append(" omem=").append(c.pendingOutput() - inBuffer);
        to.append(" tot-mem=").append(ClientMemory.of(c, pubsub) + argumentBytes);
        to.append(" events=").append(c.closeAfterReply ? "" : "r").append(c.writeHandlerSet ? "w" : "");
        to.append(" cmd=").append(last == null ? "NULL" : last.wireName());
        to.append(" user=").append(c.user);
        to.append(" redir=-1");
        to.append(" resp=").append(c.protocol());
        to.append(" capa=").append(c.followsRedirects ? "r" : "");
        to.append(" lib-name=").append(c.libraryName);
        to.append(" lib-ver=").append(c.libraryVersion);
        to.append(" tot-net-in=").append(c.bytesIn);
        to.append(" tot-net-out=").append(c.bytesOut);
        to.append(" tot-cmds=").append(c.commandsProcessed);
        c.connection().peerIdentity().ifPresent(identity -> to.append(" identity=").append(identity));
    }

    private static long seconds(long millis) {
        return Math.max(0, millis) / 1000;
    }

    private static String flags(ServerClient c) {
        StringBuilder f = new StringBuilder();
        append(f, 'O', c.monitoring);
        append(f, 'P', c.isSubscriber());
        append(f, 'x', c.inTransaction());
        append(f, 'b', c.waits());
        append(f, 'd', c.watchFailed);
        append(f, 'c', c.closeAfterReply);
        append(f, 'A', c.closeScheduled);
        append(f, 'U', c.local());
        append(f, 'e', c.noEvict);
        append(f, 'T', c.noTouch);
        append(f, 'N', f.isEmpty());
        return f.toString();
    }

    private static void append(StringBuilder to, char flag, boolean set) {
        if (set) {
            to.append(flag);
        }
    }
}
