package dev.cairn.distribution.differential;

import dev.cairn.distribution.support.RespReply;
import java.util.List;
import java.util.function.Predicate;

/** The differences to redis-server 7.0 that are meant, each by name and with its reason. */
final class AllowedDifferences {

    /**
     * One difference that is meant.
     *
     * @param name      a short name
     * @param reason    why Cairn differs
     * @param condition recognises it
     */
    private record Difference(String name, String reason, Predicate<Mismatch> condition) {
    }

    private static final List<Difference> ALL = List.of(
            new Difference("config-enum-texts", "Valkey 8 lists the newer values of an enumeration when it refuses one",
                    m -> m.step().name().equals("CONFIG SET") && startBoth(m, "ERR CONFIG SET failed")
                            && m.reference().text().contains("must be one of the following")
                            && m.candidate().text().contains("must be one of the following")));

    private AllowedDifferences() {
    }

    /** Whether a mismatch is one of the meant differences. */
    static boolean allow(Mismatch mismatch) {
        return ALL.stream().anyMatch(difference -> difference.condition().test(mismatch));
    }

    private static boolean startBoth(Mismatch mismatch, String prefix) {
        RespReply reference = mismatch.reference();
        return reference.text().startsWith(prefix) && mismatch.candidate().text().startsWith(prefix);
    }
}
