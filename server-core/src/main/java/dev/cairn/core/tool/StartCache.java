package dev.cairn.core.tool;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

import dev.cairn.core.boot.BootFailure;
import dev.cairn.core.boot.DistributionInfo;

/**
 * {@code cairn cache}: makes the cache of loaded classes, the JVM's AOT cache, for the jars of a distribution and its Java. It starts the
 * server with the flags that it will always be started with, lets it answer the commands that a fresh server is asked first and change its
 * modules, and shuts it down; of what the JVM has noted meanwhile, a second one makes the cache.
 *
 * <p>A cache only makes the start and the first change of modules quicker, and fits one JVM, one set of jars with their times, and one text of the module path, which the
 * launcher keeps the same in all places; with anything else the JVM starts without it. Beside the cache stands what it fits. It holds no
 * code of the processor's, so it may be carried to another machine.
 */
final class StartCache {
    private static final long READY_MILLIS = 120_000;
    private static final long EXIT_SECONDS = 120;
    private static final int ROUNDS = 200;
    private static final String USAGE = "usage: cairn cache [--modules TEXT --output FILE]";
    private static final String PLAIN = "lib/cairn.aot";
    private static final String PACKED = "lib/cairn.aot.gz";
    private static final String FITS = "lib/cairn.aot.fits";

    private final Path home;
    private final Path scratch;
    private final Path log;
    /** The text of the module path, empty for the launcher's. */
    private final String modules;

    private StartCache(Path home, Path scratch, String modules) {
        this.home = home;
        this.scratch = scratch;
        this.log = scratch.resolve("server.log");
        this.modules = modules;
    }

    /**
     * Makes the cache of the distribution; or with {@code --modules TEXT --output FILE} one for a server that is started without the launcher,
     * with that text as its module path, which may lead through the working folder.
     */
    static int run(List<String> words, PrintStream out) throws BootFailure {
        String place = System.getProperty("cairn.home", "");
        boolean elsewhere = words.size() == 4 && words.get(0).equals("--modules") && words.get(2).equals("--output");
        if (place.isEmpty() || !words.isEmpty() && !elsewhere) {
            throw new Tool.Usage(USAGE);
        }
        Path home = Path.of(place);
        String hint = "";
        try {
            Path scratch = Files.createTempDirectory("cairn-cache-");
            var cache = new StartCache(home, scratch, elsewhere ? words.get(1) : "");
            hint = " (the output: " + cache.log + ")";
            Path made = cache.make();
            Path kept = elsewhere ? Path.of(words.get(3)) : keep(home, made);
            if (elsewhere) {
                Files.move(made, kept, StandardCopyOption.REPLACE_EXISTING);
            }
            cache.clear();
            out.println(kept + ", " + Files.size(kept) / 1024 + " KB");
        } catch (IOException e) {
            throw new BootFailure("no cache could be made, the server will start more slowly: " + e + hint, 1, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BootFailure("interrupted", 1, e);
        }
        return 0;
    }

    /** Puts a cache in its place, compressed if the distribution is to be small. */
    private static Path keep(Path home, Path made) throws IOException, BootFailure {
        boolean packed = DistributionInfo.read().packsCache();
        Path kept = home.resolve(packed ? PACKED : PLAIN);
        Path complete = kept.resolveSibling("cairn.aot.new");
        if (packed) {
            try (OutputStream to = new GZIPOutputStream(Files.newOutputStream(complete))) {
                Files.copy(made, to);
            }
            Files.delete(made);
        } else {
            Files.move(made, complete, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(complete, kept, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(home.resolve(FITS), fits(home));
        return kept;
    }

    /** Why the cache of a distribution does not fit, empty if it does. */
    static String misfit(Path home) {
        try {
            if (!Files.exists(home.resolve(PLAIN)) && !Files.exists(home.resolve(PACKED))) {
                return "there is no cache of loaded classes";
            }
            Path fits = home.resolve(FITS);
            if (!Files.exists(fits) || !Files.readString(fits).equals(fits(home))) {
                return "the cache of loaded classes was made for other jars, jars of other times, or another Java";
            }
            return "";
        } catch (IOException e) {
            return "the cache of loaded classes cannot be read: " + e;
        }
    }

    /** What the JVM compares. */
    private static String fits(Path home) throws IOException {
        List<String> lines = new ArrayList<>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(home.resolve("lib"), "*.jar")) {
            for (Path jar : jars) {
                lines.add(jar.getFileName() + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar).to(TimeUnit.SECONDS));
            }
        }
        lines.sort(null);
        lines.addFirst("Java " + Runtime.version());
        return String.join("\n", lines) + "\n";
    }

    private Path make() throws IOException, InterruptedException {
        Path record = scratch.resolve("record");
        Path made = scratch.resolve("cache");
        int port = freePort();
        Process server = start(List.of("-XX:AOTMode=record", "-XX:AOTConfiguration=" + record), "--port", Integer.toString(port), "--bind",
                "127.0.0.1", "--save", "", "--enable-module-command", "local");
        try {
            converse(server, port, TrainingModule.write(scratch, 1), TrainingModule.write(scratch, 2));
            end(server, "the server");
        } finally {
            server.destroyForcibly();
        }
        // The least of processors has to be able to run it: no machine code in it.
        Process create = start(List.of("-XX:AOTMode=create", "-XX:AOTConfiguration=" + record, "-XX:AOTCache=" + made,
                "-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTAdapterCaching", "-XX:-AOTStubCaching"));
        try {
            end(create, "the JVM that makes the cache");
        } finally {
            create.destroyForcibly();
        }
        if (!Files.exists(made)) {
            throw new IOException("the JVM wrote no cache");
        }
        return made;
    }

    private Process start(List<String> options, String... arguments) throws IOException {
        Path file = Files.write(scratch.resolve("options"), options);
        List<String> line = new ArrayList<>(List.of(home.resolve("bin/cairn-server").toString()));
        line.addAll(List.of(arguments));
        var builder = new ProcessBuilder(line);
        builder.environment().put("CAIRN_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CAIRN_AOT_OPTIONS", file.toString());
        builder.environment().put("CAIRN_AOT_MODULES", modules);
        builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
        if (modules.isEmpty()) {
            builder.directory(scratch.toFile());
        }
        return builder.start();
    }

    private static void end(Process process, String what) throws IOException, InterruptedException {
        if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(what + " did not end within " + EXIT_SECONDS + " s");
        }
    }

    private void clear() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(scratch)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(scratch);
    }

    private static void converse(Process server, int port, Path older, Path newer) throws IOException, InterruptedException {
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
            changeModules(out, in, older, newer);
            send(out, List.of("SHUTDOWN", "NOSAVE"));
            in.readLine();
        }
    }

    /** Loads, upgrades and unloads a module, unless the distribution takes none beside its own. */
    private static void changeModules(OutputStream out, BufferedReader in, Path older, Path newer) throws IOException {
        for (List<String> command : List.of(List.of("MODULE", "LOAD", older.toString()), List.of(TrainingModule.COMMAND, "key", "value"),
                List.of("MODULE", "UPGRADE", TrainingModule.NAME, newer.toString()), List.of("FLUSHALL"),
                List.of("MODULE", "UNLOAD", TrainingModule.NAME))) {
            send(out, command);
            String reply = String.valueOf(in.readLine());
            if (reply.startsWith("-ERR unknown command 'MODULE'")) {
                return;
            }
            if (!reply.equals("+OK")) {
                throw new IOException("the server replies to " + command + ": " + reply);
            }
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
