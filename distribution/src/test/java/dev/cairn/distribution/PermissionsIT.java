package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.cairn.distribution.support.ModuleJar;
import dev.cairn.distribution.support.Modules;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;
import dev.cairn.distribution.support.UnixSocket;

/**
 * What {@code enable-module-command}, {@code enable-debug-command} and {@code enable-protected-configs} allow to clients of the loopback
 * interface, of a Unix socket and of other addresses. A redis-server is asked the same, so that the replies are known to be its replies.
 */
@Timeout(120)
class PermissionsIT {
    private static final String CAIRN = "cairn";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> PROTECTED =
            List.of("MODULE UNLOAD nothing", "DEBUG SLEEP 0", "CONFIG SET dbfilename other.rdb", "MULTI", "MODULE UNLOAD nothing", "EXEC");
    private static final List<String> ALLOWED = List.of("ERR Error unloading module: no such module with that name", "OK", "OK", "OK",
            "QUEUED", "[ERR Error unloading module: no such module with that name]");
    private static final List<String> REFUSED = List.of(refusal("MODULE", "enable-module-command"),
            refusal("DEBUG", "enable-debug-command"),
            "ERR CONFIG SET failed (possibly related to argument 'dbfilename') - can't set protected config", "OK",
            refusal("MODULE", "enable-module-command"), "EXECABORT Transaction discarded because of previous errors.");

    @TempDir Path folder;

    private static String refusal(String command, String option) {
        return "ERR " + command + " command not allowed. If the " + option + " option is set to \"local\", you can run it from a local"
                + " connection, otherwise you need to set this option in the configuration file, and then restart the server.";
    }

    private ServerProcess start(String server, String allowed) {
        String[] options =
                {"--bind", "*", "--protected-mode", "no", "--unixsocket", socket().toString(), "--enable-module-command", allowed,
                        "--enable-debug-command", allowed, "--enable-protected-configs", allowed};
        return server.equals(CAIRN) ? ServerProcess.cairn(options) : ServerProcess.redis(options);
    }

    private Path socket() {
        return folder.resolve("server.sock");
    }

    private static RespClient fromOutside(ServerProcess server) throws IOException {
        return RespClient.connect(new InetSocketAddress(ServerProcess.outsideAddress(), server.port()), PATIENCE);
    }

    private static List<String> protectedBy(RespClient client) throws IOException {
        List<String> replies = new ArrayList<>();
        for (String line : PROTECTED) {
            var reply = client.call(line.split(" "));
            replies.add(reply.elements().isEmpty() ? reply.text() : "[" + reply.elements().getFirst().text() + "]");
        }
        return replies;
    }

    @ParameterizedTest
    @CsvSource({"cairn, no, false", "cairn, yes, true", "cairn, local, true", "redis, no, false", "redis, yes, true", "redis, local, true"})
    void localClientsMayUnlessNobodyMay(String server, String allowed, boolean may) throws IOException {
        try (ServerProcess process = start(server, allowed);
                RespClient loopback = process.connect();
                RespClient unix = RespClient.over(new UnixSocket(socket()))) {
            assertEquals(may ? ALLOWED : REFUSED, protectedBy(loopback));
            assertEquals(may ? ALLOWED : REFUSED, protectedBy(unix));
        }
    }

    @ParameterizedTest
    @CsvSource({"cairn, no, false", "cairn, yes, true", "cairn, local, false", "redis, no, false", "redis, yes, true",
            "redis, local, false"})
    void clientsOfOtherAddressesMayOnlyIfEverybodyMay(String server, String allowed, boolean may) throws IOException {
        try (ServerProcess process = start(server, allowed); RespClient outside = fromOutside(process)) {
            assertEquals(may ? ALLOWED : REFUSED, protectedBy(outside));
        }
    }

    @Test
    void aLocalClientChangesModulesAndOneOfAnotherAddressOnlySeesThem() throws IOException {
        Path jar = ModuleJar.compile(folder, "test.hello", 1, "public void configure(Registrar r) {}");
        Path newer = ModuleJar.compile(folder, "test.hello", 2, "public void configure(Registrar r) {}");
        try (ServerProcess process = start(CAIRN, "local");
                RespClient local = process.connect();
                RespClient outside = fromOutside(process)) {
            Modules.load(local, jar);
            assertEquals("OK", Modules.upgrade(local, "hello", newer));
            String refused = refusal("MODULE", "enable-module-command");
            assertEquals(refused, outside.text("MODULE", "LOAD", jar.toString()));
            assertEquals(refused, outside.text("MODULE", "LOADEX", jar.toString()));
            assertEquals(refused, Modules.upgrade(outside, "hello", jar));
            assertEquals(refused, outside.text("MODULE", "UNLOAD", "hello"));
            assertTrue(outside.call("MODULE", "LIST").elements().stream().anyMatch(m -> m.field("name").text().equals("hello")));
            assertEquals("OK", local.text("MODULE", "UNLOAD", "hello"));
        }
    }

    @Test
    void nobodyGivesThemselvesPermission() throws IOException {
        try (ServerProcess process = start(CAIRN, "yes"); RespClient client = process.connect()) {
            for (String option : List.of("enable-module-command", "enable-debug-command", "enable-protected-configs")) {
                assertEquals("ERR CONFIG SET failed (possibly related to argument '" + option + "') - can't set immutable config",
                        client.call("CONFIG", "SET", option, "yes").text());
            }
        }
    }

    @Test
    void withoutAnOptionNobodyMay() throws IOException {
        try (ServerProcess process = ServerProcess.cairn(); RespClient client = process.connect()) {
            assertEquals(REFUSED, protectedBy(client));
            assertFalse(client.call("MODULE", "LIST").elements().isEmpty());
        }
    }
}
