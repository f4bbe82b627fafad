package dev.cairn.distribution.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;

/**
 * The random commands of all groups are sent to a server that logs them, fields with times among them, with rewrites in between. After a
 * kill the next server holds the same: from the log alone, from a base alone, and from a base with what was logged meanwhile and after.
 *
 * <p>Properties: {@code cairn.replay.units} (of each round, default 2000), {@code cairn.differential.seed} (default: always the same).
 */
class ReplayIT {
    private static final int UNITS = Integer.getInteger("cairn.replay.units", 2000);
    private static final long SEED = Long.getLong("cairn.differential.seed", 20_261_126);
    private static final int DATABASES = 16;
    /** 2100-01-01, in Unix seconds: no time is over while this runs. */
    private static final long FAR = 4_102_444_800L;

    @TempDir private Path directory;
    private final CommandStream stream = new CommandStream(SEED, 2);
    private final Dice dice = new Dice(~SEED);
    private final List<RespClient> clients = new ArrayList<>();
    private int port;

    private Launch start() throws IOException {
        port = ServerProcess.freePort();
        Launch server = Launch.cairn(directory, "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--appendonly",
                "yes", "--appendfsync", "no", "--auto-aof-rewrite-percentage", "0", "--enable-debug-command", "yes").ready();
        for (int i = 0; i < 2; i++) {
            clients.add(RespClient.connect(port));
        }
        return server;
    }

    @Test
    void whatIsLoadedAfterAKillIsWhatWasThere() throws Exception {
        System.out.println("ReplayIT: -Dcairn.differential.seed=" + SEED);
        Launch server = start();
        try {
            send(UNITS);
            server = killedAndStartedAgain(server, "from the log");
            send(UNITS);
            rewrite();
            awaitRewrite(server);
            server = killedAndStartedAgain(server, "from a base");
            send(UNITS / 2);
            rewrite();
            send(UNITS / 2);
            awaitRewrite(server);
            send(UNITS / 2);
            server = killedAndStartedAgain(server, "from a base and a log");
        } finally {
            closeClients();
            server.close();
        }
    }

    private Launch killedAndStartedAgain(Launch server, String what) throws Exception {
        String where = what + ", seed " + SEED;
        Map<String, String> before = state();
        String digest = digest();
        assertFalse(before.isEmpty(), where);
        assertNotEquals("0".repeat(40), digest, where);
        closeClients();
        server.process().destroyForcibly().waitFor();
        server.close();
        Launch next = start();
        Map<String, String> after = state();
        after.forEach((key, value) -> assertEquals(before.get(key), value, where + ": " + key));
        assertEquals(before.keySet(), after.keySet(), where);
        assertEquals(digest, digest(), where);
        return next;
    }

    private void closeClients() throws IOException {
        for (RespClient client : clients) {
            client.close();
        }
        clients.clear();
    }

    /** Sends units, and now and then gives fields of a hash times to live, which redis-server 7.0 cannot and the stream therefore has not. */
    private void send(int units) throws IOException {
        for (int i = 0; i < units; i++) {
            for (Step step : stream.next().steps()) {
                send(step);
            }
            if (dice.chance(0.05)) {
                send(fieldTime());
            }
            if (dice.chance(0.01)) {
                // a transaction that was left open, or a subscription, would refuse the rest
                closeClients();
                clients.add(RespClient.connect(port));
                clients.add(RespClient.connect(port));
            }
        }
    }

    private Step fieldTime() {
        Words words = Words.of(dice.pick("HEXPIREAT", "HEXPIREAT", "HPERSIST", "HPEXPIREAT")).add(dice.key());
        if (words.list().getFirst().length == "HPERSIST".length()) {
            return words.add("FIELDS").add("2").add("f").add("number").step();
        }
        boolean milliseconds = words.list().getFirst().length > "HEXPIREAT".length();
        long seconds = FAR + dice.below(1000);
        return words.add(Long.toString(milliseconds ? seconds * 1000 + 7 : seconds)).add("FIELDS").add("3").add("f").add("g")
                .add("n" + dice.below(600)).step();
    }

    private void send(Step step) throws IOException {
        RespClient client = clients.get(step.connection());
        client.send(step.arguments());
        client.flush();
        if (step.replies() == 1) {
            client.read();
        } else if (step.replies() == Step.ALL_SO_FAR) {
            RespReply next = client.read();
            while (!ServerPair.isLast(next)) {
                next = client.read();
            }
        }
    }

    private void rewrite() throws IOException {
        try (RespClient client = RespClient.connect(port)) {
            RespReply reply = client.call("BGREWRITEAOF");
            assertEquals("Background append only file rewriting started", reply.text());
        }
    }

    private void awaitRewrite(Launch server) throws IOException {
        try (RespClient client = RespClient.connect(port)) {
            server.awaitCondition("the rewrite ends well", () -> {
                try {
                    String info = client.call("INFO", "persistence").text();
                    return info.contains("aof_rewrite_in_progress:0") && info.contains("aof_rewrite_scheduled:0")
                            && info.contains("aof_rewrites:") && !info.contains("aof_rewrites:0")
                            && info.contains("aof_last_bgrewrite_status:ok");
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
        }
    }

    private String digest() throws IOException {
        try (RespClient client = RespClient.connect(port)) {
            return client.call("DEBUG", "DIGEST").text();
        }
    }

    /** All keys with what a client can see of them. */
    private Map<String, String> state() throws IOException {
        Map<String, String> state = new TreeMap<>();
        try (RespClient client = RespClient.connect(port)) {
            for (int database = 0; database < DATABASES; database++) {
                client.call("SELECT", Integer.toString(database));
                for (RespReply key : client.call("KEYS", "*").elements()) {
                    state.put(database + " " + key.text(), key(client, Dice.ascii(key.text())));
                }
            }
        }
        return state;
    }

    private static String key(RespClient client, byte[] name) throws IOException {
        String type = ask(client, Words.of("TYPE").add(name)).text();
        String expiry = ask(client, Words.of("PEXPIRETIME").add(name)).text();
        return type + " " + expiry + " " + switch (type) {
            case "string" -> ask(client, Words.of("GET").add(name));
            case "list" -> ask(client, Words.of("LRANGE").add(name).add("0").add("-1"));
            case "hash" -> fields(client, name);
            default -> throw new IOException("no way to read a " + type);
        };
    }

    private static Map<String, String> fields(RespClient client, byte[] name) throws IOException {
        List<RespReply> words = ask(client, Words.of("HGETALL").add(name)).elements();
        Map<String, String> fields = new TreeMap<>();
        for (int i = 0; i < words.size(); i += 2) {
            byte[] field = Dice.ascii(words.get(i).text());
            RespReply time = ask(client, Words.of("HPEXPIRETIME").add(name).add("FIELDS").add("1").add(field));
            fields.put(words.get(i).text(), time.elements().getFirst().text() + " " + words.get(i + 1).text());
        }
        return fields;
    }

    private static RespReply ask(RespClient client, Words words) throws IOException {
        client.send(words.list());
        client.flush();
        return client.read();
    }
}
