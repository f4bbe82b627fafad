package dev.cairn.testkit;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import dev.cairn.resp.Resp;

/**
 * Prints for each way to publish how many bytes of Java heap the main thread allocates on average, from the bytes of the request to the
 * last receiver's, once it is warm. Runs in a JVM of its own without the checked mode, which allocates.
 */
final class PublishProbe {
    private static final int COMMANDS = 500;
    private static final int BATCHES = 60;
    private static final int ROUNDS = 20;

    private PublishProbe() {
    }

    public static void main(String[] args) throws Exception {
        Map<String, String[]> kinds = new LinkedHashMap<>();
        kinds.put("channel", new String[]{"PUBLISH", "channel", "text of the message"});
        kinds.put("patterns", new String[]{"PUBLISH", "news.today", "text of the message"});
        kinds.put("shard", new String[]{"SPUBLISH", "shard", "text of the message"});
        kinds.put("large", new String[]{"PUBLISH", "channel", "x".repeat(40_000)});
        kinds.put("event", new String[]{"PEXPIRE", "key", "1000000"});
        kinds.put("nobody", new String[]{"PUBLISH", "nobody", "text"});
        try (TestServer server = TestServer.with(new SampleModule()).config("notify-keyspace-events KEA").start();
                TestClient publisher = server.client();
                TestClient first = server.client(2);
                TestClient second = server.client(3)) {
            publisher.line("BOX.PUT key value");
            for (TestClient subscriber : new TestClient[]{first, second}) {
                for (String line : new String[]{"SUBSCRIBE channel", "PSUBSCRIBE news.*", "PSUBSCRIBE *.today", "SSUBSCRIBE shard",
                        "PSUBSCRIBE __key*"}) {
                    subscriber.line(line);
                }
                Thread.ofPlatform().daemon().start(() -> drain(subscriber));
            }
            kinds.forEach((name, words) -> System.out
                    .println(name + "\t" + String.format(Locale.ROOT, "%.3f", measure(server, publisher, words))));
        }
    }

    private static void drain(TestClient subscriber) {
        int piece = 1 << 12;
        while (subscriber.receiveBytes(piece).length == piece) {
            Thread.onSpinWait();
        }
    }

    private static double measure(TestServer server, TestClient publisher, String[] words) {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        int commands = words[words.length - 1].length() > 1000 ? COMMANDS / 50 : COMMANDS;
        for (int i = 0; i < commands; i++) {
            batch.writeBytes(Resp.request(words));
        }
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS && best >= 1; round++) {
            long before = server.allocatedBytes();
            for (int i = 0; i < BATCHES; i++) {
                publisher.raw(batch.toByteArray());
                for (int n = 0; n < commands; n++) {
                    publisher.receive();
                }
            }
            best = Math.min(best, (double) (server.allocatedBytes() - before) / (BATCHES * commands));
        }
        return best;
    }
}
