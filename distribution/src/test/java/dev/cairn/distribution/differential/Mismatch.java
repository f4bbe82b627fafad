package dev.cairn.distribution.differential;

import dev.cairn.distribution.support.RespReply;

/**
 * Two replies to one command that should be alike and are not.
 *
 * @param unit      the index of the unit in what was run
 * @param step      the command
 * @param reference redis-server's reply
 * @param candidate the reply of the server under test
 */
record Mismatch(int unit, Step step, RespReply reference, RespReply candidate) {

    /** What makes mismatches of one cause look alike: the command, and the errors or types of the replies. */
    String signature() {
        return step.name() + " | " + brief(reference) + " | " + brief(candidate);
    }

    private static String brief(RespReply reply) {
        return reply.isError() ? reply.text().replaceAll("'[^']*'", "'…'") : reply.kind().name();
    }

    @Override
    public String toString() {
        return "  command:   " + step + "\n  compared:  " + step.comparison().name() + "\n  reference: " + reference + "\n  candidate: "
                + candidate;
    }
}
