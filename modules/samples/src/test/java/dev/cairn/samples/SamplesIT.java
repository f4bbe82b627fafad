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
import dev.cairn.distribution.support.Modules;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** The jars of the samples in the built distribution, loaded while it runs. */
@Timeout(900)
class SamplesIT {
    @TempDir Path folder;
    private int port;

    @Test
    void theDelayQueueServesRedisCliAndThoseWhoWait() throws Exception {
        try (ServerProcess server = Modules.start(); RespClient client = server.connect(); RespClient waiting = server.connect()) {
            Modules.load(client, Samples.DELAY_QUEUE);
            waiting.begin("DQ.POP", "jobs", "0");
            assertEquals("(integer) 1\n", redisCli(server, "DQ.PUSH", "jobs", "30", "a message"));
            assertEquals("a message", waiting.read().text());
            assertEquals("(nil)\n", redisCli(server, "DQ.POP", "jobs", "0.01"));
            assertTrue(client.text("INFO", "commandstats").contains("cmdstat_dq.pop:calls=2,"));
            assertEquals("OK", client.text("MODULE", "UNLOAD", "delayqueue"));
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
            client.call("DQ.PUSHAT", "jobs", "2000", "second");
            client.call("DQ.PUSHAT", "jobs", "1000", "first");
            client.call("DQ.PUSH", "later", "1000000000", "in some days");
            client.call("BGREWRITEAOF");
            client.awaitInfo("persistence", "aof_rewrite_in_progress:0");
            client.call("DQ.PUSHAT", "jobs", "3000", "third");
            assertEquals("first", client.text("DQ.POP", "jobs", "0"));
        }
        // the second version reads what the first has written, both as it was saved and as it was logged
        try (Launch server = persistent(Samples.DELAY_QUEUE_2); RespClient client = connect(server)) {
            assertEquals("second", client.text("DQ.POP", "jobs", "0"));
            assertEquals("third", client.text("DQ.POP", "jobs", "0"));
            assertEquals(1, client.call("DQ.LEN", "later").number());
        }
    }

    @Test
    void theDelayQueueIsUpgradedWithItsMessagesAndThoseWhoWait() throws Exception {
        try (ServerProcess server = Modules.start();
                RespClient client = server.connect();
                RespClient waitsForMessage = server.connect();
                RespClient waitsForTime = server.connect()) {
            Modules.load(client, Samples.DELAY_QUEUE);
            client.call("DQ.PUSHAT", "jobs", "2000", "second");
            client.call("DQ.PUSHAT", "jobs", "1000", "first");
            client.call("DQ.PUSH", "later", "1000000000", "in some days");
            client.call("DQ.PUSH", "soon", "5000", "in a moment");
            waitsForMessage.begin("DQ.POP", "empty", "0");
            waitsForTime.begin("DQ.POP", "soon", "0");
            client.awaitInfo("delayqueue", "delayqueue_waiting:2\r\n");
            assertEquals("OK", client.text("MODULE", "UPGRADE", "delayqueue", Samples.DELAY_QUEUE_2.toString()));
            client.awaitInfo("clients", "blocked_clients:2\r\n");
            assertTrue(client.text("INFO", "modules").contains("module:name=delayqueue,ver=2,"));
            assertEquals("in a moment", waitsForTime.read().text());
            assertEquals(1, client.call("DQ.PUSH", "empty", "0", "a message", "PRIORITY", "5").number());
            assertEquals("a message", waitsForMessage.read().text());
            assertEquals(3, client.call("DQ.PUSHAT", "jobs", "2000", "urgent", "PRIORITY", "9").number());
            for (String message : List.of("first", "urgent", "second")) {
                assertEquals(message, client.text("DQ.POP", "jobs", "0"));
            }
            assertEquals("ERR Error upgrading module: data type 'cairndlyq' of version 1 reads encodings up to 1, and there are 1 keys"
                    + " of encoding 2", client.text("MODULE", "UPGRADE", "delayqueue", Samples.DELAY_QUEUE.toString()));
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
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            assertEquals("OK", client.text("MODULE", "LOADEX", Samples.WEBSOCKET.toString(), "CONFIG", "websocket.ws-port",
                    Integer.toString(webSocketPort)));
            WebSocket socket = http.newWebSocketBuilder().subprotocols("resp").buildAsync(uri, listener).join();
            socket.sendBinary(ByteBuffer.wrap("SET k v\r\nGET k\r\n".getBytes(StandardCharsets.US_ASCII)), true).join();
            StringBuilder replies = new StringBuilder();
            while (replies.length() < 12) {
                replies.append(received.poll(20, TimeUnit.SECONDS));
            }
            assertEquals("+OK\r\n$1\r\nv\r\n", replies.toString());
            assertEquals("v", client.text("GET", "k"));
            assertEquals("ERR Error unloading module: the module has open connections. Please close them and try again",
                    client.text("MODULE", "UNLOAD", "websocket"));
            assertEquals("ERR Error upgrading module: the module has open connections. Please close them and try again",
                    client.text("MODULE", "UPGRADE", "websocket", Samples.WEBSOCKET.toString()));
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            assertEquals("close 1000", received.poll(20, TimeUnit.SECONDS));
            client.awaitInfo("clients", "connected_clients:1\r\n");
            assertEquals("OK", client.text("MODULE", "UPGRADE", "websocket", Samples.WEBSOCKET.toString()));
            WebSocket again = http.newWebSocketBuilder().subprotocols("resp").buildAsync(uri, listener).join();
            again.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            assertEquals("close 1000", received.poll(20, TimeUnit.SECONDS));
            client.awaitInfo("clients", "connected_clients:1\r\n");
            assertEquals("OK", client.text("MODULE", "UNLOAD", "websocket"));
            assertThrows(CompletionException.class, () -> http.newWebSocketBuilder().buildAsync(uri, listener).join());
        } finally {
            http.shutdownNow();
        }
    }

    @Test
    void theSurveyTellsItsProgressAndItsResult() throws Exception {
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, Samples.SURVEY);
            client.call("DEBUG", "POPULATE", "20000", "user");
            client.call("DEBUG", "POPULATE", "5000", "order", "500");
            assertEquals("OK", client.text("SURVEY", "START"));
            String state = client.call("SURVEY", "PROGRESS").elements().get(1).text();
            assertTrue(state.equals("running") || state.equals("done"), state);
            assertEquals("done", client.text("SURVEY", "WAIT", "0"));
            assertEquals(25_000, client.call("SURVEY", "PROGRESS").elements().get(3).number());
            var first = client.call("SURVEY", "RESULT").elements().getFirst().elements();
            assertEquals("order", first.get(0).text());
            assertEquals(5000, first.get(1).number());
            assertTrue(first.get(2).number() > 5000 * 500, first.toString());
            assertEquals("OK", client.text("MODULE", "UNLOAD", "survey"));
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
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            for (int i = 0; i < 20; i++) {
                Modules.load(client, use.jar);
                for (String command : use.commands) {
                    assertFalse(client.call(command.split(" ")).isError(), command);
                }
                assertEquals("OK", client.text("MODULE", "UNLOAD", use.name().toLowerCase(Locale.ROOT)));
            }
            Modules.awaitNothingLeft(server, client, 20, 0);
        }
    }
}
