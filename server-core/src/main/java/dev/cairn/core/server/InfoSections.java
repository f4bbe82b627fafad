package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.cairn.api.InfoSource;
import dev.cairn.api.InfoWriter;

/** The sections of INFO, in the order of their registration. Main thread. */
public final class InfoSections {
    private record Section(String title, boolean byDefault, InfoSource source) {
    }

    private final Map<String, Section> sections = new LinkedHashMap<>();

    /** Adds a section; false when the title is taken. */
    public boolean add(String title, boolean byDefault, InfoSource source) {
        return sections.putIfAbsent(title.toLowerCase(Locale.ROOT), new Section(title, byDefault, source)) == null;
    }

    /** Removes a section. */
    public void remove(String title) {
        sections.remove(title.toLowerCase(Locale.ROOT));
    }

    /**
     * The text of some sections.
     *
     * @param wanted their names in lower case; {@code default}, {@code all} and {@code everything} stand for many; none means default
     */
    public String text(List<String> wanted) {
        List<String> names = wanted.isEmpty() ? List.of("default") : wanted;
        boolean everything = names.contains("everything") || names.contains("all");
        boolean defaults = names.contains("default");
        StringBuilder text = new StringBuilder(4096);
        for (Map.Entry<String, Section> e : new ArrayList<>(sections.entrySet())) {
            Section s = e.getValue();
            if (everything || defaults && s.byDefault() || names.contains(e.getKey())) {
                if (!text.isEmpty()) {
                    text.append("\r\n");
                }
                text.append("# ").append(s.title()).append("\r\n");
                s.source().write(new Lines(text));
            }
        }
        return text.toString();
    }

    /** Writes fields as lines. */
    private record Lines(StringBuilder text) implements InfoWriter {
        @Override
        public InfoWriter field(String name, CharSequence value) {
            text.append(name).append(':').append(value).append("\r\n");
            return this;
        }

        @Override
        public InfoWriter field(String name, long value) {
            text.append(name).append(':').append(value).append("\r\n");
            return this;
        }

        @Override
        public InfoWriter field(String name, double value, int places) {
            FixedPoint.append(text.append(name).append(':'), value, places).append("\r\n");
            return this;
        }
    }
}
