package dev.cairn.core.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cairn.core.config.Options.Entry;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the options to an installed redis-server 7.0, over a Unix socket; skipped where there is none. */
class RealServerTest {
    /** Options whose defaults differ by intention: Valkey's are taken, or the test's own command line set them. */
    private static final Set<String> DIFFERENT = Set.of("lazyfree-lazy-eviction", "lazyfree-lazy-expire", "lazyfree-lazy-server-del",
            "lazyfree-lazy-user-del", "lazyfree-lazy-user-flush", "replica-lazy-flush", "slave-lazy-flush", "repl-backlog-size",
            "syslog-ident", "port", "unixsocket", "dir");

    @TempDir Path dir;
    private List<Process> processes = List.of();
    private List<SocketChannel> channels = List.of();
    private InputStream in = InputStream.nullInputStream();
    private final Options options = new Options();

    @BeforeEach
    void start() throws Exception {
        Path program = Path.of("/usr/bin/redis-server");
        assumeTrue(Files.isExecutable(program));
        Path socket = dir.resolve("s");
        Process process = new ProcessBuilder(program.toString(), "--port", "0", "--unixsocket", socket.toString(), "--dir", dir.toString())
                .redirectErrorStream(true)
                .start();
        processes = List.of(process);
        // The server says when it listens; its version is in the same text.
        StringBuilder log = new StringBuilder();
        InputStream output = process.getInputStream();
        for (int c = output.read(); c >= 0 && log.indexOf("now ready to accept connections") < 0; c = output.read()) {
            log.append((char) c);
        }
        assumeTrue(log.indexOf("Redis version=7.0.") >= 0);
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        channels = List.of(channel);
        in = new BufferedInputStream(Channels.newInputStream(channel));
        new CoreOptions(options);
    }

