package dev.cairn.benchmarks.compare;

import java.util.Arrays;
import java.util.Locale;

/** Figures as the report and the progress lines show them. */
final class Text {
    private Text() {
    }

    /** A whole number with thousands separated. */
    static String whole(double value) {
        return String.format(Locale.ROOT, "%,d", Math.round(value));
    }

    /** A number with {@code digits} decimals. */
    static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** A factor, as {@code 1.52 x}. */
    static String ratio(double value) {
        return decimal(value, 2) + " x";
    }

    /** The least and the greatest of some factors. */
    static String range(double[] values) {
        double least = Arrays.stream(values).min().orElse(Double.NaN);
        double greatest = Arrays.stream(values).max().orElse(Double.NaN);
        return decimal(least, 2) + ".." + decimal(greatest, 2);
    }

    /** Two figures, Cairn's first. */
    static String pair(String cairn, String redis) {
        return cairn + " / " + redis;
    }

    /** Bytes in MiB. */
    static String mebibytes(double bytes) {
        return decimal(bytes / (1 << 20), 1);
    }

    /** Tells the user at the terminal what is going on. */
    static void progress(String format, Object... arguments) {
        System.err.println(String.format(Locale.ROOT, format, arguments));
    }
}
