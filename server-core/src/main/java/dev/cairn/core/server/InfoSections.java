package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import dev.cairn.api.InfoSource;
import dev.cairn.api.InfoWriter;

/**
 * The sections of INFO: the core's first, in the order of their registration, then those of modules. Main thread.
 */
public final class InfoSections {
    /** What the core registers its sections with that are not of a module. */
    private static final Registration CORE = new Registration("core");
    /** The core's section that lists the modules; to ask for it is to ask for their sections too. */
    private static final String MODULES = "modules";

    private enum Shown {
        BY_DEFAULT, WITH_ALL, BY_NAME_ONLY
    }

    private record Section(Registration registration, String title, Shown shown, InfoSource source) {
        boolean ofCore() {
            return registration.module().equals(CORE.module());
        }
    }

    private final Map<String, Section> sections = new LinkedHashMap<>();

    /** Adds a section; false when the title is taken. */
    public boolean add(Registration of, String title, boolean byDefault, InfoSource source) {
        return add(new Section(of, title, byDefault ? Shown.BY_DEFAULT : Shown.WITH_ALL, source));
    }

    /** Adds a section of the core that is only shown when it is asked for by its name; false when the title is taken. */
    public boolean addHidden(String title, InfoSource source) {
        return add(new Section(CORE, title, Shown.BY_NAME_ONLY, source));
    }

    private boolean add(Section section) {
        return sections.putIfAbsent(section.title.toLowerCase(Locale.ROOT), section) == null;
    }

    /** Removes all sections of a registration. */
    public void remove(Registration of) {
        sections.values().removeIf(s -> s.registration == of);
    }

    /**
     * The text of some sections.
     *
     * @param wanted their names in lower case; {@code default}, {@code all} (of the core, and of modules those shown by default) and
     *        {@code everything} stand for many, {@code modules} for those of modules; none means default
     */
    public String text(Collection<String> wanted) {
        Set<String> names = wanted.isEmpty() ? Set.of("default") : Set.copyOf(wanted);
        StringBuilder text = new StringBuilder(4096);
        List<Section> inOrder = new ArrayList<>(sections.values());
        inOrder.sort(Comparator.comparing((Section s) -> !s.ofCore()));
        for (Section s : inOrder) {
            if (isWanted(s, names)) {
                if (!text.isEmpty()) {
                    text.append("\r\n");
                }
                text.append("# ").append(s.title()).append("\r\n");
                s.source().write(new Lines(text));
            }
        }
        return text.toString();
    }

    private static boolean isWanted(Section s, Set<String> names) {
        if (names.contains(s.title.toLowerCase(Locale.ROOT)) || !s.ofCore() && names.contains(MODULES)) {
            return true;
        }
        return switch (s.shown) {
            case BY_DEFAULT -> names.contains("default") || names.contains("all") || names.contains("everything");
            case WITH_ALL -> names.contains("everything") || s.ofCore() && names.contains("all");
            case BY_NAME_ONLY -> false;
        };
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
