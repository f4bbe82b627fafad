package dev.cairn.core.tool;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.cairn.core.boot.BootFailure;

/**
 * {@code cairn cache}: makes the cache of loaded classes, the JVM's AOT cache, for a distribution in the place where it is. It starts the
 * server with the flags that it will always be started with, lets it answer the commands that a fresh server is asked first, and shuts it
 * down, whereupon the JVM writes the cache.
 *
 * <p>A cache only makes the start quicker, and fits one folder, JVM and set of jars; with anything else the JVM starts without it. Beside
 * the cache stands for what place it was made.
 */
final class StartCache {
    private static final long READY_MILLIS = 20_000;
    private static final long EXIT_SECONDS = 120;
    private static final int ROUNDS = 200;

    private StartCache() {
    }

    static int run(List<String> words, PrintStream out) throws BootFailure {
        String place = System.getProperty("cairn.home", "");
        if (!words.isEmpty() || place.isEmpty()) {
            throw new Tool.Usage("usage: cairn cache");
        }
        Path home = Path.of(place);
        Path cache = cache(home);
        Path made = cache.resolveSibling("cairn.aot.new");
        String hint = "";
        try {
            Path scratch = Files.createTempDirectory("cairn-cache-");
            Path log = scratch.resolve("server.log");
            hint = " (the server's output: " + log + ")";
            train(home, made, scratch, log);
            if (!Files.exists(made)) {
                throw new IOException("the JVM wrote no cache");
            }
            Files.move(made, cache, StandardCopyOption.REPLACE_EXISTING);
            Files.writeString(stamp(home), place(home));
            Files.delete(log);
            Files.delete(scratch);
        } catch (IOException e) {
            throw new BootFailure("no cache could be made, the server will start more slowly: " + e + hint, 1, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BootFailure("interrupted", 1, e);
        }
        out.println(cache + ", " + cache.toFile().length() / 1024 + " KB");
        return 0;
    }

    /** Why the cache of a distribution does not fit, empty if it does. */
    static String misfit(Path home) {
        Path cache = cache(home);
        try {
            if (!Files.exists(cache)) {
                return "there is no cache of loaded classes";
            }
            if (!Files.exists(stamp(home)) || !Files.readString(stamp(home)).equals(place(home))) {
                return "the cache of loaded classes was made in another place or by another Java";
            }
            FileTime made = Files.getLastModifiedTime(cache);
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(home.resolve("lib"), "*.jar")) {
                for (Path jar : jars) {
                    if (Files.getLastModifiedTime(jar).compareTo(made) > 0) {
                        return jar.getFileName() + " is newer than the cache of loaded classes";
                    }
                }
            }
            return "";
        } catch (IOException e) {
            return "the cache of loaded classes cannot be read: " + e;
        }
    }

    private static Path cache(Path home) {
        return home.resolve("lib/cairn.aot");
    }

    private static Path stamp(Path home) {
        return home.resolve("lib/cairn.aot.place");
    }

    private static String place(Path home) throws IOException {
        return home.toRealPath() + "\n" + System.getProperty("java.home") + "\n" + Runtime.version() + "\n";
    }

    private static void train(Path home, Path cache, Path scratch, Path log) throws IOException, InterruptedException {
        int port = freePort();
        var builder = new ProcessBuilder(home.resolve("bin/cairn-server").toString(), "--port", Integer.toString(port), "--bind",
                "127.0.0.1", "--save", "");
        builder.environment().put("CAIRN_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CAIRN_AOT_OUTPUT", cache.toString());
        builder.redirectErrorStream(true).redirectOutput(log.toFile()).directory(scratch.toFile());
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
