package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.event.StatisticsReset;

/** What the server tells of its own work: the slow log, delays, distributions, memory, INFO. */
@Timeout(300)
class ObservationTest {
    /** What is slow: less than a nap. */
    private static final long SLOW_MICROS = 400_000;

    private final Napping naps = new Napping();
    private TestServer server;
    private TestClient client;

    /** A module with a slow command that claims to be brief, and one of each that is observed otherwise. */
    private static final class Napping implements ServerModule {
        /** So long that nothing brief takes it, however busy the machine is. */
        private static final long NAP_NANOS = 500_000_000;
        final AtomicInteger resets = new AtomicInteger();
        volatile ModuleContext context;

        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("napping", 1);
        }

        @Override
        public void configure(Registrar r) {
            r.command(CommandSpec.of("NAP", -1).flags(CommandFlag.FAST).summary("Sleeps.").syntax("[word...]"), Napping::nap);
            r.command(CommandSpec.of("NAP.SECRETLY", -2).flags(CommandFlag.FAST).summary("Sleeps.").syntax("secret..."),
                    (call, args, out) -> {
                        call.redact(1);
                        nap(call, args, out);
                    });
            r.command(CommandSpec.of("NAP.BADLY", 2).summary("Fails.").syntax("code"), (call, args, out) -> {
                throw CommandError.of(args.at(1).text(), "no sleep");
            });
            r.info("Napping", true, out -> out.field("naps", 0));
            r.on(StatisticsReset.class, e -> resets.incrementAndGet());
        }

        @Override
        public void start(ModuleContext c) {
            context = c;
        }

