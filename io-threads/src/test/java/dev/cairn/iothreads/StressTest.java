package dev.cairn.iothreads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.cairn.api.ServerModule;
import dev.cairn.resp.Resp;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.list.ListModule;
import dev.cairn.types.string.StringModule;

/**
 * Connections that open, write halves, vanish and come back under load for a bounded time, over each transport and by each strategy, while
 * others are killed and the number of threads changes: every client gets the replies to its own sequence, all of them, in order.
 */
class StressTest {
    private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(Long.getLong("cairn.stress.millis", 2500));
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int DRIVERS = 6;
    private static final int CONNECTIONS_EACH = 4;
    private static final String CHANGING = "changing";
    private static final String[] STRATEGIES = {"fork-join", "rings", CHANGING};

    @TempDir Path folder;
    private final AtomicInteger names = new AtomicInteger();
    /** The ids of clients that expect to be killed. */
    private final Set<String> victims = ConcurrentHashMap.newKeySet();

    private volatile boolean threaded;

    static Stream<Arguments> everyWay() {
        return Stream.of(Wire.Transport.values())
                .flatMap(transport -> Arrays.stream(STRATEGIES).map(strategy -> Arguments.of(transport, strategy)));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    @Timeout(300)
    void everyClientGetsTheRepliesToItsOwnSequence(Wire.Transport transport, String strategy) throws Exception {
        Wire.Place place = new Wire.Place(transport, folder);
        List<ServerModule> modules = new ArrayList<>(List.of(place.modules()));
        modules.addAll(List.of(new IoThreadsModule(), new StringModule(), new ListModule()));
        try (TestServer server = TestServer.with(modules.toArray(ServerModule[]::new)).config(place.configuration())
                .config("io-threads 2", "io-threads-do-reads yes",
                        "io-threads-strategy " + (strategy.equals(CHANGING) ? STRATEGIES[0] : strategy))
                .listening().start();
                ExecutorService pool = Executors.newCachedThreadPool()) {
            long deadline = System.nanoTime() + NANOS;
            List<Callable<Long>> drivers = new ArrayList<>();
            for (int i = 0; i < DRIVERS; i++) {
                Random random = new Random(i);
                drivers.add(() -> drive(place, random, deadline));
            }
            drivers.add(() -> publish(place, deadline));
            drivers.add(() -> block(place, deadline));
            drivers.add(() -> suffer(place, deadline));
            drivers.add(() -> disturb(place, strategy.equals(CHANGING), deadline));
            for (Future<Long> driver : pool.invokeAll(drivers)) {
                long checked = driver.get();
                assertTrue(checked > 0, "a driver has checked nothing");
            }
            String stats = server.onMain(() -> server.info("stats"));
            assertTrue(number(stats, "io_threaded_reads_processed") > 0, stats);
            assertTrue(number(stats, "io_threaded_writes_processed") > 0, stats);
        }
    }

    private static long number(String info, String field) {
        String line = info.lines().filter(l -> l.startsWith(field + ":")).findFirst().orElseThrow();
        return Long.parseLong(line.substring(field.length() + 1).strip());
    }

    /** A connection and what it knows of its sequence. */
    private final class Session {
        private Wire wire;
        private String counter = "";
        private long count;
        private final List<String> expected = new ArrayList<>();

        Session(Wire.Place place) throws IOException {
            open(place);
        }

        void open(Wire.Place place) throws IOException {
            wire = place.connect();
            counter = "counter:" + names.incrementAndGet();
            count = 0;
            expected.clear();
        }

        /** Sends a pipeline, in one piece or in two with a pause in which others are sent to. */
        byte[] pipeline(Random random) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int n = 1 + random.nextInt(random.nextInt(8) == 0 ? 200 : 12);
            for (int i = 0; i < n; i++) {
                switch (random.nextInt(10)) {
                    case 0 -> {
                        String value = Character.toString('a' + random.nextInt(26)).repeat(random.nextInt(40_000));
                        bytes.writeBytes(Resp.request("SET", counter + ":value", value));
                        bytes.writeBytes(Resp.request("GET", counter + ":value"));
                        expected.add("OK");
                        expected.add(value);
                    }
                    case 1 -> {
                        bytes.writeBytes(Resp.request("MULTI"));
                        bytes.writeBytes(Resp.request("INCR", counter));
                        bytes.writeBytes(Resp.request("EXEC"));
                        expected.add("OK");
                        expected.add("QUEUED");
                        expected.add("[" + ++count + "]");
                    }
                    case 2 -> {
                        bytes.writeBytes("PING\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                        expected.add("PONG");
                    }
                    default -> {
                        bytes.writeBytes(Resp.request("INCR", counter));
                        expected.add(Long.toString(++count));
                    }
                }
            }
            return bytes.toByteArray();
        }

        long check() throws IOException {
            for (String wanted : expected) {
                assertEquals(wanted, wire.receiveText(), counter);
            }
            int n = expected.size();
            expected.clear();
            return n;
        }
    }

    /** Until the time is over and threads have taken part, which on a busy machine may take longer. */
    private boolean goesOn(long deadline) {
        long left = deadline - System.nanoTime();
        return left > 0 || !threaded && left > -PATIENCE_NANOS;
    }

    private long drive(Wire.Place place, Random random, long deadline) throws IOException {
        List<Session> sessions = new ArrayList<>();
        long checked = 0;
        for (int i = 0; i < CONNECTIONS_EACH; i++) {
            sessions.add(new Session(place));
        }
        do {
            byte[][] rest = new byte[sessions.size()][];
            for (int i = 0; i < rest.length; i++) {
                byte[] all = sessions.get(i).pipeline(random);
                int cut = random.nextInt(3) == 0 ? random.nextInt(all.length) : all.length;
                sessions.get(i).wire.send(Arrays.copyOf(all, cut));
                rest[i] = Arrays.copyOfRange(all, cut, all.length);
            }
            for (int i = 0; i < rest.length; i++) {
                Session session = sessions.get(i);
                if (random.nextInt(12) == 0) {
                    session.wire.vanish();
                    session.open(place);
                } else if (rest[i].length > 0) {
                    session.wire.send(rest[i]);
                }
            }
            for (Session session : sessions) {
                checked += session.check();
            }
        } while (goesOn(deadline));
        for (Session session : sessions) {
            session.wire.close();
        }
        return checked;
    }

    /** Publishes numbers to a channel and checks that each of three subscribers gets them in order. */
    private long publish(Wire.Place place, long deadline) throws IOException {
        long sent = 0;
        try (Wire publisher = place.connect(); Wire one = place.connect(); Wire two = place.connect()) {
            one.call("SUBSCRIBE", "numbers");
            two.call("SUBSCRIBE", "numbers");
            do {
                ByteArrayOutputStream batch = new ByteArrayOutputStream();
                int n = 20;
                for (int i = 0; i < n; i++) {
                    batch.writeBytes(Resp.request("PUBLISH", "numbers", Long.toString(sent + i)));
                }
                publisher.send(batch.toByteArray());
                for (int i = 0; i < n; i++) {
                    assertEquals("2", publisher.receiveText());
                    assertEquals("[message, numbers, " + (sent + i) + "]", one.receiveText());
                    assertEquals("[message, numbers, " + (sent + i) + "]", two.receiveText());
                }
                sent += n;
            } while (goesOn(deadline));
        }
        return sent;
    }

    /** Hands elements from one client to another that waits for them, with commands behind the one that waits. */
    private long block(Wire.Place place, long deadline) throws IOException {
        long handed = 0;
        try (Wire giver = place.connect(); Wire taker = place.connect()) {
            do {
                taker.send(Resp.request("BLPOP", "handed", "30"));
                taker.send(Resp.request("ECHO", "after " + handed));
                assertEquals("1", giver.call("RPUSH", "handed", Long.toString(handed)));
                assertEquals("[handed, " + handed + "]", taker.receiveText());
                assertEquals("after " + handed, taker.receiveText());
                handed++;
            } while (goesOn(deadline));
        }
        return handed;
    }

    /** Sends without end on connections that are killed. */
    private long suffer(Wire.Place place, long deadline) throws IOException {
        long opened = 0;
        byte[] request = Resp.request("ECHO", "x".repeat(2000));
        do {
            try (Wire wire = place.connect()) {
                String id = wire.call("CLIENT", "ID");
                opened++;
                victims.add(id);
                try {
                    while (goesOn(deadline)) {
                        wire.send(request);
                        wire.receive();
                    }
                } catch (IOException e) {
                    assertTrue(!victims.contains(id), () -> "client " + id + " was closed without being killed: " + e);
                } finally {
                    victims.remove(id);
                }
            }
        } while (goesOn(deadline));
        return opened;
    }

    /** Kills clients, lists them, and changes the number of threads and, if it may, the strategy. */
    private long disturb(Wire.Place place, boolean changing, long deadline) throws IOException {
        long done = 0;
        Random random = new Random(1);
        try (Wire wire = place.connect()) {
            do {
                assertEquals("OK", wire.call("CONFIG", "SET", "io-threads", Integer.toString(1 + random.nextInt(4))));
                assertEquals("OK", wire.call("CONFIG", "SET", "io-threads-do-reads", random.nextInt(4) == 0 ? "no" : "yes"));
                assertEquals("OK", wire.call("CONFIG", "SET", "events-per-io-thread", Integer.toString(random.nextInt(3))));
                if (changing) {
                    assertEquals("OK", wire.call("CONFIG", "SET", "io-threads-strategy", STRATEGIES[random.nextInt(2)]));
                }
                assertEquals("OK", wire.call("CONFIG", "SET", "proto-max-bulk-len", Integer.toString((512 << 20) - random.nextInt(10))));
                assertTrue(wire.call("CLIENT", "LIST").contains("cmd=client|list"));
                String stats = wire.call("INFO", "stats");
                threaded = number(stats, "io_threaded_reads_processed") > 0 && number(stats, "io_threaded_writes_processed") > 0;
                for (String victim : victims) {
                    victims.remove(victim);
                    wire.call("CLIENT", "KILL", "ID", victim);
                }
                done++;
            } while (goesOn(deadline));
            assertEquals("OK", wire.call("CONFIG", "SET", "io-threads", "2"));
        }
        return done;
    }
}
