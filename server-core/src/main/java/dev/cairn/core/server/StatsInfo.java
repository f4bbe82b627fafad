package dev.cairn.core.server;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

import dev.cairn.api.InfoWriter;
import dev.cairn.core.db.KeyspaceStats;
import dev.cairn.core.observe.LatencyHistogram;
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
                .field("instantaneous_input_repl_kbps", 0.0, 2).field("instantaneous_output_repl_kbps", 0.0, 2)
                .field("rejected_connections", s.rejectedConnections).field("sync_full", 0).field("sync_partial_ok", 0)
                .field("sync_partial_err", 0).field("expired_keys", keys.expired).field("expired_subkeys", keys.expiredParts)
                .field("expired_stale_perc", s.expiredStaleShare * 100, 2).field("expired_time_cap_reached_count", s.expiryTimeCaps)
                .field("expire_cycle_cpu_milliseconds", s.expiryMicros / 1000).field("evicted_keys", 0)
                .field("evicted_clients", s.evictedClients)
                .field("keyspace_hits", keys.hits).field("keyspace_misses", keys.misses)
                .field("pubsub_channels", server.pubsub().topics(PubSub.Kind.CHANNEL))
                .field("pubsub_patterns", server.pubsub().topics(PubSub.Kind.PATTERN))
                .field("pubsubshard_channels", server.pubsub().topics(PubSub.Kind.SHARD)).field("latest_fork_usec", 0)
                .field("total_forks", 0).field("migrate_cached_sockets", 0)
                .field("slave_expires_tracked_keys", 0).field("tracking_total_keys", 0).field("tracking_total_items", 0)
                .field("tracking_total_prefixes", 0)
                .field("unexpected_error_replies", s.unexpectedErrors).field("total_error_replies", s.errorReplies)
                .field("total_reads_processed", s.reads).field("total_writes_processed", s.writes)
                .field("io_threaded_reads_processed", s.threadedReads)
                .field("io_threaded_writes_processed", s.threadedWrites)
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

    /** The section Latencystats. */
    public void latencies(InfoWriter out) {
        StringBuilder line = new StringBuilder(128);
        for (CommandEntry e : server.originalCommands().all()) {
            latency(out, e, line);
            CommandTable subcommands = e.subcommands();
            if (subcommands != null) {
                subcommands.all().forEach(sub -> latency(out, sub, line));
            }
        }
    }

    private void latency(InfoWriter out, CommandEntry e, StringBuilder line) {
        LatencyHistogram histogram = e.histogram();
        if (histogram == null) {
            return;
        }
        line.setLength(0);
        for (double p : server.settings().percentiles) {
            String percentile = new BigDecimal(p).setScale(6, RoundingMode.HALF_EVEN).stripTrailingZeros().toPlainString();
            line.append(line.isEmpty() ? "p" : ",p").append(percentile).append('=');
            FixedPoint.append(line, histogram.micros(p), 3);
        }
        out.field("latency_percentiles_usec_" + safe(e.wireName()), line);
    }

    /** The section Debug, which is shown only when it is asked for. */
    public void debug(InfoWriter out) {
        ServerStats s = server.stats();
        out.field("eventloop_duration_aof_sum", s.logNanos / 1000).field("eventloop_duration_cron_sum", s.cronNanos / 1000)
                .field("eventloop_duration_max", s.longestTurnNanos / 1000).field("eventloop_cmd_per_cycle_max", s.mostCommandsInTurn);
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
