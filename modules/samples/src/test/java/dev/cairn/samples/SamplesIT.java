package dev.cairn.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** The jars of the samples in the built distribution, loaded while it runs. */
@Timeout(120)
class SamplesIT {
    @TempDir Path folder;
    private int port;

    private static ServerProcess start(String... options) {
        String[] all = Arrays.copyOf(options, options.length + 2);
        all[options.length] = "--enable-module-command";
        all[options.length + 1] = "yes";
        return ServerProcess.cairn(all);
    }

    private static String text(RespClient client, String... words) throws IOException {
        return client.call(words).text();
    }

    private static void load(RespClient client, Path jar) throws IOException {
        assertEquals("OK", text(client, "MODULE", "LOAD", jar.toString()));
    }

    @Test
    void theDelayQueueServesRedisCliAndThoseWhoWait() throws Exception {
        try (ServerProcess server = start(); RespClient client = server.connect(); RespClient waiting = server.connect()) {
            load(client, Samples.DELAY_QUEUE);
            waiting.send(RespClient.command("DQ.POP", "jobs", "0"));
            waiting.flush();
            assertEquals("(integer) 1\n", redisCli(server, "DQ.PUSH", "jobs", "30", "a message"));
            assertEquals("a message", waiting.read().text());
            assertEquals("(nil)\n", redisCli(server, "DQ.POP", "jobs", "0.01"));
            assertTrue(text(client, "INFO", "commandstats").contains("cmdstat_dq.pop:calls=2,"));
            assertEquals("OK", text(client, "MODULE", "UNLOAD", "delayqueue"));
        }
    }

    private static String redisCli(ServerProcess server, String... words) throws Exception {
        String[] command = new String[words.length + 4];
        command[0] = ServerProcess.tool("redis-cli");
        command[1] = "--no-raw";
        command[2] = "-p";
        command[3] = Integer.toString(server.port());
        System.arraycopy(words, 0, command, 4, words.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    @Test
    void theDelayQueueIsKeptByTheAppendOnlyFileAndByItsRewriting() throws Exception {
        try (Launch server = persistent(Samples.DELAY_QUEUE); RespClient client = connect(server)) {
            text(client, "DQ.PUSHAT", "jobs", "2000", "second");
            text(client, "DQ.PUSHAT", "jobs", "1000", "first");
            text(client, "DQ.PUSH", "later", "1000000000", "in some days");
            text(client, "BGREWRITEAOF");
            awaitInfo(client, "persistence", "aof_rewrite_in_progress:0");
            text(client, "DQ.PUSHAT", "jobs", "3000", "third");
            assertEquals("first", text(client, "DQ.POP", "jobs", "0"));
        }
        // the second version reads what the first has written, both as it was saved and as it was logged
        try (Launch server = persistent(Samples.DELAY_QUEUE_2); RespClient client = connect(server)) {
            assertEquals("second", text(client, "DQ.POP", "jobs", "0"));
            assertEquals("third", text(client, "DQ.POP", "jobs", "0"));
            assertEquals(1, client.call("DQ.LEN", "later").number());
        }
    }

    @Test
    void theDelayQueueIsUpgradedWithItsMessagesAndThoseWhoWait() throws Exception {
        try (ServerProcess server = start();
                RespClient client = server.connect();
                RespClient waitsForMessage = server.connect();
                RespClient waitsForTime = server.connect()) {
            load(client, Samples.DELAY_QUEUE);
            text(client, "DQ.PUSHAT", "jobs", "2000", "second");
            text(client, "DQ.PUSHAT", "jobs", "1000", "first");
            text(client, "DQ.PUSH", "later", "1000000000", "in some days");
            text(client, "DQ.PUSH", "soon", "500", "in a moment");
            waitsForMessage.send(RespClient.command("DQ.POP", "empty", "0"));
            waitsForMessage.flush();
            waitsForTime.send(RespClient.command("DQ.POP", "soon", "0"));
            waitsForTime.flush();
            awaitInfo(client, "delayqueue", "delayqueue_waiting:2\r\n");
            assertEquals("OK", text(client, "MODULE", "UPGRADE", "delayqueue", Samples.DELAY_QUEUE_2.toString()));
            awaitInfo(client, "clients", "blocked_clients:2\r\n");
            assertTrue(text(client, "INFO", "modules").contains("module:name=delayqueue,ver=2,"));
            assertEquals("in a moment", waitsForTime.read().text());
            assertEquals(1, client.call("DQ.PUSH", "empty", "0", "a message", "PRIORITY", "5").number());
            assertEquals("a message", waitsForMessage.read().text());
            assertEquals(3, client.call("DQ.PUSHAT", "jobs", "2000", "urgent", "PRIORITY", "9").number());
            for (String message : List.of("first", "urgent", "second")) {
                assertEquals(message, text(client, "DQ.POP", "jobs", "0"));
            }
            assertEquals("ERR Error upgrading module: data type 'cairndlyq' of version 1 reads encodings up to 1, and there are 1 keys"
                    + " of encoding 2", text(client, "MODULE", "UPGRADE", "delayqueue", Samples.DELAY_QUEUE.toString()));
            assertEquals(1, client.call("DQ.LEN", "later").number());
        }
    }

    private Launch persistent(Path module) throws IOException {
        port = ServerProcess.freePort();
        return Launch.cairn(folder, "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder.toString(),
                "--appendonly", "yes", "--enable-debug-command", "yes", "--loadmodule", module.toString()).ready();
    }

    private RespClient connect(Launch server) throws IOException {
        assertTrue(server.process().isAlive());
        return RespClient.connect(port);
    }

    private static void awaitInfo(RespClient client, String section, String line) throws IOException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
        String info = text(client, "INFO", section);
        while (!info.contains(line)) {
            assertTrue(Instant.now().isBefore(deadline), info);
            info = text(client, "INFO", section);
        }
    }

    @Test
    void theWebSocketServesAfterItsPortIsSetAndEndsWithItsModule() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        int webSocketPort = ServerProcess.freePort();
        URI uri = URI.create("ws://127.0.0.1:" + webSocketPort + "/");
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        WebSocket.Listener listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                received.add(StandardCharsets.ISO_8859_1.decode(data).toString());
                socket.request(1);
                return null;
            }

