package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.NotifySocket;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts and stops the built distribution in every way that an operator has, and reads what it says. */
class BootIT {
    private static final Pattern LOG_LINE =
            Pattern.compile("\\d+:M \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{3} [.*#-] \\S.*");

    @TempDir Path folder;
    private int port;

    @BeforeEach
    void choosePort() throws IOException {
        port = ServerProcess.freePort();
    }

    private Launch start(String... options) throws IOException {
        return start(Map.of(), options);
    }

    private Launch start(Map<String, String> environment, String... options) throws IOException {
        return Launch.cairn(folder, environment, "", arguments(options)).ready();
    }

    private String[] arguments(String... options) {
        String[] all = new String[options.length + 6];
        System.arraycopy(new String[]{"--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", ""}, 0, all, 0, 6);
        System.arraycopy(options, 0, all, 6, options.length);
        return all;
    }

    private String config(String option) throws IOException {
        try (RespClient client = RespClient.connect(port)) {
            return client.call("CONFIG", "GET", option).field(option).text();
        }
    }

    private RespReply call(String... command) throws IOException {
        try (RespClient client = RespClient.connect(port)) {
            return client.call(command);
        }
    }

    private Path write(String name, String... lines) throws IOException {
        return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
    }

    @Test
    void fileIncludeStandardInputAndOptionsApplyInThatOrder() throws IOException {
        write("more.conf", "maxmemory 64mb", "hz 11", "lfu-log-factor 7");
        Path file = write("my.conf", "# a comment", "", "port 1", "bind 127.0.0.1", "save \"\"", "include more.conf", "hz 12",
                "requirepass \"\"", "timeout 3");
        try (Launch server = Launch.cairn(folder, Map.of(), "timeout 4\nlfu-decay-time 9\n", file.toString(), "--port",
                Integer.toString(port), "--hz", "13", "--hz", "14", "--loglevel verbose", "-").ready()) {
            assertEquals(Integer.toString(port), config("port"));
            assertEquals("67108864", config("maxmemory"));
            assertEquals("7", config("lfu-log-factor"));
            assertEquals("14", config("hz"));
            assertEquals("4", config("timeout"));
            assertEquals("9", config("lfu-decay-time"));
            assertEquals("verbose", config("loglevel"));
            assertEquals("", config("save"));
            assertTrue(call("INFO", "server").text().contains("config_file:" + file + "\r\n"));
            server.signal("TERM");
            assertEquals(0, server.exitCode());
        }
    }

    @Test
    void configurationComesFromStandardInputAlone() throws IOException {
        try (Launch server = Launch.cairn(folder, Map.of(), "port " + port + "\nbind 127.0.0.1\nsave 60 5\n", "-").ready()) {
            assertEquals("60 5", config("save"));
            assertTrue(server.process().isAlive());
        }
    }

    @Test
    void optionsTakeSeveralValuesQuotesAndUnits() throws IOException {
        try (Launch server =
                start("--save", "100 1", "--save", "200", "2", "--client-output-buffer-limit", "pubsub 1mb 2mb 60", "--maxmemory",
                        "1gb", "--proto-max-bulk-len 2mb", "--requirepass", "")) {
            assertEquals("100 1 200 2", config("save"));
            assertTrue(config("client-output-buffer-limit").contains("pubsub 1048576 2097152 60"));
            assertEquals("1073741824", config("maxmemory"));
            assertEquals("2097152", config("proto-max-bulk-len"));
            assertTrue(server.process().isAlive());
        }
    }

    @Test
    void aWrongLineIsNamedWithItsFileNumberAndText() throws IOException {
        Path file = write("wrong.conf", "port " + port, "", "nosuchoption 1 2");
        assertFails(Launch.cairn(folder, file.toString()), "FATAL CONFIG FILE ERROR", "'" + file + "', at line 3",
                ">>> 'nosuchoption 1 2'", "Bad directive or wrong number of arguments");
        Path inner = write("inner.conf", "", "port abc");
        Path outer = write("outer.conf", "include " + inner);
        assertFails(Launch.cairn(folder, outer.toString()), "'" + inner + "', at line 2", ">>> 'port abc'");
    }

    @Test
    void wrongOptionsFilesAndFoldersEndTheStart() throws IOException {
        assertFails(Launch.cairn(folder, arguments("--nosuchoption", "x")), ">>> 'nosuchoption \"x\"'");
        assertFails(Launch.cairn(folder, arguments("--maxmemory-policy", "bogus")), "must be one of the following");
        assertFails(Launch.cairn(folder, arguments("--hz")), "wrong number of arguments");
        assertFails(Launch.cairn(folder, "nosuch.conf"), "nosuch.conf");
        assertFails(Launch.cairn(folder, arguments("--dir", "/nosuch/folder")), ">>> 'dir \"/nosuch/folder\"'",
                "No such file or directory");
        assertFails(Launch.cairn(folder, arguments("--logfile", "/nosuch/folder/log")), "Can't open the log file");
    }