        private static void nap(Call call, Args args, Reply out) {
            for (long end = System.nanoTime() + NAP_NANOS; System.nanoTime() < end;) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
            out.ok();
        }
    }

    @BeforeEach
    void start() {
        server = TestServer.with(naps, new SampleModule()).config("enable-debug-command yes").start();
        client = server.client();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** The reply to a line, its parts with single spaces between. */
    private String ask(String line) {
        return client.line(line).replace(", ", " ");
    }

    private void pipeline(String... lines) {
        List<String[]> commands = new ArrayList<>();
        for (String line : lines) {
            commands.add(line.split(" "));
        }
        client.pipeline(commands);
    }

    private String infoField(String section, String field) {
        return client.line("INFO " + section).lines().filter(l -> l.startsWith(field + ":")).map(l -> l.substring(field.length() + 1))
                .findFirst().orElse("none");
    }

    @Test
    void logsTheSlowCommandOfARunOfBriefOnes() {
        client.line("CLIENT SETNAME sleeper");
        client.line("CONFIG SET slowlog-log-slower-than " + SLOW_MICROS);
        pipeline("PING", "NAP with words", "PING");
        assertEquals("1", client.line("SLOWLOG LEN"));
        String log = ask("SLOWLOG GET");
        assertTrue(log.contains("[NAP with words]") && log.contains(" sleeper]"), log);
        assertTrue(Long.parseLong(log.replace("[", "").split(" ")[2]) >= SLOW_MICROS, log);
        pipeline("PING", "NAP", "PING", "NAP again", "PING");
        assertEquals("3", client.line("SLOWLOG LEN"));
    }

    @Test
    void logsTheSlowCommandOfATransactionAndNotExec() {
        client.line("CONFIG SET slowlog-log-slower-than " + SLOW_MICROS);
        pipeline("MULTI", "PING", "NAP in transaction", "PING", "EXEC");
        String log = ask("SLOWLOG GET");
        assertTrue(log.contains("[NAP in transaction]"), log);
        assertEquals("1", client.line("SLOWLOG LEN"));
    }

    @Test
    void logsEveryCommandWhenItIsAskedTo() {
        client.line("CONFIG SET slowlog-log-slower-than 0");
        client.line("SLOWLOG RESET");
        pipeline("PING", "ECHO text", "PING");
        assertEquals("4", client.line("SLOWLOG LEN"));
        String log = ask("SLOWLOG GET 3");
        assertTrue(log.indexOf("[SLOWLOG LEN]") < log.indexOf("[PING]") && log.indexOf("[PING]") < log.indexOf("[ECHO text]"), log);
        client.line("CONFIG SET slowlog-max-len 2");
        assertEquals("2", client.line("SLOWLOG LEN"));
        client.line("CONFIG SET slowlog-log-slower-than -1");
        client.line("SLOWLOG RESET");
        assertEquals("0", client.line("SLOWLOG LEN"));
    }

    @Test
    void cutsLongWordsAndManyAndHidesSecrets() {
        client.line("CONFIG SET slowlog-log-slower-than 0");
        client.text("ECHO", "x".repeat(130));
        String log = ask("SLOWLOG GET 1");
        assertTrue(log.contains("x".repeat(128) + "... (2 more bytes)]"), log);
        client.line("NAP " + "w ".repeat(32).strip());
        log = ask("SLOWLOG GET 1");
        assertTrue(log.contains(" w ... (2 more arguments)]"), log);
        client.line("NAP.SECRETLY password word");
        log = ask("SLOWLOG GET 1");
        assertTrue(log.contains("[NAP.SECRETLY (redacted) word]"), log);
        client.line("CONFIG SET requirepass hidden timeout 0");
        log = ask("SLOWLOG GET 1");
        assertTrue(log.contains("[CONFIG SET requirepass (redacted) timeout 0]"), log);
        client.line("AUTH default hidden");
        log = ask("SLOWLOG GET 1");
        assertTrue(log.contains("[AUTH (redacted) (redacted)]"), log);
    }

    @Test
    void neverShowsTheSecretOfABriefCommandInARun() {
        pipeline("PING", "NAP.SECRETLY password", "PING");
        assertFalse(ask("SLOWLOG GET").contains("password"));
    }

    @Test
    void logsABlockedCommandOnceItIsServed() throws Exception {
        client.line("CONFIG SET slowlog-log-slower-than 0");
        client.line("CONFIG RESETSTAT");
        try (TestClient waiting = server.client()) {
            waiting.send("BOX.TAKE", "k", "0");
            server.await("a blocked client", () -> server.server().blockedClients() == 1);
            assertFalse(ask("SLOWLOG GET -1").contains("BOX.TAKE"));
            assertEquals("none", infoField("commandstats", "cmdstat_box.take"));
            client.line("BOX.PUT k v");
            assertEquals("v", waiting.receiveText());
        }
        assertTrue(ask("SLOWLOG GET -1").contains("[BOX.TAKE k 0]"));
        assertTrue(infoField("commandstats", "cmdstat_box.take").startsWith("calls=1,"));
    }

    @Test
    void refusesWrongCountsOfTheSlowLog() {
        assertEquals("ERR count should be greater than or equal to -1", ask("SLOWLOG GET -2"));
        assertEquals("ERR count should be greater than or equal to -1", ask("SLOWLOG GET x"));
        assertEquals("ERR wrong number of arguments for 'slowlog|len' command", client.line("SLOWLOG LEN x"));
        assertTrue(ask("SLOWLOG GET 1 2").startsWith("ERR unknown subcommand or wrong number of arguments for 'GET'"));
        assertEquals("[]", ask("SLOWLOG GET 0"));
    }

    @Test
    void remembersDelaysByEvent() throws Exception {
        client.line("NAP");
        assertEquals("[]", ask("LATENCY LATEST"));
        assertTrue(ask("LATENCY DOCTOR").contains("latency-monitor-threshold"));
        client.line("CONFIG SET latency-monitor-threshold 10");
        client.line("NAP");
        naps.context.latency("disk", 9);
        naps.context.latency("disk", 42);
        server.await("the module's delay", () -> server.server().latency().event("disk") != null);
        String latest = ask("LATENCY LATEST");
        assertTrue(latest.contains("[fast-command ") && latest.contains(" 42 42]"), latest);
        assertTrue(ask("LATENCY HISTORY disk").endsWith(" 42]]"));
        assertEquals("[]", ask("LATENCY HISTORY nosuch"));
        assertTrue(client.line("LATENCY GRAPH disk").startsWith("disk - high 42 ms, low 42 ms (all time high 42 ms)\n---"));
        assertEquals("ERR No samples available for event 'nosuch'", ask("LATENCY GRAPH nosuch"));
        assertTrue(ask("LATENCY DOCTOR").contains("disk: 1 delays (average 42 ms"));
        assertEquals("1", ask("LATENCY RESET DISK nosuch"));
        // from here on no delay of this machine's is one
        client.line("CONFIG SET latency-monitor-threshold 0");
        assertTrue(Integer.parseInt(ask("LATENCY RESET")) >= 1);
        assertEquals("[]", ask("LATENCY LATEST"));
    }

    @Test
    void reportsThePausesOfTheJvm() throws Exception {
        client.line("CONFIG SET latency-monitor-threshold 1");
        server.await("a pause of the collector", () -> {
            System.gc();
            return server.server().latency().event("jvm-gc-pause") != null;
        });
    }

    @Test
    void tellsTheDistributionOfTimes() {
        client.line("CONFIG RESETSTAT");
        assertTrue(ask("LATENCY HISTOGRAM").contains("config|resetstat"));
        client.line("NAP");
        pipeline("PING", "PING", "PING");
        String histogram = ask("LATENCY HISTOGRAM nosuch nap ping");
        assertTrue(histogram.contains("nap [calls 1 histogram_usec ["), histogram);
        assertTrue(histogram.contains("ping [calls 3 histogram_usec ["), histogram);
        assertFalse(histogram.contains("resetstat"), histogram);
        assertTrue(ask("LATENCY HISTOGRAM config").contains("config|resetstat"));
        assertTrue(Double.parseDouble(infoField("latencystats", "latency_percentiles_usec_nap").split("p50=|,")[1]) >= 20_000);
        client.text("CONFIG", "SET", "latency-tracking-info-percentiles", "0.0 100.0");
        assertTrue(infoField("latencystats", "latency_percentiles_usec_nap").matches("p0=.*,p100=.*"));
        client.line("CONFIG SET latency-tracking no");
        client.line("CONFIG RESETSTAT");
        client.line("PING");
        assertEquals("none", infoField("latencystats", "latency_percentiles_usec_ping"));
    }

    @Test
    void tellsWhereTheMemoryIs() {
        client.text("BOX.PUT", "k", "v".repeat(1000));
        long usage = Long.parseLong(client.line("MEMORY USAGE k"));
        assertTrue(usage > 1000 && usage < 2000, Long.toString(usage));
        assertEquals(Long.toString(usage), client.line("MEMORY USAGE k SAMPLES 0"));
        assertEquals("nil", client.line("MEMORY USAGE nosuch"));
        assertEquals("ERR syntax error", client.line("MEMORY USAGE k SAMPLES -1"));
        assertEquals("ERR value is not an integer or out of range", client.line("MEMORY USAGE k SAMPLES x"));
        assertEquals("ERR syntax error", client.line("MEMORY USAGE k SAMPLES"));
        String stats = client.line("MEMORY STATS");
        for (String field : List.of("peak.allocated", "keys.count", "db.0", "overhead.hashtable.main", "dataset.percentage",
                "allocator-fragmentation.ratio", "fragmentation.bytes", "jvm.heap.used")) {
            assertTrue(stats.contains(field), field + " in " + stats);
        }
        assertTrue(client.line("MEMORY DOCTOR").contains("little data"));
        assertTrue(client.line("MEMORY MALLOC-STATS").contains("Slabs: "));
        assertEquals("OK", client.line("MEMORY PURGE"));
    }

    @Test
    void writesTheCoresSectionsBeforeThoseOfModules() {
        List<String> titles = client.line("INFO").lines().filter(l -> l.startsWith("# ")).toList();
        assertEquals(List.of("# Server", "# Clients", "# Memory", "# Persistence", "# Stats", "# Replication", "# CPU", "# Modules",
                "# Errorstats", "# Cluster", "# Keyspace", "# Napping", "# Sample"), titles);
        List<String> all = client.line("INFO all").lines().filter(l -> l.startsWith("# ")).toList();
        assertTrue(all.contains("# Commandstats") && all.contains("# Latencystats") && !all.contains("# Debug"), all.toString());
        assertEquals(List.of("# Modules", "# Napping", "# Sample"),
                client.line("INFO modules").lines().filter(l -> l.startsWith("# ")).toList());
        assertEquals(List.of("# CPU", "# Napping"),
                client.line("INFO NAPPING nosuch cpu").lines().filter(l -> l.startsWith("# ")).toList());
        assertTrue(client.line("INFO debug").contains("eventloop_cmd_per_cycle_max:"));
        assertEquals("", client.line("INFO nosuch"));
    }

    @Test
    void countsErrorsByCodeUpToALimit() {
        client.line("CONFIG RESETSTAT");
        assertEquals(1, naps.resets.get());
        for (int i = 0; i < 200; i++) {
            client.line("NAP.BADLY CODE" + i);
        }
        client.line("NAP.BADLY CODE0");
        client.line("SET");
        assertEquals("count=72", infoField("errorstats", "errorstat_ERRORSTATS_OVERFLOW"));
        assertEquals("count=2", infoField("errorstats", "errorstat_CODE0"));
        assertEquals("count=1", infoField("errorstats", "errorstat_ERR"));
        assertTrue(infoField("commandstats", "cmdstat_nap.badly").endsWith(",rejected_calls=0,failed_calls=201"));
    }

    @Test
    void chargesTheErrorsOfATransactionToItsCommands() {
        client.line("CONFIG RESETSTAT");
        pipeline("MULTI", "NAP.BADLY CODE", "EXEC");
        assertTrue(infoField("commandstats", "cmdstat_nap.badly").endsWith("failed_calls=1"));
        assertTrue(infoField("commandstats", "cmdstat_exec").endsWith("failed_calls=0"));
        client.line("EXEC");
        assertTrue(infoField("commandstats", "cmdstat_exec").endsWith("failed_calls=1"));
        client.line("ECHO");
        assertTrue(infoField("commandstats", "cmdstat_echo").startsWith("calls=0,") && infoField("commandstats", "cmdstat_echo")
                .endsWith("rejected_calls=1,failed_calls=0"));
    }

    @Test
    void explainsEveryContainer() throws Exception {
        for (String container : List.of("SLOWLOG", "LATENCY", "MEMORY", "OBJECT", "CONFIG", "COMMAND")) {
            String help = ask(container + " HELP");
            assertTrue(help.startsWith("[" + container + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"), help);
            assertTrue(help.endsWith("HELP     Print this help.]"), help);
        }
        assertTrue(ask("SLOWLOG HELP").contains("GET [<count>]"));
        assertTrue(ask("MEMORY HELP").contains("USAGE <key> [SAMPLES <count>]"), ask("MEMORY HELP"));
        assertTrue(ask("COMMAND HELP").contains("LIST [FILTERBY (MODULE <module-name>|ACLCAT <category>|PATTERN <pattern>)]"),
                ask("COMMAND HELP"));
        assertTrue(ask("CONFIG HELP").contains("SET <parameter> <value> [<parameter> <value> ...]"), ask("CONFIG HELP"));
    }

    @Test
    void drawsACairn() {
        assertTrue(client.line("LOLWUT").contains("Cairn ver. "));
        assertTrue(client.line("LOLWUT VERSION 5 3").lines().filter(l -> l.contains("(")).count() == 3);
        assertEquals("ERR value is not an integer or out of range", client.line("LOLWUT VERSION x"));
    }

    @Test
    void digestsValuesByWhatTheyAreMadeOf() {
        client.line("BOX.PUT k v");
        String before = client.line("DEBUG DIGEST");
        assertEquals(40, before.length());
        client.line("BOX.PUT k w");
        assertFalse(before.equals(client.line("DEBUG DIGEST")));
        client.line("BOX.PUT k v");
        assertEquals(before, client.line("DEBUG DIGEST"));
        assertEquals("[" + "0".repeat(40) + "]", client.line("DEBUG DIGEST-VALUE nosuch"));
    }
}
