package dev.cairn.core.server;

import java.util.Map;

import dev.cairn.api.InfoWriter;
import dev.cairn.core.db.KeyspaceStats;
import dev.cairn.core.os.ProcessStats;
import dev.cairn.core.os.ProcessStats.CpuTime;
import dev.cairn.core.os.ProcessStats.Who;

/** The sections of INFO that count what the server has done. Main thread. */
public final class StatsInfo {
    private final Server server;

    /** Makes the sections of a server. */
    public StatsInfo(Server server) {
        this.server = server;
    }

    /** The section Stats. */
    public void stats(InfoWriter out) {
        ServerStats s = server.stats();
        KeyspaceStats keys = server.databases().stats();
        long turns = Math.max(1, s.turnRate.perSecond());
        out.field("total_connections_received", s.connections).field("total_commands_processed", s.commands)
                .field("instantaneous_ops_per_sec", s.commandRate.perSecond()).field("total_net_input_bytes", s.bytesIn)
                .field("total_net_output_bytes", s.bytesOut).field("total_net_repl_input_bytes", 0)
                .field("total_net_repl_output_bytes", 0).field("instantaneous_input_kbps", s.inputRate.perSecond() / 1024.0, 2)
                .field("instantaneous_output_kbps", s.outputRate.perSecond() / 1024.0, 2)
                .field("rejected_connections", s.rejectedConnections).field("expired_keys", keys.expired)
                .field("expired_subkeys", keys.expiredParts)
                .field("expired_stale_perc", s.expiredStaleShare * 100, 2).field("expired_time_cap_reached_count", s.expiryTimeCaps)
                .field("expire_cycle_cpu_milliseconds", s.expiryMicros / 1000).field("evicted_keys", 0)
                .field("evicted_clients", s.evictedClients)
                .field("keyspace_hits", keys.hits).field("keyspace_misses", keys.misses)
                .field("pubsub_channels", server.pubsub().topics(PubSub.Kind.CHANNEL))
                .field("pubsub_patterns", server.pubsub().topics(PubSub.Kind.PATTERN))
                .field("pubsubshard_channels", server.pubsub().topics(PubSub.Kind.SHARD)).field("latest_fork_usec", 0)
                .field("total_forks", 0)
                .field("unexpected_error_replies", s.unexpectedErrors).field("total_error_replies", s.errorReplies)
                .field("total_reads_processed", s.reads).field("total_writes_processed", s.writes)
                .field("io_threaded_reads_processed", 0).field("io_threaded_writes_processed", 0)
                .field("client_query_buffer_limit_disconnections", s.queryLimitDisconnections)
                .field("client_output_buffer_limit_disconnections", s.outputLimitDisconnections)
                .field("reply_buffer_shrinks", s.replyBufferShrinks).field("reply_buffer_expands", s.replyBufferExpands)
                .field("eventloop_cycles", s.loopTurns)
                .field("eventloop_duration_sum", s.loopNanos / 1000).field("eventloop_duration_cmd_sum", s.commandNanos / 1000)
                .field("instantaneous_eventloop_cycles_per_sec", s.turnRate.perSecond())
                .field("instantaneous_eventloop_duration_usec", s.turnNanosRate.perSecond() / turns / 1000)
                .field("acl_access_denied_auth", s.deniedAuthentications).field("acl_access_denied_cmd", 0)
                .field("acl_access_denied_key", 0).field("acl_access_denied_channel", 0);
    }

    /** The section CPU. */
    public void cpu(InfoWriter out) {
        cpu(out, Who.PROCESS, "");
        cpu(out, Who.CHILDREN, "_children");
        cpu(out, Who.THREAD, "_main_thread");
    }

    private static void cpu(InfoWriter out, Who who, String suffix) {
        CpuTime time = ProcessStats.cpu(who);
        out.field("used_cpu_sys" + suffix, time.systemMicros() / 1e6, 6).field("used_cpu_user" + suffix, time.userMicros() / 1e6, 6);
    }

    /** The section Commandstats. */
    public void commands(InfoWriter out) {
        StringBuilder line = new StringBuilder(128);
        for (CommandEntry e : server.originalCommands().all()) {
            command(out, e, line);
            CommandTable subcommands = e.subcommands();
            if (subcommands != null) {
                for (CommandEntry sub : subcommands.all()) {
                    command(out, sub, line);
                }
            }
        }
    }

    private static void command(InfoWriter out, CommandEntry e, StringBuilder line) {
        if (e.calls == 0 && e.failed == 0 && e.rejected == 0) {
            return;
        }
        line.setLength(0);
        line.append("calls=").append(e.calls).append(",usec=").append(e.nanos / 1000).append(",usec_per_call=");
        FixedPoint.append(line, e.calls == 0 ? 0 : e.nanos / 1000.0 / e.calls, 2);
        line.append(",rejected_calls=").append(e.rejected).append(",failed_calls=").append(e.failed);
        out.field("cmdstat_" + safe(e.wireName()), line);
    }

    /** The section Errorstats. */
    public void errors(InfoWriter out) {
        for (Map.Entry<String, long[]> e : server.stats().errors().entrySet()) {
            out.field("errorstat_" + safe(e.getKey()), "count=" + e.getValue()[0]);
        }
    }

    /** A name without the characters that INFO's lines are made of. */
    private static String safe(String name) {
        return name.replace('#', '_').replace(':', '_').replace('\n', '_').replace('\r', '_');
    }
}