    @AfterEach
    void stop() throws Exception {
        for (SocketChannel channel : channels) {
            channel.close();
        }
        for (Process process : processes) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private List<String> call(String... args) throws IOException {
        StringBuilder request = new StringBuilder("*" + args.length + "\r\n");
        for (String arg : args) {
            request.append('$').append(arg.length()).append("\r\n").append(arg).append("\r\n");
        }
        channels.getFirst().write(ByteBuffer.wrap(request.toString().getBytes(ISO_8859_1)));
        String head = line();
        List<String> reply = new ArrayList<>();
        if (head.startsWith("*")) {
            for (int n = Integer.parseInt(head.substring(1)); n > 0; n--) {
                reply.add(new String(in.readNBytes(Integer.parseInt(line().substring(1)) + 2), ISO_8859_1).replaceAll("\r\n$", ""));
            }
        } else {
            reply.add(head);
        }
        return reply;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n' && c >= 0; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }

    private Map<String, String> theirs(String... patterns) throws IOException {
        List<String> command = new ArrayList<>(List.of("CONFIG", "GET"));
        command.addAll(List.of(patterns));
        List<String> reply = call(command.toArray(String[]::new));
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < reply.size(); i += 2) {
            map.put(reply.get(i), reply.get(i + 1));
        }
        return map;
    }

    private Map<String, String> ours(String... patterns) {
        Map<String, String> map = new TreeMap<>();
        options.matching(List.of(patterns)).forEach(e -> map.put(e.name(), e.value()));
        return map;
    }

    private String set(String... pairs) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            entries.add(new Entry(pairs[i], pairs[i + 1]));
        }
        try {
            options.set(entries);
            return "+OK";
        } catch (OptionSetError e) {
            return "-ERR " + e.sentence();
        }
    }

    @Test
    void everyOptionOfRedisIsKnownWithItsDefault() throws Exception {
        Map<String, String> theirs = theirs("*");
        Map<String, String> ours = ours("*");
        theirs.keySet().removeAll(DIFFERENT);
        // Hidden in Valkey.
        theirs.keySet().removeAll(Set.of("aof-disable-auto-gc"));
        ours.keySet().retainAll(theirs.keySet());
        assertEquals(theirs, ours);
    }

    @Test
    void findsWhatRedisFinds() throws Exception {
        Set<String> newer = new TreeSet<>(ours("*").keySet());
        newer.removeAll(theirs("*").keySet());
        for (String pattern : List.of("SLAVE-READ-ONLY", "*ziplist*", "[a]ppend*", "Port", "no\\*", "m?xmem*y", "nothing", "*[^a-z]max-*",
                "save*")) {
            Set<String> ours = new TreeSet<>(ours(pattern).keySet());
            ours.removeAll(newer);
            assertEquals(theirs(pattern).keySet(), ours, pattern);
        }
        assertEquals(theirs("Timeout", "timeout", "replica-read*", "slave-read-only"),
                ours("Timeout", "timeout", "replica-read*", "slave-read-only"));
    }

    @Test
    void setsAndRefusesInTheWordsOfRedis() throws Exception {
        String[][] commands = {
                {"nothing", "1"}, {"timeout", "1", "nothing", "1"}, {"databases", "1", "nothing", "1"}, {"maxclients", "0"},
                {"maxclients", "-1"},
                {"databases", "1"}, {"dir", "/tmp"}, {"dbfilename", "x"}, {"hz", "10", "HZ", "20"}, {"hz", "-1"}, {"hz", "1000"},
                {"hz", "0"},
                {"maxmemory", "abc"}, {"maxmemory", "-5"}, {"maxmemory", "5%"}, {"maxmemory", "1tb"}, {"maxmemory", ""},
                {"maxmemory", "10MB"},
                {"notify-keyspace-events", "Kq"}, {"notify-keyspace-events", "gxEA"}, {"notify-keyspace-events", "n$zK"},
                {"save", "900"}, {"save", "900 1 30"}, {"save", "900  1"}, {"save", "0 1"}, {"save", "1 -1"}, {"save", "5 6 7 8"},
                {"save", ""},
                {"appendfsync", "x"}, {"slave-read-only", "x"}, {"slave-priority", "-1"}, {"maxmemory-clients", "101%"},
                {"maxmemory-clients", "x"}, {"maxmemory-clients", "7%"}, {"maxmemory-clients", "%"}, {"unixsocketperm", "9"},
                {"timeout", "1x"}, {"timeout", "010"}, {"timeout", "+1"}, {"timeout", " 1"}, {"timeout", ""}, {"timeout", "99999999999"},
                {"client-output-buffer-limit", "normal 1"}, {"client-output-buffer-limit", "x 1 1 1"},
                {"client-output-buffer-limit", "normal 1 1 x"}, {"client-output-buffer-limit", "normal a 1 1"},
                {"client-output-buffer-limit", "slave 1mb 1 1 replica 2 2 2"}, {"client-output-buffer-limit", ""},
                {"oom-score-adj-values", "1 2"}, {"oom-score-adj-values", "1 2 3000"}, {"oom-score-adj-values", ""},
                {"oom-score-adj", "x"}, {"latency-tracking-info-percentiles", "50 101"}, {"latency-tracking-info-percentiles", "x"},
                {"latency-tracking-info-percentiles", "50.0 99.99999999"}, {"latency-tracking-info-percentiles", ""},
                {"shutdown-on-sigterm", "save nosave"}, {"shutdown-on-sigterm", "force now"}, {"shutdown-on-sigterm", ""},
                {"shutdown-on-sigterm", "DEFAULT"}, {"proc-title-template", "{x}"}, {"proc-title-template", ""},
                {"list-max-listpack-size", "-5000000000"}, {"proto-max-bulk-len", "1"}, {"slowlog-log-slower-than", "-2"},
                {"slowlog-max-len", "-1"}, {"replica-priority", "5", "slave-priority", "6"}, {"appendonly", "x", "save", "1"},
                {"requirepass", ""}, {"maxmemory-policy", "x"}, {"repl-backlog-size", "0"}, {"active-defrag-cycle-max", "100"},
                {"enable-debug-command", "yes"}, {"replicaof", "x 1"}, {"lfu-decay-time", "-1"}, {"use-exit-on-panic", "x"},
                {"loglevel", ""},
        };
        for (String[] pairs : commands) {
            List<String> command = new ArrayList<>(List.of("CONFIG", "SET"));
            command.addAll(List.of(pairs));
            // Valkey has one more level.
            String theirs = call(command.toArray(String[]::new)).getFirst().replace("verbose, notice, warning",
                    "verbose, notice, warning, nothing");
            assertEquals(theirs, set(pairs), String.join(" ", pairs));
            if (!DIFFERENT.contains(pairs[0])) {
                assertEquals(theirs(pairs[0]), ours(pairs[0]));
            }
        }
    }
}
