package dev.cairn.checks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Prints what distributions take on disk and how long they take from the start of {@code bin/cairn-server} to the first PONG. Needs nothing
 * but a JDK:
 *
 * <pre>
 * java distribution/checks/src/test/java/dev/cairn/checks/StartTimes.java 21 distribution/minimal/target/cairn-minimal distribution/full/target/cairn
 * </pre>
 */
public final class StartTimes {
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private StartTimes() {}

    /** The number of starts, and the folders of distributions. */
    public static void main(String[] args) throws Exception {
        int starts = Integer.parseInt(args[0]);
        for (String folder : Arrays.copyOfRange(args, 1, args.length)) {
            Path home = Path.of(folder).toAbsolutePath().normalize();
            double[] millis = new double[starts];
            for (int i = 0; i < starts; i++) {
                millis[i] = start(home) / 1e6;
            }
            Arrays.sort(millis);
            long cache = size(home.resolve("lib/cairn.aot")) + size(home.resolve("lib/cairn.aot.gz"));
            System.out.printf(Locale.ROOT,
                    "%s: %.1f MB, of it %.1f MB cache; to the first PONG: median %.0f ms, least %.0f ms, most %.0f ms%n",
                    home.getFileName(), size(home) / 1e6, cache / 1e6, millis[starts / 2], millis[0], millis[starts - 1]);
        }
    }

    /** What a file or folder takes of the disk, as du counts it; 0 if it is not there. */
    private static long size(Path path) throws IOException, InterruptedException {
        if (!Files.exists(path)) {
            return 0;
        }
        Process du = new ProcessBuilder("du", "--block-size=1", "--summarize", path.toString()).start();
        String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (du.waitFor() != 0) {
            throw new IOException("du says " + said);
        }
        return Long.parseLong(said.split("\\s", 2)[0]);
    }

    private static long start(Path home) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/cairn-server").toString(), "--port", Integer.toString(port), "--bind",
                "127.0.0.1", "--save", "");
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .directory(Files.createTempDirectory("start").toFile());
        long begin = System.nanoTime();
        Process server = builder.start();
        try {
            while (!answers(port)) {
                if (!server.isAlive() || System.nanoTime() - begin > DEADLINE_NANOS) {
                    throw new IOException(home + " does not start");
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            return System.nanoTime() - begin;
        } finally {
            server.destroy();
            if (!server.waitFor(10, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }
}
