package dev.cairn.types.list;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.cairn.resp.Resp;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

/**
 * Prints for each kind of command how many bytes of Java heap the main thread allocates on average to execute one, from the bytes of the
 * request to those of the reply, once it is warm. Runs in a JVM of its own without the checked mode, which allocates.
 */
final class AllocationProbe {
    private static final int COMMANDS = 2_000;
    private static final int BATCHES = 100;
    private static final int ROUNDS = 12;

    private AllocationProbe() {
    }

    public static void main(String[] args) {
        Map<String, String[]> kinds = new LinkedHashMap<>();
        kinds.put("LPUSH to a long list", new String[]{"LPUSH", "long", "element:%d"});
        kinds.put("RPOP from a long list", new String[]{"RPOP", "long"});
        kinds.put("RPUSH to short lists", new String[]{"RPUSH", "short:%d", "element"});
        kinds.put("LPOP from short lists", new String[]{"LPOP", "short:%d"});
        kinds.put("LINDEX", new String[]{"LINDEX", "long", "5"});
        kinds.put("LLEN", new String[]{"LLEN", "long"});
        kinds.put("LRANGE", new String[]{"LRANGE", "long", "0", "9"});
        kinds.put("LMOVE", new String[]{"LMOVE", "long", "long", "LEFT", "RIGHT"});
        try (TestServer server = TestServer.with(new ListModule()).start(); TestClient client = server.client()) {
            kinds.forEach(
                    (name, words) -> System.out.println(name + "\t" + String.format(Locale.ROOT, "%.3f", measure(server, client, words))));
        }
    }

    private static double measure(TestServer server, TestClient client, String[] words) {
        List<byte[]> batches = new ArrayList<>();
        for (int b = 0; b < 5; b++) {
            ByteArrayOutputStream batch = new ByteArrayOutputStream();
            for (int i = 0; i < COMMANDS; i++) {
                String[] command = new String[words.length];
                for (int w = 0; w < words.length; w++) {
                    command[w] = words[w].replace("%d", Integer.toString(b * COMMANDS + i));
                }
                batch.writeBytes(Resp.request(command));
            }
            batches.add(batch.toByteArray());
        }
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS && best >= 0.1; round++) {
            long before = server.allocatedBytes();
            for (int i = 0; i < BATCHES; i++) {
                client.raw(batches.get(i % batches.size()));
                for (int n = 0; n < COMMANDS; n++) {
                    client.receive();
                }
            }
            best = Math.min(best, (double) (server.allocatedBytes() - before) / (BATCHES * COMMANDS));
        }
        return best;
    }
}
