package dev.cairn.distribution.differential;

import dev.cairn.distribution.support.RespReply;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * How a reply of the reference and one of the candidate are compared.
 *
 * @param name    for messages
 * @param matches the reference's reply first
 */
record Comparison(String name, BiPredicate<RespReply, RespReply> matches) {
    /** Equal in every byte. */
    static final Comparison EXACT = new Comparison("exact", RespReply::equals);

    /** The same elements in any order. */
    static final Comparison UNORDERED = new Comparison("any order", (a, b) -> sorted(a).equals(sorted(b)));

    /** Seconds that may differ by the time between the two servers' executions. */
    static final Comparison SECONDS = new Comparison("seconds ±20", (a, b) -> near(a, b, 20));

    /** Milliseconds that may differ by the time between the two servers' executions. */
    static final Comparison MILLISECONDS = new Comparison("milliseconds ±20000", (a, b) -> near(a, b, 20_000));

    /** The same types at every place and the same number of elements; errors by their text. */
    static final Comparison SHAPE = new Comparison("shape", Comparison::sameShape);

    /** The same type, whatever the elements; errors by their text. */
    static final Comparison TYPE = new Comparison("type", (a, b) -> a.kind() == b.kind() && (!a.isError() || a.equals(b)));

    /** SCAN with a COUNT that covers all: the cursor, which is 0, and the keys in any order. */
    static final Comparison SCAN = new Comparison("full scan", (a, b) -> {
        if (a.elements().size() != 2 || b.elements().size() != 2) {
            return a.equals(b);
        }
        return a.elements().get(0).equals(b.elements().get(0)) && UNORDERED.matches().test(a.elements().get(1), b.elements().get(1));
    });

    /** HSCAN with a COUNT that covers all, from any cursor: the next cursor, and the elements in any order. */
    static final Comparison SCAN_PAIRS = new Comparison("full scan of a value", (a, b) -> a.isError() || b.isError() ? a.equals(b)
            : a.elements().size() == 2 && b.elements().size() == 2 && a.elements().get(0).equals(b.elements().get(0))
                    && UNORDERED.matches().test(a.elements().get(1), b.elements().get(1)));

    /** HELLO's map: the server's name, version, connection id and modules differ, the rest is equal. */
    static final Comparison HELLO = new Comparison("hello", (a, b) -> {
        if (a.isError() || b.isError()) {
            return a.equals(b);
        }
        return a.kind() == b.kind() && List.of("proto", "mode", "role").stream().allMatch(f -> a.field(f).equals(b.field(f)))
                && List.of("server", "version", "id", "modules").stream().allMatch(f -> a.field(f).kind() == b.field(f).kind());
    });

    /** EXEC's array: one reply for each command of the transaction, compared and allowed to differ as that command's own would be. */
    static Comparison each(List<Step> steps) {
        return new Comparison("element by element", (a, b) -> {
            if (a.elements().size() != steps.size() || b.elements().size() != steps.size()) {
                return a.equals(b);
            }
            for (int i = 0; i < steps.size(); i++) {
                if (!steps.get(i).accepts(a.elements().get(i), b.elements().get(i))) {
                    return false;
                }
            }
            return a.kind() == b.kind();
        });
    }

    private static boolean sameShape(RespReply a, RespReply b) {
        if (a.isError()) {
            return a.equals(b);
        }
        if (a.kind() != b.kind() || a.elements().size() != b.elements().size()) {
            return false;
        }
        for (int i = 0; i < a.elements().size(); i++) {
            if (!sameShape(a.elements().get(i), b.elements().get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean near(RespReply a, RespReply b, long tolerance) {
        if (a.equals(b)) {
            return true;
        }
        if (a.kind() != RespReply.Kind.INTEGER || b.kind() != RespReply.Kind.INTEGER) {
            return false;
        }
        long x = a.number();
        long y = b.number();
        // -1 and -2 stand for "no expiry" and "no key", so they only match themselves.
        return x >= 0 && y >= 0 && Math.abs(x - y) <= tolerance;
    }

    private static RespReply sorted(RespReply reply) {
        return RespReply.aggregate(reply.kind(), reply.elements().stream().map(Comparison::sortedElement)
                .sorted(Comparator.comparing(RespReply::toString).thenComparing(RespReply::text)).toList());
    }

    private static RespReply sortedElement(RespReply reply) {
        return reply.elements().isEmpty() ? reply : sorted(reply);
    }
}