            @Override
            public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                received.add("close " + code);
                return null;
            }
        };
        try (ServerProcess server = start(); RespClient client = server.connect()) {
            assertEquals("OK", text(client, "MODULE", "LOADEX", Samples.WEBSOCKET.toString(), "CONFIG", "websocket.ws-port",
                    Integer.toString(webSocketPort)));
            WebSocket socket = http.newWebSocketBuilder().subprotocols("resp").buildAsync(uri, listener).join();
            socket.sendBinary(ByteBuffer.wrap("SET k v\r\nGET k\r\n".getBytes(StandardCharsets.US_ASCII)), true).join();
            StringBuilder replies = new StringBuilder();
            while (replies.length() < 12) {
                replies.append(received.poll(20, TimeUnit.SECONDS));
            }
            assertEquals("+OK\r\n$1\r\nv\r\n", replies.toString());
            assertEquals("v", text(client, "GET", "k"));
            assertEquals("ERR Error unloading module: the module has open connections. Please close them and try again",
                    text(client, "MODULE", "UNLOAD", "websocket"));
            assertEquals("ERR Error upgrading module: the module has open connections. Please close them and try again",
                    text(client, "MODULE", "UPGRADE", "websocket", Samples.WEBSOCKET.toString()));
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            assertEquals("close 1000", received.poll(20, TimeUnit.SECONDS));
            awaitInfo(client, "clients", "connected_clients:1\r\n");
            assertEquals("OK", text(client, "MODULE", "UPGRADE", "websocket", Samples.WEBSOCKET.toString()));
            WebSocket again = http.newWebSocketBuilder().subprotocols("resp").buildAsync(uri, listener).join();
            again.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            assertEquals("close 1000", received.poll(20, TimeUnit.SECONDS));
            awaitInfo(client, "clients", "connected_clients:1\r\n");
            assertEquals("OK", text(client, "MODULE", "UNLOAD", "websocket"));
            assertThrows(CompletionException.class, () -> http.newWebSocketBuilder().buildAsync(uri, listener).join());
        } finally {
            http.shutdownNow();
        }
    }

    @Test
    void theSurveyTellsItsProgressAndItsResult() throws Exception {
        try (ServerProcess server = start("--enable-debug-command", "yes"); RespClient client = server.connect()) {
            load(client, Samples.SURVEY);
            text(client, "DEBUG", "POPULATE", "20000", "user");
            text(client, "DEBUG", "POPULATE", "5000", "order", "500");
            assertEquals("OK", text(client, "SURVEY", "START"));
            String state = client.call("SURVEY", "PROGRESS").elements().get(1).text();
            assertTrue(state.equals("running") || state.equals("done"), state);
            assertEquals("done", text(client, "SURVEY", "WAIT", "0"));
            assertEquals(25_000, client.call("SURVEY", "PROGRESS").elements().get(3).number());
            var first = client.call("SURVEY", "RESULT").elements().getFirst().elements();
            assertEquals("order", first.get(0).text());
            assertEquals(5000, first.get(1).number());
            assertTrue(first.get(2).number() > 5000 * 500, first.toString());
            assertEquals("OK", text(client, "MODULE", "UNLOAD", "survey"));
        }
    }

    /** A sample and what it is asked each time that it is loaded. */
    private enum Use {
        LEASE(Samples.LEASE, List.of("LEASE none")),
        DELAYQUEUE(Samples.DELAY_QUEUE, List.of("DQ.PUSH k 0 m", "DQ.POP k 0", "DQ.POP k 0.001")),
        WEBSOCKET(Samples.WEBSOCKET, List.of("CONFIG SET websocket.ws-max-frame 1mb")),
        SURVEY(Samples.SURVEY, List.of("SURVEY START", "SURVEY PROGRESS"));

        private final Path jar;
        private final List<String> commands;

        Use(Path jar, List<String> commands) {
            this.jar = jar;
            this.commands = commands;
        }
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void nothingIsLeftOfASampleThatWasLoadedTwentyTimes(Use use) throws Exception {
        try (ServerProcess server = start(); RespClient client = server.connect()) {
            for (int i = 0; i < 20; i++) {
                load(client, use.jar);
                for (String command : use.commands) {
                    assertFalse(client.call(command.split(" ")).isError(), command);
                }
                assertEquals("OK", text(client, "MODULE", "UNLOAD", use.name().toLowerCase(Locale.ROOT)));
            }
            Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
            String info;
            do {
                collectGarbage(server.process().pid());
                info = text(client, "INFO", "modules");
            } while (!info.contains("modules_unloaded_in_memory:0") && Instant.now().isBefore(deadline));
            assertTrue(info.contains("modules_unloaded:20\r\nmodules_unloaded_in_memory:0"), info);
        }
    }

    private static void collectGarbage(long pid) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    }
}
