package dev.cairn.core.server;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.cairn.api.InfoWriter;
import dev.cairn.api.ModuleInfo;
import dev.cairn.core.boot.Version;
import dev.cairn.core.config.Options;
import dev.cairn.core.db.Database;
import dev.cairn.core.os.Posix;

/**
 * The sections of INFO that tell what the server is and holds. Main thread. A field has the name and the format that Redis gives it; one
 * of a part that this server does not have is left out, unless its value is true all the same.
 */
public final class ServerInfo {
    /** The version of Redis whose commands and replies this server has, for clients that decide by it. */
    public static final String COMPATIBLE_VERSION = "7.2.4";

    private static final String NO_REPLICATION_ID = "0".repeat(40);
    private static final String OS = System.getProperty("os.name") + ' ' + System.getProperty("os.version") + ' ' + machine();

    private final Server server;
    private final Options options;

    /** Makes the sections of a server. */
    public ServerInfo(Server server, Options options) {
        this.server = server;
        this.options = options;
    }

    private static String machine() {
        String arch = System.getProperty("os.arch");
        return arch.equals("amd64") ? "x86_64" : arch;
    }

    /** The section Server. */
    public void server(InfoWriter out) {
        ServerIdentity identity = server.identity();
        long uptime = (server.clock().millis() - server.startMillis()) / 1000;
        out.field("redis_version", COMPATIBLE_VERSION).field("server_name", "cairn").field("cairn_version", Version.version())
                .field("redis_git_sha1", Version.sha()).field("redis_git_dirty", Version.dirty() ? 1 : 0)
                .field("redis_build_id", Version.buildId()).field("redis_mode", "standalone").field("server_mode", "standalone")
                .field("os", OS).field("arch_bits", 64).field("monotonic_clock", "POSIX clock_gettime").field("multiplexing_api", "epoll")
                .field("jvm_version", Runtime.version().toString()).field("process_id", Posix.pid())
                .field("process_supervised", identity.supervised).field("run_id", identity.runId).field("tcp_port", tcpPort())
                .field("server_time_usec", server.clock().micros()).field("uptime_in_seconds", uptime)
                .field("uptime_in_days", uptime / 86_400).field("hz", server.hz()).field("configured_hz", server.settings().hz)
                .field("lru_clock", server.clock().seconds() & 0xffffff).field("executable", identity.executable)
                .field("config_file", identity.configFile == null ? "" : identity.configFile.toString())
                .field("io_threads_active", server.clients().threads().active() ? 1 : 0);
        listeners(out);
    }

    private int tcpPort() {
        for (Listeners.Open l : server.listeners().all()) {
            if (l.type().name().equals("tcp")) {
                return l.listener().port();
            }
        }
        return 0;
    }

    private void listeners(InfoWriter out) {
        Map<String, StringBuilder> byType = new LinkedHashMap<>();
        Map<String, Integer> ports = new LinkedHashMap<>();
        for (Listeners.Open l : server.listeners().all()) {
            String type = l.type().name();
            byType.computeIfAbsent(type, t -> new StringBuilder("name=").append(t)).append(",bind=").append(l.listener().address());
            ports.putIfAbsent(type, l.listener().port());
        }
        int number = 0;
        for (Map.Entry<String, StringBuilder> e : byType.entrySet()) {
            int port = ports.getOrDefault(e.getKey(), 0);
            out.field("listener" + number++, port == 0 ? e.getValue() : e.getValue().append(",port=").append(port));
        }
    }

    /** The section Clients. */
    public void clients(InfoWriter out) {
        long input = 0;
        long output = 0;
        for (ServerClient c : server.clients().all()) {
            input = Math.max(input, c.queryPeak);
            output = Math.max(output, c.reply.pendingBytes());
        }
        out.field("connected_clients", server.clients().count()).field("cluster_connections", 0)
                .field("maxclients", server.clients().limits().maxClients).field("client_recent_max_input_buffer", input)
                .field("client_recent_max_output_buffer", output).field("blocked_clients", server.blockedClients())
                .field("tracking_clients", 0).field("pubsub_clients", server.pubsub().clients())
                .field("watching_clients", server.transactions().watchingClients())
                .field("total_watched_keys", server.transactions().watchedKeys()).field("total_blocking_keys", server.blockingKeys())
                .field("total_blocking_keys_on_nokey", server.blockingKeysOnNoKey())
                .field("clients_in_timeout_table", server.clientsWithTimeout());
    }

    /** The section Persistence. */
    public void persistence(InfoWriter out) {
        out.field("loading", server.durability().loading() ? 1 : 0).field("async_loading", 0)
                .field("rdb_changes_since_last_save", server.dirty()).field("rdb_bgsave_in_progress", 0);
        server.durability().info(out);
    }

    /** The section Replication. */
    public void replication(InfoWriter out) {
        out.field("role", "master").field("connected_slaves", 0).field("master_failover_state", "no-failover")
                .field("master_replid", server.identity().replicationId).field("master_replid2", NO_REPLICATION_ID)
                .field("master_repl_offset", 0).field("second_repl_offset", -1).field("repl_backlog_active", 0);
    }

    /** The section Modules. */
    public void modules(InfoWriter out) {
        for (ServerIdentity.Loaded loaded : server.identity().modules.get()) {
            ModuleInfo m = loaded.info();
            out.field("module", "name=" + m.name() + ",ver=" + m.version() + ",api=" + m.builtFor().major() + ",filters=" + loaded.filters()
                    + ",usedby=[" + String.join("|", loaded.usedBy()) + "],using=[" + String.join("|", loaded.using()) + "],options=[]");
        }
        out.field("modules_unloaded", server.identity().unloadedModules.getAsInt())
                .field("modules_unloaded_in_memory", server.identity().uncollectedModules.getAsInt());
    }

    /** The section Cluster. */
    public void cluster(InfoWriter out) {
        out.field("cluster_enabled", 0);
    }

    /** The section Keyspace. */
    public void keyspace(InfoWriter out) {
        StringBuilder line = new StringBuilder(64);
        for (int i = 0; i < server.databases().count(); i++) {
            Database db = server.databases().at(i);
            if (db.size() > 0) {
                line.setLength(0);
                line.append("keys=").append(db.size()).append(",expires=").append(db.volatileKeys()).append(",avg_ttl=")
                        .append(server.expiry().averageTtl(i));
                long subexpiry = db.keysWithVolatileParts();
                if (subexpiry > 0) {
                    line.append(",subexpiry=").append(subexpiry);
                }
                out.field("db" + i, line);
            }
        }
    }

    /** The section Memory. */
    public void memory(InfoWriter out) {
        MemoryInfo.write(server, options, out);
    }
}
