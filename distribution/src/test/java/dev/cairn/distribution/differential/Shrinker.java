package dev.cairn.distribution.differential;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds a short stream that still shows a mismatch, by leaving out units and replaying the rest on empty servers. */
final class Shrinker {
    private static final Duration EFFORT = Duration.ofSeconds(20);

    private final ServerPair servers;
    private final boolean states;
    private final String signature;

    /** Creates a shrinker for mismatches like that one, found in replies or in the final states. */
    Shrinker(ServerPair servers, Mismatch mismatch, boolean states) {
        this.servers = servers;
        this.states = states;
        this.signature = mismatch.signature();
    }

    /** Returns the shortest stream found within the time; empty when not even the whole stream shows the mismatch again. */
    Optional<List<Unit>> shrink(List<Unit> units) throws IOException {
        long deadline = System.nanoTime() + EFFORT.toNanos();
        if (!shows(units)) {
            return Optional.empty();
        }
        List<Unit> rest = new ArrayList<>(units);
        for (int size = Math.max(1, rest.size() / 2); size >= 1; size /= 2) {
            for (int from = 0; from < rest.size() && System.nanoTime() < deadline;) {
                int to = Math.min(rest.size(), from + size);
                List<Unit> without = new ArrayList<>(rest.subList(0, from));
                without.addAll(rest.subList(to, rest.size()));
                if (shows(without)) {
                    rest = without;
                } else {
                    from = to;
                }
            }
        }
        return Optional.of(rest);
    }

    private boolean shows(List<Unit> units) throws IOException {
        servers.reset();
        Optional<Mismatch> mismatch = servers.run(units);
        if (states && mismatch.isEmpty()) {
            mismatch = servers.compareStates();
        }
        return mismatch.isPresent() && mismatch.get().signature().equals(signature);
    }
}
