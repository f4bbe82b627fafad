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
                            && m.candidate().text().contains("must be one of the following")),
            new Difference("config-bounds", "Valkey 8 bounds maxmemory-samples by 64",
                    m -> m.step().name().equals("CONFIG SET") && startBoth(m, "ERR CONFIG SET failed")
                            && m.candidate().text().contains("'maxmemory-samples') - argument must be between 1 and 64 inclusive")),
            new Difference("lazyfree-default", "Valkey 8 deletes what expires without waiting by default",
                    m -> m.step().name().equals("CONFIG GET") && m.candidate().field("lazyfree-lazy-expire").text().equals("yes")),
            new Difference("nested-transactions", "Redis 7.2 refuses MULTI and WATCH in a transaction as it does any command that is no"
                    + " part of one",
                    m -> m.reference().isError() && m.candidate().text().equals("ERR Command not allowed inside a transaction")
                            && (m.step().name().equals("MULTI") || m.step().name().equals("WATCH"))),
            new Difference("unsubscribing-nothing", "Valkey 8.1 refuses to end subscriptions where there are none",
                    m -> m.step().name().endsWith("UNSUBSCRIBE") && m.candidate().text().startsWith("NOSUB ")),
            new Difference("timeout-too-long", "Redis 7.2 tells a timeout that is too long from a negative one",
                    m -> m.reference().text().equals("ERR timeout is negative")
                            && m.candidate().text().equals("ERR timeout is out of range")),
            new Difference("pause-too-long", "Redis 7.2 refuses a pause beyond the end of the clock",
                    m -> m.step().name().equals("CLIENT PAUSE") && m.candidate().text().startsWith("ERR timeout is out of range")),
            new Difference("list-encoding", "Redis 7.2 holds a short list as a listpack",
                    m -> m.step().name().equals("OBJECT ENCODING") && m.reference().text().equals("quicklist")
                            && m.candidate().text().equals("listpack")),
            new Difference("hscan-cursor", "a cursor that no call has returned means another place in each table",
                    m -> m.step().name().equals("HSCAN") && !m.step().argument(2).equals("0") && !m.candidate().isError()),
            new Difference("lrem-bounds", "Valkey 8 refuses the one count that has no positive counterpart",
                    m -> m.step().name().startsWith("L")
                            && m.candidate().text().startsWith("ERR value is out of range, value must between ")),
            new Difference("getkeys-arity", "Redis 7.2 takes a command without arguments after COMMAND GETKEYS",
                    m -> m.step().name().startsWith("COMMAND GETKEYS") && startBoth(m, "ERR ")
                            && m.reference().text().startsWith("ERR wrong number of arguments for 'command|getkeys")));

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
