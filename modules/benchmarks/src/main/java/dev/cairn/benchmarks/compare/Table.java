package dev.cairn.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** A table of text, the first column aligned left and the others right. */
final class Table {
    private final String title;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String title, String... headers) {
        this.title = title;
        rows.add(List.of(headers));
    }

    /** Adds a row with as many cells as there are headers. */
    void add(String... cells) {
        rows.add(List.of(cells));
    }

    /** Whether the table has no rows under its headers. */
    boolean isEmpty() {
        return rows.size() == 1;
    }

    /** The table as text for a terminal, or in Markdown. */
    String render(boolean markdown) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], Math.max(3, row.get(i).length()));
            }
        }
        StringBuilder text = new StringBuilder(markdown ? "### " : "").append(title).append(markdown ? "\n\n" : "\n");
        for (int r = 0; r < rows.size(); r++) {
            text.append(line(rows.get(r), widths, markdown));
            if (r == 0) {
                text.append(rule(widths, markdown));
            }
        }
        return text.toString();
    }

    private static String line(List<String> row, int[] widths, boolean markdown) {
        StringBuilder line = new StringBuilder(markdown ? "| " : "");
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - row.get(i).length());
            if (i > 0) {
                line.append(markdown ? " | " : "  ");
            }
            line.append(i == 0 ? row.get(i) + padding : padding + row.get(i));
        }
        return line.append(markdown ? " |\n" : "\n").toString();
    }

    private static String rule(int[] widths, boolean markdown) {
        List<String> cells = new ArrayList<>();
        for (int width : widths) {
            cells.add("-".repeat(width));
        }
        if (!markdown) {
            return String.join("  ", cells) + "\n";
        }
        StringBuilder rule = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            rule.append(i == 0 ? "-" + cells.get(i) + "-|" : "-" + cells.get(i) + ":|");
        }
        return rule.append('\n').toString();
    }
}
