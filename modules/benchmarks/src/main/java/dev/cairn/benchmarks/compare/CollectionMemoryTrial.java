package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Resident memory of one large collection, and of many small ones; each server alone and fresh. */
final class CollectionMemoryTrial implements Trial {
    private static final int SETTLE_SECONDS = 30;
    private static final int LARGE = 1_000_000;
    private static final int MANY = 100_000;
    private static final int SMALL = 10;
    private static final int BATCH = 100;

    /** What is loaded. */
    enum Kind {
        /** Fields with values. */
        HASHES("hash", "fields") {
            @Override
            void grow(StringBuilder batch, int i) {
                Wire.encode(batch, "HSET", "large", String.format(Locale.ROOT, "field:%012d", i), "value-" + i % 1000);
            }

            @Override
            void make(StringBuilder batch, int i) {
                String[] words = new String[2 + 2 * SMALL];
                words[0] = "HSET";
                words[1] = "hash:" + i;
                for (int f = 0; f < SMALL; f++) {
                    words[2 + 2 * f] = "field:" + f;
                    words[3 + 2 * f] = "value-" + (i + f);
                }
                Wire.encode(batch, words);
            }
        },
        /** Elements of lists. */
        LISTS("list", "elements") {
            @Override
            void grow(StringBuilder batch, int i) {
                Wire.encode(batch, "RPUSH", "large", String.format(Locale.ROOT, "element:%012d", i));
            }

            @Override
            void make(StringBuilder batch, int i) {
                String[] words = new String[2 + SMALL];
                words[0] = "RPUSH";
                words[1] = "list:" + i;
                for (int e = 0; e < SMALL; e++) {
                    words[2 + e] = "value-" + (i + e);
                }
                Wire.encode(batch, words);
            }
        };

        private final String one;
        private final String parts;

        Kind(String one, String parts) {
            this.one = one;
            this.parts = parts;
        }

        /** Appends the command that adds a part to the large collection. */
        abstract void grow(StringBuilder batch, int i);

        /** Appends the command that makes a small collection. */
        abstract void make(StringBuilder batch, int i);
    }

    private final Options options;
    private final Path directory;
    private final Kind kind;

    /** Bytes beyond those of the empty server. */
    private record Result(long large, long small) {
    }

    CollectionMemoryTrial(Options options, Path directory, Kind kind) {
        this.options = options;
        this.directory = directory;
        this.kind = kind;
    }

    @Override
    public List<String> names() {
        return List.of(kind.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public List<Table> run() throws CompareException, IOException, InterruptedException {
        Result cairn = measure(options.cairn());
        Result redis = measure(options.redis());
        Table table = new Table("Resident memory of " + names().getFirst() + " beyond the empty server, MiB", "", "Cairn", "redis-server",
                "ratio");
        add(table, String.format(Locale.ROOT, "one %s of %,d %s", kind.one, LARGE, kind.parts), cairn.large(), redis.large());
        add(table, String.format(Locale.ROOT, "%,d %s of %d %s", MANY, names().getFirst(), SMALL, kind.parts), cairn.small(),
                redis.small());
        return List.of(table);
    }

    private static void add(Table table, String label, long cairn, long redis) {
        table.add(label, Text.decimal(cairn / 1048576.0, 1), Text.decimal(redis / 1048576.0, 1), Text.ratio((double) cairn / redis));
    }

    private Result measure(Server.Launch launch) throws CompareException, IOException, InterruptedException {
        return new Result(resident(launch, this::large), resident(launch, this::small));
    }

    private interface Load {
        void run(Wire wire) throws IOException;
    }

    private long resident(Server.Launch launch, Load load) throws CompareException, IOException, InterruptedException {
        try (Server server = Server.start(launch, directory); Wire wire = Wire.connect(server.port())) {
            long empty = server.settledBytes(SETTLE_SECONDS);
            load.run(wire);
            long bytes = server.settledBytes(SETTLE_SECONDS) - empty;
            Text.progress("%s: %.1f MiB of %s", server.name(), bytes / 1048576.0, names().getFirst());
            return bytes;
        }
    }

    private void large(Wire wire) throws IOException {
        for (int i = 0; i < LARGE; i += BATCH) {
            StringBuilder batch = new StringBuilder();
            for (int j = i; j < i + BATCH; j++) {
                kind.grow(batch, j);
            }
            send(wire, batch);
            for (int j = i; j < i + BATCH; j++) {
                // a list replies with its length
                wire.expect(ascii(":" + (kind == Kind.LISTS ? j + 1 : 1) + "\r\n"), 1);
            }
        }
    }

    private void small(Wire wire) throws IOException {
        for (int i = 0; i < MANY; i += BATCH) {
            StringBuilder batch = new StringBuilder();
            for (int j = i; j < i + BATCH; j++) {
                kind.make(batch, j);
            }
            send(wire, batch);
            wire.expect(ascii(":" + SMALL + "\r\n"), BATCH);
        }
    }

    private static void send(Wire wire, StringBuilder batch) throws IOException {
        byte[] bytes = ascii(batch.toString());
        wire.send(bytes, bytes.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
