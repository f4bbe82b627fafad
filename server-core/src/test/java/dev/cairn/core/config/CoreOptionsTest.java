package dev.cairn.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cairn.api.config.OptionError;
import dev.cairn.core.config.Options.Entry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoreOptionsTest {
    @TempDir Path dir;
    private final Options options = new Options();
    private final CoreOptions core = new CoreOptions(options);

    private void load(String text) throws Exception {
        options.load(ConfigFile.parse("a.conf", text.getBytes(StandardCharsets.ISO_8859_1), dir));
    }

    private String get(String name) {
        return options.matching(List.of(name)).getFirst().value();
    }

    private void set(String name, String value) throws OptionSetError {
        options.set(List.of(new Entry(name, value)), true);
    }

    private String refused(String name, String value) {
        String sentence = assertThrows(OptionSetError.class, () -> set(name, value)).sentence();
        return sentence.substring(sentence.indexOf(" - ") + 3);
    }

    @Test
    void everyOptionHasALineOfDocumentation() {
        for (DeclaredOption<?> option : options.declared()) {
            String doc = option.spec().doc();
            assertTrue(doc.matches("[A-Z].*\\."), option.spec().name() + ": " + doc);
        }
    }

    @Test
    void sampleConfigurationIsOneThatChangesNothing() throws Exception {
        List<Entry> before = options.matching(List.of("*"));
        String sample = options.sampleConfig();
        StringBuilder active = new StringBuilder();
        for (String line : sample.lines().toList()) {
            boolean option = line.startsWith("# ") && line.length() > 2 && Character.isLowerCase(line.charAt(2));
            active.append(option ? line.substring(2) : line).append('\n');
        }
        load(active.toString());
        assertEquals(before, options.matching(List.of("*")));
        assertTrue(sample.contains("\n# dir .\n"), sample);
        assertTrue(options.describe().contains("  --maxclients 10000\n        How many clients"), options.describe());
        assertFalse(options.describe().contains("--replicaof"));
    }

    @Test
    void acceptsTheFileOfTheDistributionsRedis() throws Exception {
        Path stock = Path.of("/etc/redis/redis.conf");
        assumeTrue(Files.isReadable(stock));
        List<Directive> lines = new ArrayList<>(ConfigFile.load(stock.toString(), dir));
        lines.removeIf(line -> line.name().equals("dir") && !Files.isDirectory(Path.of(line.values().getFirst())));
        options.load(lines);
        assertTrue(options.withoutEffect().contains("replica-priority"));
        assertFalse(options.withoutEffect().contains("timeout"));
    }

    @Test
    void addsSavePointsUp() throws Exception {
        assertEquals("3600 1 300 100 60 10000", get("save"));
        load("save 900 1\nsave 300 10 60 100");
        assertEquals("900 1 300 10 60 100", get("save"));
        load("save \"\"\nsave 5 5");
        assertEquals("5 5", get("save"));
        set("save", "7 7");
        assertEquals("7 7", get("save"));
        set("save", "");
        assertEquals("", get("save"));
        assertEquals("Invalid save parameters", refused("save", "0 1"));
        assertEquals(List.of("save"), options.withoutEffect());
    }

    @Test
    void mergesOutputBufferLimits() throws Exception {
        load("client-output-buffer-limit replica 1mb 2kb 3\nclient-output-buffer-limit pubsub 0 0 0");
        assertEquals("normal 0 0 0 slave 1048576 2048 3 pubsub 0 0 0", get("client-output-buffer-limit"));
        set("client-output-buffer-limit", "NORMAL 1 2 3 slave 4 5 6");
        assertEquals(new OutputBufferLimits.Limit(1, 2, 3), core.clientOutputBufferLimit.value().normal());
        assertEquals("normal 1 2 3 slave 4 5 6 pubsub 0 0 0", get("client-output-buffer-limit"));
        assertEquals("Error in hard, soft or soft_seconds setting in buffer limit configuration.",
                refused("client-output-buffer-limit", "normal 1 2 -3"));
    }

    @Test
    void showsValuesAsRedisDoes() throws Exception {
        set("notify-keyspace-events", "Exlshzg$etdKm");
        assertEquals("AKEm", get("notify-keyspace-events"));
        set("oom-score-adj", "relative");
        assertEquals("yes", get("oom-score-adj"));
        set("shutdown-on-sigint", "force now");
        assertEquals("now force", get("shutdown-on-sigint"));
        set("hz", "10000");
        assertEquals(500, core.hz.value());
        set("maxmemory-clients", "10%");
        assertEquals("10%", get("maxmemory-clients"));
        set("latency-tracking-info-percentiles", "50.0 99.99999999");
        assertEquals("50 100", get("latency-tracking-info-percentiles"));
        set("maxmemory", "1gb");
        assertEquals("1073741824", get("maxmemory"));
    }

    @Test
    void startsARelativeDirectoryAtTheOneBefore() throws Exception {
        Files.createDirectories(dir.resolve("a/b"));
        load("dir " + dir + "\ndir a\ndir b");
        assertEquals(dir.resolve("a/b").toString(), get("dir"));
        assertEquals("No such file or directory", refused("dir", "x"));
        assertEquals("dir can't be empty", refused("dir", ""));
    }

    @Test
    void callsTheHookOfAChangedOption() throws Exception {
        List<String> calls = new ArrayList<>();
        core.hooks(new CoreHooks() {
            @Override
            public void maxClients(long clients) throws OptionError {
                calls.add("maxclients " + clients + " " + core.maxClients.value());
                if (clients > 20000) {
                    throw new OptionError("too many");
                }
            }
        });
        set("maxclients", "5");
        set("maxclients", "5");
        assertEquals("too many", refused("maxclients", "30000"));
        assertEquals(List.of("maxclients 5 5", "maxclients 30000 30000", "maxclients 5 5"), calls);
    }

    @Test
    void refusesToPretendToMoveMemory() throws Exception {
        assertEquals("Active defragmentation cannot be enabled: this server has none", refused("activedefrag", "yes"));
        load("activedefrag yes");
        assertEquals(List.of("activedefrag"), options.withoutEffect());
    }
}
