package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Resident memory of one large hash, and of many small ones; each server alone and fresh. */
final class HashMemoryTrial implements Trial {
    private static final String NAME = "hashes";
    private static final int SETTLE_SECONDS = 30;
    private static final int LARGE_FIELDS = 1_000_000;
    private static final int SMALL_HASHES = 100_000;
    private static final int SMALL_FIELDS = 10;
    private static final int BATCH = 100;

    private final Options options;
    private final Path directory;

    /** Bytes beyond those of the empty server. */
    private record Result(long large, long small) {
    }

    HashMemoryTrial(Options options, Path directory) {
        this.options = options;
        this.directory = directory;
    }

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public List<Table> run() throws CompareException, IOException, InterruptedException {
        Result cairn = measure(options.cairn());
        Result redis = measure(options.redis());
        Table table = new Table("Resident memory of hashes beyond the empty server, MiB", "", "Cairn", "redis-server", "ratio");
        add(table, String.format(Locale.ROOT, "one hash of %,d fields", LARGE_FIELDS), cairn.large(), redis.large());
        add(table, String.format(Locale.ROOT, "%,d hashes of %d fields", SMALL_HASHES, SMALL_FIELDS), cairn.small(), redis.small());
        return List.of(table);
    }

    private static void add(Table table, String label, long cairn, long redis) {
        table.add(label, Text.decimal(cairn / 1048576.0, 1), Text.decimal(redis / 1048576.0, 1), Text.ratio((double) cairn / redis));
    }

    private Result measure(Server.Launch launch) throws CompareException, IOException, InterruptedException {
        return new Result(resident(launch, HashMemoryTrial::large), resident(launch, HashMemoryTrial::small));
    }

    private interface Load {
        void run(Wire wire) throws IOException;
    }

    private long resident(Server.Launch launch, Load load) throws CompareException, IOException, InterruptedException {
        try (Server server = Server.start(launch, directory); Wire wire = Wire.connect(server.port())) {
            long empty = server.settledBytes(SETTLE_SECONDS);
            load.run(wire);
            long bytes = server.settledBytes(SETTLE_SECONDS) - empty;
            Text.progress("%s: %.1f MiB of hashes", server.name(), bytes / 1048576.0);
            return bytes;
        }
    }

    private static void large(Wire wire) throws IOException {
        for (int i = 0; i < LARGE_FIELDS; i += BATCH) {
            StringBuilder batch = new StringBuilder();
            for (int j = i; j < i + BATCH; j++) {
                Wire.encode(batch, "HSET", "large", String.format(Locale.ROOT, "field:%012d", j), "value-" + j % 1000);
            }
            send(wire, batch, BATCH, ":1\r\n");
        }
    }

    private static void small(Wire wire) throws IOException {
        for (int i = 0; i < SMALL_HASHES; i += BATCH) {
            StringBuilder batch = new StringBuilder();
            for (int j = i; j < i + BATCH; j++) {
                String[] words = new String[2 + 2 * SMALL_FIELDS];
                words[0] = "HSET";
                words[1] = "hash:" + j;
                for (int f = 0; f < SMALL_FIELDS; f++) {
                    words[2 + 2 * f] = "field:" + f;
                    words[3 + 2 * f] = "value-" + (j + f);
                }
                Wire.encode(batch, words);
            }
            send(wire, batch, BATCH, ":" + SMALL_FIELDS + "\r\n");
        }
    }

    private static void send(Wire wire, StringBuilder batch, int count, String reply) throws IOException {
        byte[] bytes = batch.toString().getBytes(StandardCharsets.US_ASCII);
        wire.send(bytes, bytes.length);
        wire.expect(reply.getBytes(StandardCharsets.US_ASCII), count);
    }
}