    private static void assertFails(Launch launch, String... texts) throws IOException {
        try (launch) {
            assertEquals(1, launch.exitCode());
            for (String text : texts) {
                assertTrue(launch.output().contains(text), () -> "no " + text + " in the output");
            }
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; the output:\n" + launch.output(), e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-v"})
    void printsItsVersion(String option) throws IOException {
        assertPrints("Cairn server v=\\S+ sha=\\S+ .*", option);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h"})
    void printsItsUsageAndOptions(String option) throws IOException {
        assertPrints("Usage: cairn-server [\\s\\S]*maxmemory[\\s\\S]*", option);
    }

    @Test
    void testsMemory() throws IOException {
        assertPrints("[\\s\\S]*(passed|PASSED)[\\s\\S]*", "--test-memory", "1");
        assertFails(Launch.cairn(folder, "--test-memory"), "Please specify the amount of memory to test in megabytes");
    }

    @Test
    void checksTheSystem() throws IOException {
        try (Launch launch = Launch.cairn(folder, "--check-system")) {
            int code = launch.exitCode();
            // What it finds depends on the machine.
            assertTrue(code == 0 || code == 1, launch.output());
            for (String check : List.of("slow-clocksource", "overcommit", "THP", "somaxconn", "open-files")) {
                assertTrue(launch.output().contains("[" + check + "]..."), launch.output());
            }
        }
    }

    private void assertPrints(String pattern, String... arguments) throws IOException {
        try (Launch launch = Launch.cairn(folder, arguments)) {
            assertEquals(0, launch.exitCode(), launch.output());
            assertTrue(launch.output().strip().matches(pattern), launch.output());
        }
    }

    @Test
    void aStockRedisConfIsAcceptedAsItIs() throws IOException {
        Path stock = Path.of("/etc/redis/redis.conf");
        assumeTrue(Files.isReadable(stock), "there is no readable " + stock);
        Path log = folder.resolve("log");
        try (Launch server =
                Launch.cairn(folder, stock.toString(), "--port", Integer.toString(port), "--dir", folder.toString(), "--logfile",
                        log.toString(), "--pidfile", folder.resolve("pid").toString(), "--daemonize", "no")) {
            server.await(log, "Ready to accept connections tcp");
            assertEquals("yes", config("protected-mode"));
            assertEquals("3600 1 300 100 60 10000", config("save"));
            assertEquals("dump.rdb", config("dbfilename"));
            List<String> without = Files.readAllLines(log).stream().filter(line -> line.contains("have no effect yet")).toList();
            assertEquals(1, without.size(), without::toString);
            assertTrue(without.get(0).contains("dbfilename"), without::toString);
            server.signal("TERM");
            assertEquals(0, server.exitCode());
        }
    }

    @Test
    void commandsAreRenamedAndRemoved() throws IOException {
        Path file = write("rename.conf", "port " + port, "bind 127.0.0.1", "save \"\"", "rename-command CONFIG settings",
                "rename-command FLUSHALL \"\"");
        try (Launch server = Launch.cairn(folder, file.toString()).ready()) {
            assertEquals("10", call("SETTINGS", "GET", "hz").field("hz").text());
            assertTrue(call("CONFIG", "GET", "hz").text().startsWith("ERR unknown command 'CONFIG'"));
            assertTrue(call("FLUSHALL").text().startsWith("ERR unknown command 'FLUSHALL'"));
            assertTrue(server.process().isAlive());
        }
        Path unknown = write("unknown.conf", "rename-command nosuchcommand x");
        assertFails(Launch.cairn(folder, unknown.toString()), "No such command in rename-command");
    }

    @Test
    void thePidFileIsWrittenAndRemoved() throws IOException {
        Path pid = folder.resolve("server.pid");
        try (Launch server = start("--pidfile", pid.toString())) {
            assertEquals(server.process().pid() + "\n", Files.readString(pid));
            server.signal("TERM");
            assertEquals(0, server.exitCode());
            assertFalse(Files.exists(pid));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalEndsTheServerInOrder(String signal) throws IOException {
        try (Launch server = start(); RespClient idle = RespClient.connect(port)) {
            idle.call("PING");
            server.signal(signal);
            assertEquals(0, server.exitCode());
            assertEquals(0, idle.readUntilClosed().length);
            String log = server.output();
            assertTrue(log.contains("Received SIG" + signal + " scheduling shutdown..."), log);
            assertTrue(log.contains("User requested shutdown..."), log);
            assertTrue(log.strip().endsWith("# Cairn is now ready to exit, bye bye..."), log);
        }
    }

    @Test
    void shutdownEndsTheServer() throws IOException {
        try (Launch server = start(); RespClient client = RespClient.connect(port)) {
            client.send(RespClient.command("SHUTDOWN", "NOSAVE"));
            client.flush();
            assertEquals(0, client.readUntilClosed().length);
            assertEquals(0, server.exitCode());
        }
    }

    @Test
    void aSecondInterruptEndsABusyServerAtOnce() throws IOException {
        try (Launch server = start("--enable-debug-command", "yes"); RespClient client = RespClient.connect(port)) {
            client.send(RespClient.command("DEBUG", "SLEEP", "120"));
            client.flush();
            server.awaitCondition("the server sleeps", this::isSilent);
            server.signal("INT");
            server.awaitOutput("Received SIGINT scheduling shutdown");
            server.signal("INT");
            assertEquals(1, server.exitCode());
            assertTrue(server.output().contains("You insist... exiting now."), server.output());
        }
    }

    private boolean isSilent() {
        try (RespClient client = RespClient.connect(port, Duration.ofSeconds(2))) {
            client.call("PING");
            return false;
        } catch (IOException noAnswer) {
            return true;
        }
    }

    @Test
    void aHangupIsIgnored() throws IOException {
        try (Launch server = start()) {
            server.signal("HUP");
            assertEquals("PONG", call("PING").text());
            server.signal("TERM");
            assertEquals(0, server.exitCode());
        }
    }

    @Test
    void theLogHasTheLinesOfRedis() throws IOException {
        try (Launch server = start("--loglevel", "debug")) {
            for (String line : server.output().lines().toList()) {
                assertTrue(LOG_LINE.matcher(line).matches(), line);
                assertTrue(line.startsWith(server.process().pid() + ":"), line);
            }
            server.awaitOutput("^\\d+:M .* \\* Server initialized$");
            server.awaitOutput("^\\d+:M .* \\* Ready to accept connections tcp$");
        }
    }

    @Test
    void theLogGoesToAFileAtTheLevelThatIsSet() throws IOException {
        Path log = folder.resolve("server.log");
        try (Launch server = Launch.cairn(folder, arguments("--logfile", "server.log", "--loglevel", "warning"));
                RespClient client = firstConnection(server)) {
            assertFalse(Files.readString(log).contains("Ready to accept"), "that is a notice");
            assertEquals("OK", client.call("CONFIG", "SET", "loglevel", "debug").text());
            assertEquals("PONG", call("PING").text());
            server.await(log, "Accepted 127\\.0\\.0\\.1:\\d+$");
            assertEquals("OK", client.call("CONFIG", "SET", "loglevel", "warning").text());
            long size = Files.size(log);
            assertEquals("PONG", call("PING").text());
            assertEquals(size, Files.size(log));
            assertEquals("", server.output());
        }
    }

    private RespClient firstConnection(Launch server) throws IOException {
        RespClient[] client = new RespClient[1];
        server.awaitCondition("a connection", () -> {
            try {
                client[0] = RespClient.connect(port);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
        return client[0];
    }

    @Test
    void aLowFileLimitReducesMaxclients() throws IOException {
        try (Launch server = limited(200).ready()) {
            assertTrue(server.output().contains("Current maximum open files is 200. maxclients has been reduced to 168"), server.output());
            assertEquals("168", config("maxclients"));
        }
        assertFails(limited(32), "Your current 'ulimit -n' of 32 is not enough for the server to start");
    }

    private Launch limited(int files) throws IOException {
        String command = ServerProcess.distribution().resolve("bin/cairn-server") + " "
                + List.of(arguments()).stream().map(a -> "'" + a + "'").collect(Collectors.joining(" "));
        return Launch.run(folder, Map.of(), "", List.of("sh", "-c", "ulimit -n " + files + "; exec " + command));
    }

    @Test
    void aPortInUseEndsTheStart() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
            assertFails(Launch.cairn(folder, arguments()), "127.0.0.1:" + port, "Address already in use", "Failed listening on");
        }
        assertFails(Launch.cairn(folder, "--port", "0"), "Configured to not listen anywhere, exiting.");
    }

    @Test
    void aPanicLeavesAReport() throws IOException {
        try (Launch server = start("--enable-debug-command", "yes"); RespClient client = RespClient.connect(port)) {
            client.send(RespClient.command("DEBUG", "PANIC"));
            client.flush();
            client.readUntilClosed();
            assertNotEquals(0, server.exitCode());
            String log = server.output();
            for (String text : List.of("=== CAIRN BUG REPORT START: Cut & paste starting from here ===", "DEBUG PANIC", "STACK TRACE",
                    "THREADS", "MEMORY", "INFO OUTPUT", "used_memory:", "=== CAIRN BUG REPORT END.")) {
                assertTrue(log.contains(text), () -> "no " + text + " in\n" + log);
            }
        }
    }

    @Test
    void systemdIsNotifiedOfStartAndStop() throws IOException {
        Path socket = folder.resolve("notify");
        try (NotifySocket notify = new NotifySocket(socket, Launch.DEADLINE);
                Launch server = start(Map.of("NOTIFY_SOCKET", socket.toString()), "--supervised", "systemd")) {
            StringBuilder told = new StringBuilder();
            while (told.indexOf("READY=1\n") < 0) {
                told.append(notify.receive());
            }
            assertEquals("PONG", call("PING").text());
            server.signal("TERM");
            while (told.indexOf("STOPPING=1\n") < 0) {
                told.append(notify.receive());
            }
            assertEquals(0, server.exitCode());
            assertTrue(server.output().contains("Supervised by systemd."), server.output());
        }
    }

    @Test
    void daemonizedItLivesOnInItsOwnSession() throws IOException {
        Path pidFile = folder.resolve("daemon.pid");
        Path log = folder.resolve("daemon.log");
        try (Launch parent = Launch.cairn(folder, arguments("--daemonize", "yes", "--pidfile", pidFile.toString(), "--logfile",
                log.toString()))) {
            assertEquals(0, parent.exitCode());
            parent.awaitCondition("the daemon is ready", () -> contains(log, "Ready to accept connections tcp"));
            long pid = Long.parseLong(Files.readString(pidFile).strip());
            assertNotEquals(parent.process().pid(), pid);
            ProcessHandle daemon = ProcessHandle.of(pid).orElseThrow();
            try {
                assertEquals("PONG", call("PING").text());
                String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
                assertEquals(Long.toString(pid), stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3], "the session");
                Launch.signal(pid, "TERM");
                parent.awaitCondition("the daemon ends", () -> hasEnded(daemon) && !Files.exists(pidFile));
            } finally {
                daemon.destroyForcibly();
            }
        }
    }

    /** Whether a process has ended, though nobody may have asked for its exit code: in a container there need not be a process that does. */
    private static boolean hasEnded(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException gone) {
            return !process.isAlive();
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.exists(file) && Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void protectedModeRefusesOtherMachines() throws IOException {
        InetAddress outside = ServerProcess.outsideAddress();
        try (Launch server = Launch.cairn(folder, "--port", Integer.toString(port), "--bind", "*", "--save", "").ready()) {
            assertTrue(replies(outside, "").startsWith("-DENIED Cairn is running in protected mode"));
            assertEquals("OK", call("CONFIG", "SET", "protected-mode", "no").text());
            assertEquals("+PONG\r\n", replies(outside, "PING\r\n"));
            assertTrue(server.process().isAlive());
        }
    }

    /** What the server says to a request until it closes; an empty request waits for it to close by itself. */
    private String replies(InetAddress address, String request) throws IOException {
        try (Socket socket = new Socket(address, port)) {
            socket.setSoTimeout((int) Launch.DEADLINE.toMillis());
            if (!request.isEmpty()) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                socket.shutdownOutput();
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private String title(Launch server) throws IOException {
        return new String(Files.readAllBytes(Path.of("/proc", Long.toString(server.process().pid()), "cmdline")), StandardCharsets.UTF_8)
                .replace('\0',
                        ' ')
                .strip();
    }

    @Test
    void theProcessShowsWhatItServes() throws IOException {
        try (Launch server = start()) {
            assertTrue(title(server).matches(".*/bin/cairn-server 127\\.0\\.0\\.1:" + port), () -> "the title is another");
            assertTrue(call("CONFIG", "SET", "proc-title-template", "TEST {listen-addr} {port} {tls-port} {unixsocket} {config-file}")
                    .text().equals("OK"), "refused");
            assertEquals("TEST 127.0.0.1:" + port + " " + port + " 0  -", title(server));
            assertTrue(call("CONFIG", "SET", "proc-title-template", "{none}").text().contains("template format is invalid"));
            assertTrue(call("CONFIG", "SET", "proc-title-template", "x".repeat(1 << 16)).text().equals("OK"), "refused");
            assertTrue(title(server).matches("x+"), "a title that is too long is not cut");
            assertEquals("PONG", call("PING").text());
        }
        try (Launch server = start("--set-proc-title", "no")) {
            assertTrue(title(server).contains("dev.cairn.core.Main"), "the command line is not shown");
        }
    }
}
