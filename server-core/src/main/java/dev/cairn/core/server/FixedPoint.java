package dev.cairn.core.server;

/** Decimal numbers with a fixed count of places, written without {@code String.format}. Stateless. */
public final class FixedPoint {
    private static final long[] POWERS = {1, 10, 100, 1000, 10_000, 100_000, 1_000_000};
    private static final String[] UNITS = {"K", "M", "G", "T", "P", "E"};

    private FixedPoint() {
    }

    /** A number as text, {@code places} from 0 to 6. */
    public static String text(double value, int places) {
        return append(new StringBuilder(24), value, places).toString();
    }

    /** Appends a number, rounded half up, {@code places} from 0 to 6. */
    public static StringBuilder append(StringBuilder out, double value, int places) {
        if (Double.isNaN(value) || Math.abs(value) > 1e12) {
            return out.append(value);
        }
        long scaled = Math.round(Math.abs(value) * POWERS[places]);
        if (value < 0 && scaled != 0) {
            out.append('-');
        }
        out.append(scaled / POWERS[places]);
        if (places > 0) {
            out.append('.');
            long rest = scaled % POWERS[places];
            for (int p = places - 1; p >= 0; p--) {
                out.append((char) ('0' + rest / POWERS[p] % 10));
            }
        }
        return out;
    }

    /** An amount of memory for people, such as {@code 1.50M}. */
    public static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + "B";
        }
        double value = bytes / 1024.0;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return append(new StringBuilder(16), value, 2).append(UNITS[unit]).toString();
    }
}
