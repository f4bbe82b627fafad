package dev.cairn.maven;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes maps, lists, strings and numbers as JSON, in the order in which they are given. */
final class Json {
    private final StringBuilder out = new StringBuilder();

    private Json() {
    }

    static String of(Object value) {
        Json json = new Json();
        json.write(value, "\n");
        return json.out.append('\n').toString();
    }

    /** A map of names and values in their order. */
    static Map<String, Object> object(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private void write(Object value, String indent) {
        String inner = indent + "  ";
        if (value instanceof Map<?, ?> map) {
            block('{', '}', map.entrySet().iterator(), indent, e -> {
                Map.Entry<?, ?> entry = (Map.Entry<?, ?>) e;
                string(entry.getKey().toString());
                out.append(": ");
                write(entry.getValue(), inner);
            });
        } else if (value instanceof List<?> list) {
            block('[', ']', list.iterator(), indent, e -> write(e, inner));
        } else if (value instanceof Number) {
            out.append(value);
        } else {
            string(value.toString());
        }
    }

    private void block(char open, char close, Iterator<?> elements, String indent, java.util.function.Consumer<Object> each) {
        out.append(open);
        boolean any = elements.hasNext();
        while (elements.hasNext()) {
            out.append(indent).append("  ");
            each.accept(elements.next());
            if (elements.hasNext()) {
                out.append(',');
            }
        }
        if (any) {
            out.append(indent);
        }
        out.append(close);
    }

    private void string(String s) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
