package dev.cairn.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the AOT cache of a distribution: starts its server, with the flags that it will always be started with, lets it answer the commands
 * that a fresh server is asked first, and shuts it down, whereupon the JVM writes the cache.
 *
 * <p>A cache only makes the start quicker. Whatever goes wrong here is a warning, and the server starts without one.
 */
final class AotTraining {
    private static final long READY_MILLIS = 20_000;
    private static final long EXIT_SECONDS = 120;
    private static final int ROUNDS = 200;

    private AotTraining() {}

    /** Argument: the folder of the distribution. */
    public static void main(String[] args) throws InterruptedException {
        Path home = Path.of(args[0]).toAbsolutePath();
        Path cache = home.resolve("lib/cairn.aot");
        Path log = home.resolveSibling("aot-training.log");
        try {
            Files.deleteIfExists(cache);
            train(home, cache, log);
            if (!Files.exists(cache)) {
                throw new IOException("the JVM wrote no cache");
            }
            System.out.printf("AOT cache: %s, %d KB%n", cache, Files.size(cache) / 1024);
        } catch (IOException e) {
            System.out.printf("WARNING: no AOT cache, the server will start more slowly: %s (the server's output: %s)%n", e.getMessage(),
                    log);
        }
    }

    private static void train(Path home, Path cache, Path log) throws IOException, InterruptedException {
        int port = freePort();
        var builder = new ProcessBuilder(home.resolve("bin/cairn-server").toString(), "--port", Integer.toString(port), "--bind",
                "127.0.0.1", "--save", "");
        builder.environment().put("CAIRN_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CAIRN_AOT_OUTPUT", cache.toString());
        builder.redirectErrorStream(true).redirectOutput(log.toFile()).directory(home.toFile());
        Process server = builder.start();
        try {
            converse(server, port);
            if (!server.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the server did not end within " + EXIT_SECONDS + " s of SHUTDOWN");
            }
        } finally {
            server.destroyForcibly();
        }
    }

    private static void converse(Process server, int port) throws IOException, InterruptedException {
        try (Socket socket = connect(server, port)) {
            socket.setSoTimeout((int) READY_MILLIS);
            OutputStream out = socket.getOutputStream();
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (int i = 0; i < ROUNDS; i++) {
                send(out, List.of("PING"));
                send(out, List.of("SET", "key:" + i, "value-" + i));
                send(out, List.of("GET", "key:" + i));
                send(out, List.of("INCR", "counter"));
                send(out, List.of("HSET", "hash:" + i % 50, "field:" + i % 700, "value-" + i));
                send(out, List.of("HGET", "hash:" + i % 50, "field:" + i % 700));
                send(out, List.of("RPUSH", "list:" + i % 50, "value-" + i, "value-" + -i));
                send(out, List.of("LPUSH", "list:" + i % 50, "value-" + i));
                send(out, List.of("LRANGE", "list:" + i % 50, "0", "99"));
                send(out, List.of("LPOP", "list:" + i % 50));
                send(out, List.of("EXPIRE", "key:" + i, "100"));
                send(out, List.of("DEL", "key:" + i));
                send(out, List.of("ECHO", "round-" + i));
                skipUntil(in, "round-" + i);
            }
            for (List<String> command : List.of(List.of("HELLO", "3"), List.of("CLIENT", "SETINFO", "LIB-NAME", "training"),
                    List.of("INFO"),
                    List.of("CONFIG", "GET", "*"), List.of("COMMAND"), List.of("COMMAND", "DOCS", "GET"), List.of("SCAN", "0"),
                    List.of("HGETALL", "hash:0"), List.of("HSCAN", "hash:0", "0"),
                    List.of("FLUSHALL"))) {
                send(out, command);
                send(out, List.of("ECHO", "after-" + command.getFirst()));
                skipUntil(in, "after-" + command.getFirst());
            }
            send(out, List.of("SHUTDOWN", "NOSAVE"));
            in.readLine();
        }
    }

    private static Socket connect(Process server, int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READY_MILLIS);
        while (true) {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return socket;
            } catch (IOException e) {
                socket.close();
                if (server.waitFor(20, TimeUnit.MILLISECONDS)) {
                    throw new IOException("the server ended with status " + server.exitValue(), e);
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException("the server did not listen within " + READY_MILLIS + " ms", e);
                }
            }
        }
    }

    private static void send(OutputStream out, List<String> command) throws IOException {
        var text = new StringBuilder("*").append(command.size()).append("\r\n");
        for (String word : command) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        out.write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static void skipUntil(BufferedReader in, String line) throws IOException {
        String read;
        do {
            read = in.readLine();
            if (read == null) {
                throw new IOException("the server closed the connection before it answered '" + line + "'");
            }
        } while (!read.equals(line));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
