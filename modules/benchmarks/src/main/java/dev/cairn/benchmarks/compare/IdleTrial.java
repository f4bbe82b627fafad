package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Resident memory per connection that has sent one command and gone idle. */
final class IdleTrial implements Trial {
    private static final String NAME = "idle";
    private static final int SPARE_CONNECTIONS = 100;
    private static final int SETTLE_SECONDS = 30;

    private final Options options;
    private final Path directory;

    /** Resident bytes before and after the connections were opened. */
    private record Result(long before, long after) {
    }

    IdleTrial(Options options, Path directory) {
        this.options = options;
        this.directory = directory;
    }

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public List<Table> run() throws CompareException, IOException, InterruptedException {
        Table table = new Table("Resident memory with " + Text.whole(options.connections()) + " idle connections", "", "before, MiB",
                "after, MiB", "bytes per connection");
        row(table, options.cairn());
        row(table, options.redis());
        return List.of(table);
    }

    private void row(Table table, Server.Launch launch) throws CompareException, IOException, InterruptedException {
        Result result = measure(launch);
        double each = (double) (result.after() - result.before()) / options.connections();
        Text.progress("%s: %,.0f bytes per idle connection", launch.name(), each);
        table.add(launch.name(), Text.mebibytes(result.before()), Text.mebibytes(result.after()), Text.whole(each));
    }

    private Result measure(Server.Launch launch) throws CompareException, IOException, InterruptedException {
        String maxclients = Integer.toString(options.connections() + SPARE_CONNECTIONS);
        List<Wire> wires = new ArrayList<>();
        try (Server server = Server.start(launch, directory, "--maxclients", maxclients)) {
            long before = server.settledBytes(SETTLE_SECONDS);
            for (int i = 0; i < options.connections(); i++) {
                Wire wire = Wire.connect(server.port());
                wires.add(wire);
                wire.call("PING");
            }
            return new Result(before, server.settledBytes(SETTLE_SECONDS));
        } finally {
            for (Wire wire : wires) {
                wire.close();
            }
        }
    }
}
