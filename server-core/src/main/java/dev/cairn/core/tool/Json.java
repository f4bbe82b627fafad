package dev.cairn.core.tool;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes maps, lists, texts, numbers and truth values as JSON, indented by two blanks. */
final class Json {
    private final StringBuilder out = new StringBuilder(4096);

    private Json() {
    }

    /** The text of a value, which ends with a line feed. */
    static String of(Object value) {
        Json json = new Json();
        json.write(value, "\n");
        return json.out.append('\n').toString();
    }

    private void write(Object value, String newLine) {
        switch (value) {
            case Map<?, ?> map -> {
                String inner = newLine + "  ";
                String before = "{" + inner;
                for (Map.Entry<?, ?> e : map.entrySet()) {
                    out.append(before);
                    text(String.valueOf(e.getKey()));
                    out.append(": ");
                    write(e.getValue(), inner);
                    before = "," + inner;
                }
                out.append(map.isEmpty() ? "{}" : newLine + "}");
            }
            case List<?> list -> {
                boolean flat = list.stream().noneMatch(e -> e instanceof Map || e instanceof List);
                String inner = flat ? "" : newLine + "  ";
                String before = "[" + inner;
                for (Object e : list) {
                    out.append(before);
                    write(e, inner);
                    before = "," + (flat ? " " : inner);
                }
                out.append(list.isEmpty() ? "[]" : (flat ? "" : newLine) + "]");
            }
            case Number n -> out.append(n);
            case Boolean b -> out.append(b);
            default -> text(value.toString());
        }
    }

    private void text(String s) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
