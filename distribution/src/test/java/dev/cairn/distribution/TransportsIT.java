package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;
import dev.cairn.distribution.support.UnixSocket;
import dev.cairn.testkit.TestCertificates;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Drives the built distribution over its Unix socket and over TLS by redis-cli, Jedis and Lettuce. */
class TransportsIT {
    @TempDir static Path folder;
    private static TestCertificates certificates;
    private static ServerProcess server;
    private static int tlsPort;
    private static Path socket;

    @BeforeEach
    void start() throws Exception {
        // Not in @BeforeAll: a class that is skipped there leaves no trace in the report.
        if (server == null) {
            certificates = TestCertificates.make(folder, "RSA");
            tlsPort = ServerProcess.freePort();
            socket = folder.resolve("cairn.sock");
            server = ServerProcess.cairn("--tls-port", Integer.toString(tlsPort), "--tls-cert-file",
                    certificates.certificate("server").toString(), "--tls-key-file", certificates.key("server").toString(),
                    "--tls-ca-cert-file", certificates.certificate("ca").toString(), "--unixsocket", socket.toString(), "--unixsocketperm",
                    "700");
        }
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
            assertFalse(Files.exists(socket), "the socket's file is left");
        }
    }

    private static String cli(List<String> connection, String... command) throws IOException {
        List<String> line = new ArrayList<>(List.of(ServerProcess.tool("redis-cli")));
        line.addAll(connection);
        line.addAll(List.of(command));
        try (Launch launch = Launch.run(folder, Map.of(), "", line)) {
            launch.exitCode();
            return launch.output().strip();
        }
    }

    private static List<String> tls(boolean withCertificate) {
        List<String> arguments = new ArrayList<>(
                List.of("-p", Integer.toString(tlsPort), "--tls", "--cacert", certificates.certificate("ca").toString()));
        if (withCertificate) {
            arguments.addAll(
                    List.of("--cert", certificates.certificate("client").toString(), "--key", certificates.key("client").toString()));
        }
        return arguments;
    }

    @Test
    void redisCliConnectsByTheUnixSocket() throws Exception {
        List<String> unix = List.of("-s", socket.toString());
        assertEquals("OK", cli(unix, "set", "unix", "1"));
        assertEquals("1", cli(unix, "get", "unix"));
        String client = cli(unix, "client", "list");
        assertTrue(client.contains(" addr=" + socket + ":0 laddr=" + socket + ":0 ") && client.contains(" identity=pid:"), client);
    }

    @Test
    void redisCliConnectsByTls() throws Exception {
        assertEquals("OK", cli(tls(true), "set", "tls", "1"));
        assertEquals("1", cli(tls(true), "get", "tls"));
        String client = cli(tls(true), "client", "list");
        assertTrue(client.contains(" identity=CN:client,O:Acme%20Inc."), client);
        assertFalse(cli(tls(false), "ping").contains("PONG"), "served without a certificate");
        assertEquals("PONG", cli(tls(true), "ping"));
    }

    @Test
    void redisBenchmarkRunsOverBoth() throws Exception {
        for (List<String> connection : List.of(List.of("-s", socket.toString()), tls(true))) {
            List<String> line = new ArrayList<>(List.of(ServerProcess.tool("redis-benchmark")));
            line.addAll(connection);
            line.addAll(List.of("-q", "-n", "500", "-c", "10", "-P", "8", "-d", "20000", "-t", "set,get,mset"));
            try (Launch launch = Launch.run(folder, Map.of(), "", line)) {
                assertEquals(0, launch.exitCode(), launch.output());
                assertTrue(launch.output().contains("MSET (10 keys): "), launch.output());
            }
        }
    }

    @Test
    @SuppressWarnings("deprecation") // the newer SslOptions take key stores, and these certificates are PEM files
    void jedisWorksOverTls() throws Exception {
        DefaultJedisClientConfig config = DefaultJedisClientConfig.builder().ssl(true)
                .sslSocketFactory(certificates.client(true).getSocketFactory()).timeoutMillis(30_000).build();
        try (Jedis jedis = new Jedis(new HostAndPort("localhost", tlsPort), config)) {
            exercise(jedis);
        }
    }

    @Test
    void jedisWorksOverTheUnixSocket() {
        try (Jedis jedis = new Jedis(() -> {
            try {
                return new UnixSocket(socket);
            } catch (IOException e) {
                throw new JedisConnectionException(e);
            }
        }, DefaultJedisClientConfig.builder().build())) {
            exercise(jedis);
            assertTrue(jedis.clientList().contains("addr=" + socket), jedis::clientList);
        }
    }

    private static void exercise(Jedis jedis) {
        byte[] large = "x".repeat(3_000_000).getBytes(StandardCharsets.US_ASCII);
        assertEquals("OK", jedis.set("large".getBytes(StandardCharsets.US_ASCII), large));
        assertEquals(large.length, jedis.get("large".getBytes(StandardCharsets.US_ASCII)).length);
        List<Response<Long>> replies = new ArrayList<>();
        try (Pipeline pipeline = jedis.pipelined()) {
            pipeline.del("counter");
            for (int i = 0; i < 5000; i++) {
                replies.add(pipeline.incr("counter"));
            }
            pipeline.sync();
        }
        for (int i = 0; i < replies.size(); i++) {
            assertEquals(i + 1, replies.get(i).get());
        }
    }

    @Test
    void lettuceWorksOverTheUnixSocket() {
        try (RedisClient client = RedisClient.create(RedisURI.Builder.socket(socket.toString()).build());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            assertEquals("OK", connection.sync().set("lettuce", "v"));
            assertEquals("v", connection.sync().get("lettuce"));
            assertTrue(connection.sync().clientList().contains("addr=" + socket), "another connection");
        }
    }

    @Test
    void lettuceWorksOverTls() {
        RedisURI uri = RedisURI.builder().withHost("localhost").withPort(tlsPort).withSsl(true).build();
        try (RedisClient client = RedisClient.create(uri)) {
            client.setOptions(ClientOptions.builder().sslOptions(SslOptions.builder().jdkSslProvider()
                    .trustManager(certificates.certificate("ca").toFile())
                    .keyManager(certificates.certificate("client").toFile(), certificates.key("client").toFile(), new char[0]).build())
                    .build());
            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                assertEquals("OK", connection.sync().set("lettuce", "v"));
                assertEquals("v", connection.sync().get("lettuce"));
                assertTrue(connection.sync().clientList().contains("identity=CN:client"), "the subject is not shown");
            }
        }
    }

    @Test
    void changesItsPortsWhileItRuns() throws Exception {
        List<String> unix = List.of("-s", socket.toString());
        int other = ServerProcess.freePort();
        assertEquals("OK", cli(unix, "config", "set", "tls-port", Integer.toString(other)));
        assertTrue(cli(unix, "info", "server").contains("name=tls,bind=127.0.0.1,port=" + other), "the listener is not shown");
        assertEquals("OK", cli(unix, "config", "set", "tls-port", Integer.toString(tlsPort)));
        assertEquals("PONG", cli(tls(true), "ping"));
    }

    /** An environment where {@code libssl.so.3} is found, and is none: a library of the JDK's without any function. */
    private static Map<String, String> withAnotherLibSsl() throws IOException {
        Path other = folder.resolve("libssl.so.3");
        if (Files.notExists(other)) {
            Files.copy(Path.of(System.getProperty("java.home"), "lib", "libsyslookup.so"), other);
        }
        return Map.of("LD_LIBRARY_PATH", folder.toString());
    }

    private static String[] tlsOptions(int port, String engine) {
        return new String[]{"--port", "0", "--save", "", "--bind", "127.0.0.1", "--tls-port", Integer.toString(port), "--tls-engine",
                engine,
                "--tls-cert-file", certificates.certificate("server").toString(), "--tls-key-file", certificates.key("server").toString(),
                "--tls-auth-clients", "no"};
    }

    @Test
    void tlsIsTheJdksWhereOpenSslLacksAFunction() throws Exception {
        int port = ServerProcess.freePort();
        try (Launch launch = Launch.cairn(folder, withAnotherLibSsl(), "", tlsOptions(port, "auto"))) {
            launch.awaitOutput("Ready to accept connections tls");
            assertEquals(1, launch.output().lines().filter(line -> line.contains("TLS by the JDK, as libssl.so.3 lacks SSL_read")).count(),
                    launch.output());
            assertFalse(launch.output().contains("Exception"), launch.output());
            try (RespClient client = RespClient.over(certificates.client(false).getSocketFactory().createSocket("127.0.0.1", port))) {
                assertEquals("PONG", client.call("PING").text());
                assertEquals("ERR CONFIG SET failed (possibly related to argument 'tls-engine') - Unable to update TLS configuration. Check"
                        + " server logs.", client.call("CONFIG", "SET", "tls-engine", "openssl").text());
                launch.awaitOutput("tls-engine openssl: libssl.so.3 lacks SSL_read");
                assertEquals("PONG", client.call("PING").text());
            }
        }
    }

    @Test
    void tlsEngineOpensslIsRefusedWhereOpenSslLacksAFunction() throws Exception {
        try (Launch launch = Launch.cairn(folder, withAnotherLibSsl(), "", tlsOptions(ServerProcess.freePort(), "openssl"))) {
            assertEquals(1, launch.exitCode(), launch.output());
            assertTrue(launch.output().contains(
                    "tls-engine openssl: libssl.so.3 lacks SSL_read; install OpenSSL 3, or set tls-engine to auto or jsse"),
                    launch.output());
            assertFalse(launch.output().contains("Exception"), launch.output());
        }
    }
}
