package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long clients wait at worst while modules are loaded, upgraded and unloaded under load; Cairn alone, whose modules are no other server's. */
final class ModulesTrial implements Trial {
    private static final String NAME = "modules";
    private static final long WARMUP_SHARE = 10;
    private static final int SET_AT_ONCE = 100;
    private static final long AROUND_MILLIS = 100;

    private final Options options;
    private final Path directory;

    /** One change of the modules, all in milliseconds: the longest wait of a client, the longest turn of the server, and how long it took. */
    private record Sample(double longest, double overslept, double turn, double took) {
    }

    private final Map<String, List<Sample>> samples = new LinkedHashMap<>();

    ModulesTrial(Options options, Path directory) {
        this.options = options;
        this.directory = directory;
    }

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public List<Table> run() throws CompareException, IOException, InterruptedException {
        Path program = Path.of(options.cairn().command().getFirst());
        Path libraries = program.resolveSibling("../lib").normalize();
        Path first = ProbeVersions.compile(directory, 1, libraries);
        Path second = ProbeVersions.compile(directory, 2, libraries);
        try (Server server = Server.start(options.cairn(), directory, "--enable-module-command", "yes");
                Driver load = Driver.start(server);
                Wire control = Wire.connect(server.port())) {
            warmUp(load);
            for (int round = 0; round < options.rounds(); round++) {
                measure(server, control, "nothing", "PING");
                measure(server, control, "MODULE LOAD", "MODULE", "LOAD", first.toString());
                measure(server, control, "MODULE UPGRADE, no keys", "MODULE", "UPGRADE", ProbeVersions.NAME, second.toString());
                for (int keys = options.keys() / 100; keys <= options.keys() / 5; keys *= 20) {
                    set(control, keys);
                    measure(server, control, "MODULE UPGRADE, " + Text.whole(keys) + " keys", "MODULE", "UPGRADE", ProbeVersions.NAME,
                            first.toString());
                }
                control.call("FLUSHALL", "SYNC");
                measure(server, control, "MODULE UNLOAD", "MODULE", "UNLOAD", ProbeVersions.NAME);
                load.commands();
            }
        }
        return List.of(table());
    }

    private void warmUp(Driver load) throws CompareException, InterruptedException {
        while (load.commands() < options.warmup() / WARMUP_SHARE) {
            Thread.sleep(AROUND_MILLIS);
        }
    }

    private static void set(Wire control, int keys) throws IOException {
        byte[] ok = {'+', 'O', 'K', '\r', '\n'};
        for (int i = 0; i < keys; i += SET_AT_ONCE) {
            StringBuilder request = new StringBuilder();
            int count = Math.min(SET_AT_ONCE, keys - i);
            for (int k = i; k < i + count; k++) {
                Wire.encode(request, ProbeVersions.SET, "probe:" + k, Integer.toString(k));
            }
            byte[] bytes = request.toString().getBytes(StandardCharsets.US_ASCII);
            control.send(bytes, bytes.length);
            control.expect(ok, count);
        }
    }

    private void measure(Server server, Wire control, String what, String... command)
            throws CompareException, IOException, InterruptedException {
        Sample sample;
        try (Prober prober = Prober.start(server)) {
            control.call("CONFIG", "RESETSTAT");
            Thread.sleep(AROUND_MILLIS);
            long began = System.nanoTime();
            control.call(command);
            double took = (System.nanoTime() - began) / 1e6;
            Thread.sleep(AROUND_MILLIS);
            double turn = longestTurn(control);
            Prober.Waits waits = prober.stop();
            sample = new Sample(waits.longest(), waits.overslept(), turn, took);
        }
        Text.progress("%s: longest wait %.1f ms, longest turn %.1f ms, took %.1f ms", what, sample.longest(), sample.turn(), sample.took());
        samples.computeIfAbsent(what, w -> new ArrayList<>()).add(sample);
    }

    private static double longestTurn(Wire control) throws IOException, CompareException {
        String field = "eventloop_duration_max:";
        String info = control.call("INFO", "debug");
        return info.lines().filter(line -> line.startsWith(field)).mapToDouble(line -> Double.parseDouble(line.substring(field.length())))
                .findFirst().orElseThrow(() -> new CompareException("INFO has no " + field)) / 1000;
    }

    private Table table() {
        Table table = new Table("Stalls while modules change under load, " + options.rounds() + " rounds, seen by a PING every millisecond",
                "",
                "longest wait, ms: first", "median", "worst", "longest turn, ms: first", "median", "worst", "took, ms", "prober late, ms");
        samples.forEach((what, all) -> table.add(what, Text.decimal(all.getFirst().longest(), 1),
                Text.decimal(Stats.median(all, Sample::longest), 1), Text.decimal(worst(all, true), 1),
                Text.decimal(all.getFirst().turn(), 1), Text.decimal(Stats.median(all, Sample::turn), 1),
                Text.decimal(worst(all, false), 1),
                Text.decimal(Stats.median(all, Sample::took), 1),
                Text.decimal(all.stream().mapToDouble(Sample::overslept).max().orElse(0), 1)));
        return table;
    }

    private static double worst(List<Sample> all, boolean wait) {
        return all.stream().mapToDouble(s -> wait ? s.longest() : s.turn()).max().orElse(0);
    }
}
