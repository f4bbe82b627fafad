package dev.cairn.core.config;

import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * All options of the server with their values. Changed on the main thread only; the values of options may be read on any thread.
 *
 * <p>An option is known by its name and its aliases, in any case. A fallback is an option that the core keeps for a part that may be
 * absent: it steps aside when a module declares one of its names, so that a stock configuration file is accepted whatever modules there
 * are. Names and values are byte strings, see {@link ConfigSyntax}.
 */
public final class Options {
    private static final String FALLBACK = "core, for an absent module";

    /** Names that once were options: a line with one value is accepted and says nothing. */
    private static final Set<String> RETIRED =
            Set.of("list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands");

    /** Directives of a file that are no options; {@code include} is resolved before. */
    static final Set<String> DIRECTIVES = Set.of("include", "rename-command", "loadmodule", "user");

    private final Map<String, DeclaredOption<?>> byName = new TreeMap<>();
    private final Map<String, DeclaredOption<?>> fallbacks = new TreeMap<>();
    private final List<Directive> loaded = new ArrayList<>();
    private final List<Rename> renames = new ArrayList<>();
    private final List<List<String>> loadModules = new ArrayList<>();
    private Supplier<List<List<String>>> loadedModules = this::loadModules;
    private final List<Directive> users = new ArrayList<>();
    private final List<Directive> modular = new ArrayList<>();
    private Consumer<Set<String>> onChange = names -> {};

    /**
     * A name and a value as text.
     *
     * @param name the name as it was asked for, or as it is declared
     * @param value the value
     */
    public record Entry(String name, String value) {}

    /**
     * A {@code rename-command} directive.
     *
     * @param from the command's name
     * @param to its new name, empty to remove the command
     * @param directive the line, for an error about it
     */
    public record Rename(String from, String to, Directive directive) {}

    /**
     * Declares an option.
     *
     * @param module the module's name, for messages
     * @throws IllegalStateException if its name or an alias is taken; the message names both modules. Also if the configuration, loaded
     *         before, has a line about it that it does not accept
     */
    public <T> Option<T> declare(OptionSpec<T> spec, String module) {
        checkFree(spec, module, List.of());
        for (String name : names(spec)) {
            DeclaredOption<?> fallback = byName.get(name);
            if (fallback != null) {
                names(fallback.spec()).forEach(byName::remove);
            }
        }
        DeclaredOption<T> option = put(new DeclaredOption<>(spec, module));
        boolean done = false;
        try {
            configureLate(option);
            done = true;
        } finally {
            if (!done) {
                undeclare(List.of(option));
            }
        }
        return option;
    }

    private void checkFree(OptionSpec<?> spec, String module, Collection<? extends Option<?>> leaving) {
        for (String name : names(spec)) {
            DeclaredOption<?> taken = byName.get(name);
            if (taken != null && !isFallback(taken) && leaving.stream().noneMatch(o -> o == taken)) {
                throw new IllegalStateException(
                        "Option '" + name + "' of module " + module + " is already declared by module " + taken.module());
            }
        }
    }

    /**
     * Makes an option that is to be declared by {@link #exchange}, in the place of those that leave. Until then only who has it knows it.
     *
     * @throws IllegalStateException as {@link #declare}
     */
    public <T> Option<T> prepare(OptionSpec<T> spec, String module, Collection<? extends Option<?>> leaving) {
        checkFree(spec, module, leaving);
        DeclaredOption<T> option = new DeclaredOption<>(spec, module);
        configureLate(option);
        return option;
    }

    /**
     * Gives prepared options the values that options of their names have, unless those were never set and have their default.
     *
     * @param except names of options that are left as they are, in lower case
     * @throws OptionSetError when an option does not accept the value of its predecessor
     */
    public static void carryOver(Collection<? extends Option<?>> from, Collection<? extends Option<?>> to, Set<String> except)
            throws OptionSetError {
        for (Option<?> predecessor : from) {
            DeclaredOption<?> old = (DeclaredOption<?>) predecessor;
            for (Option<?> successor : to) {
                DeclaredOption<?> option = (DeclaredOption<?>) successor;
                String name = option.spec().name();
                if (!Collections.disjoint(names(old.spec()), names(option.spec())) && !except.contains(name) && old.wasSet()) {
                    try {
                        option.take(old);
                    } catch (OptionError e) {
                        throw OptionSetError.ofModule(name, "the value '" + old.formatted() + "' is not accepted: " + e.reason());
                    }
                }
            }
        }
    }

    /**
     * Sets values of options of a module that is about to start, and applies them.
     *
     * @throws OptionSetError when one is not among them, or does not accept its value
     */
    public static void configure(Collection<? extends Option<?>> prepared, List<Entry> pairs) throws OptionSetError {
        for (Entry pair : pairs) {
            String name = pair.name().toLowerCase(Locale.ROOT);
            DeclaredOption<?> option = (DeclaredOption<?>) prepared.stream().filter(o -> names(o.spec()).contains(name)).findFirst()
                    .orElseThrow(() -> OptionSetError.ofModule(pair.name(), "the module has none of that name"));
            try {
                option.set(pair.value()).apply();
            } catch (OptionError e) {
                throw OptionSetError.ofModule(name, e.reason());
            }
        }
    }

    /** Takes options back, and declares prepared ones. */
    public void exchange(Collection<? extends Option<?>> leaving, Collection<? extends Option<?>> prepared) {
        undeclare(leaving);
        for (Option<?> option : prepared) {
            for (String name : names(option.spec())) {
                DeclaredOption<?> fallback = byName.get(name);
                if (fallback != null) {
                    names(fallback.spec()).forEach(byName::remove);
                }
            }
            put((DeclaredOption<?>) option);
        }
    }

    /** Gives an option that is declared after the configuration was loaded the lines that its fallback took before. */
    private void configureLate(DeclaredOption<?> option) {
        for (Directive directive : loaded) {
            if (names(option.spec()).contains(directive.name())) {
                try {
                    load(option, directive);
                } catch (ConfigError e) {
                    throw new IllegalStateException("Option '" + directive.name() + "' of module " + option.module() + ": " + e.expected(),
                            e);
                }
            }
        }
    }

    /** Declares options that are used as long as no module declares one of their names. */
    public void declareFallbacks(Collection<? extends OptionSpec<?>> specs) {
        for (OptionSpec<?> spec : specs) {
            DeclaredOption<?> fallback = new DeclaredOption<>(spec, FALLBACK);
            for (String name : names(spec)) {
                if (fallbacks.putIfAbsent(name, fallback) != null) {
                    throw new IllegalStateException("Option '" + name + "' has two fallbacks");
                }
            }
            putIfFree(fallback);
        }
    }

    /** Takes back options that were declared; fallbacks for them are in use again, with their default values. */
    public void undeclare(Collection<? extends Option<?>> gone) {
        Set<Option<?>> set = Collections.newSetFromMap(new IdentityHashMap<>());
        set.addAll(gone);
        byName.values().removeIf(set::contains);
        Set<DeclaredOption<?>> back = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Option<?> option : gone) {
            for (String name : names(option.spec())) {
                DeclaredOption<?> fallback = fallbacks.get(name);
                if (fallback != null) {
                    back.add(fallback);
                }
            }
        }
        back.forEach(this::putIfFree);
    }

    private <T> DeclaredOption<T> put(DeclaredOption<T> option) {
        names(option.spec()).forEach(name -> byName.put(name, option));
        return option;
    }

    private void putIfFree(DeclaredOption<?> fallback) {
        if (Collections.disjoint(names(fallback.spec()), byName.keySet())) {
            put(fallback);
        }
    }

    private boolean isFallback(DeclaredOption<?> option) {
        return fallbacks.get(option.spec().name()) == option;
    }

    private static List<String> names(OptionSpec<?> spec) {
        List<String> names = new ArrayList<>(spec.aliases());
        names.addFirst(spec.name());
        return names;
    }

    /**
     * Takes the configuration: files first, then the command line; of lines about the same option the last wins, unless they add up.
     * Values are set, not applied.
     *
     * @throws ConfigError for the first line that is not accepted
     */
    public void load(List<Directive> directives) throws ConfigError {
        for (Directive directive : directives) {
            load(directive);
            loaded.add(directive);
        }
    }

    private void load(Directive directive) throws ConfigError {
        String name = directive.name();
        List<String> values = directive.values();
        DeclaredOption<?> option = byName.get(name);
        if (option != null) {
            load(option, directive);
        } else if (name.equals("rename-command") && values.size() == 2) {
            renames.add(new Rename(values.get(0), values.get(1), directive));
        } else if (name.equals("loadmodule") && !values.isEmpty()) {
            loadModules.add(values);
        } else if (name.equals("user") && !values.isEmpty()) {
            users.add(directive);
        } else if (name.indexOf('.') > 0) {
            // an option of a module that is loaded later
            modular.add(directive);
        } else if (!(RETIRED.contains(name) && values.size() == 1)) {
            throw unknown(directive);
        }
    }

    private static void load(DeclaredOption<?> option, Directive directive) throws ConfigError {
        List<String> values = directive.values();
        boolean splits = option.spec().type().splitsWords();
        if (!splits && values.size() != 1) {
            throw directive.error("wrong number of arguments");
        }
        if (splits && values.size() == 1 && !values.getFirst().isEmpty()) {
            values = ConfigSyntax.split(values.getFirst()).orElseThrow(() -> directive.error("Unbalanced quotes in configuration line"));
        }
        try {
            option.load(values);
        } catch (OptionError e) {
            throw directive.error(e.reason());
        }
    }

    private ConfigError unknown(Directive directive) {
        String name = directive.name();
        if (DIRECTIVES.contains(name) || RETIRED.contains(name)) {
            return directive.error("Bad directive or wrong number of arguments");
        }
        List<String> known = new ArrayList<>(byName.keySet());
        known.addAll(DIRECTIVES);
        String hint = Suggestion.nearest(name, known).map(near -> ". Did you mean '" + near + "'?").orElse("");
        return directive.error("Bad directive or wrong number of arguments: no option is called '" + ConfigSyntax.text(name) + "'" + hint);
    }

    /** The {@code rename-command} directives, in order. */
    public List<Rename> renames() {
        return List.copyOf(renames);
    }

    /** Sets what tells the modules that were loaded by path and are there now, each its path and its arguments. */
    public void loadedModules(Supplier<List<List<String>>> modules) {
        loadedModules = modules;
    }

    /** The lines of {@code loadmodule} for CONFIG REWRITE. */
    List<String> loadModuleLines() {
        return loadedModules.get().stream().map(words -> line("loadmodule", words)).toList();
    }

    /** The {@code loadmodule} directives, in order; each the module's path and its arguments. */
    public List<List<String>> loadModules() {
        return List.copyOf(loadModules);
    }

    /**
     * Refuses lines about options of modules, {@code module.option}, which no module has declared; to be called when all are loaded.
     *
     * @throws ConfigError for the first such line
     */
    public void checkModular() throws ConfigError {
        for (Directive directive : modular) {
            if (!byName.containsKey(directive.name())) {
                throw directive.error("Module Configuration detected without loadmodule directive or no option of that name: aborting");
            }
        }
    }

    /** The {@code user} directives, in order. */
    public List<Directive> users() {
        return List.copyOf(users);
    }

    /** The option of a name or alias, in any case, whose values are of the given class. */
    @SuppressWarnings("unchecked") // the default value proves the type
    public <T> Optional<Option<T>> find(String name, Class<T> type) {
        DeclaredOption<?> option = lookup(name);
        return option != null && type.isInstance(option.spec().defaultValue()) ? Optional.of((Option<T>) option) : Optional.empty();
    }

    private @Nullable DeclaredOption<?> lookup(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /** All options by name, each once. */
    Collection<DeclaredOption<?>> declared() {
        Map<String, DeclaredOption<?>> all = new LinkedHashMap<>();
        byName.forEach((name, option) -> {
            if (option.spec().name().equals(name)) {
                all.put(name, option);
            }
        });
        return all.values();
    }

    /** The names of the options that a module has declared, hidden ones left out. */
    public List<String> namesOf(String module) {
        return declared().stream().filter(o -> o.module().equals(module) && !o.spec().isHidden()).map(o -> o.spec().name()).toList();
    }

    /** The option of a name or alias in lower case, if there is one. */
    Optional<DeclaredOption<?>> declared(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * What CONFIG GET replies. A pattern without wildcards is a name, and the option is reported under the name that was asked for, even
     * if it is hidden; with wildcards it is held against all names and aliases. No name is reported twice, in any case.
     */
    public List<Entry> matching(List<String> patterns) {
        Map<String, Entry> found = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String pattern : patterns) {
            if (!StringMatch.hasWildcard(pattern)) {
                DeclaredOption<?> option = lookup(pattern);
                if (option != null) {
                    found.putIfAbsent(pattern, new Entry(pattern, option.formatted()));
                }
                continue;
            }
            byName.forEach((name, option) -> {
                if (!option.spec().isHidden() && StringMatch.matches(pattern, name, true)) {
                    found.putIfAbsent(name, new Entry(name, option.formatted()));
                }
            });
        }
        return List.copyOf(found.values());
    }

    /** Whether the values of an option must stay out of logs; false if there is no such option. */
    public boolean isSensitive(String name) {
        DeclaredOption<?> option = lookup(name);
        return option != null && option.spec().isSensitive();
    }

    /** Sets values as a client does that may not change protected options. */
    public void set(List<Entry> pairs) throws OptionSetError {
        set(pairs, false);
    }

    /**
     * Sets values as CONFIG SET does: all of them or none. Every value is read and checked, then all are set, then the changed ones are
     * applied in order; when one cannot be applied, all old values are put back and those applied are applied again.
     *
     * @param guardedToo whether {@code enable-protected-configs} lets this client change protected options
     */
    public void set(List<Entry> pairs, boolean guardedToo) throws OptionSetError {
        Map<String, DeclaredOption<?>> targets = targets(pairs, guardedToo);
        List<DeclaredOption.Change<?>> changes = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        for (Entry pair : pairs) {
            String name = pair.name().toLowerCase(Locale.ROOT);
            DeclaredOption<?> option = Objects.requireNonNull(targets.get(name));
            try {
                changes.add(option.set(pair.value()));
            } catch (OptionError e) {
                changes.reversed().forEach(DeclaredOption.Change::restore);
                throw OptionSetError.refused(name, e.reason());
            }
            names.add(option.spec().name());
        }
        apply(changes, List.copyOf(targets.keySet()));
        onChange.accept(names);
    }

    private Map<String, DeclaredOption<?>> targets(List<Entry> pairs, boolean guardedToo) throws OptionSetError {
        Map<String, DeclaredOption<?>> targets = new LinkedHashMap<>();
        for (Entry pair : pairs) {
            DeclaredOption<?> option = lookup(pair.name());
            if (option == null) {
                throw OptionSetError.unknown(pair.name());
            }
            if (option.spec().isImmutable()) {
                throw OptionSetError.refused(pair.name(), "can't set immutable config");
            }
            if (option.spec().isGuarded() && !guardedToo) {
                throw OptionSetError.refused(pair.name(), "can't set protected config");
            }
            if (targets.put(pair.name().toLowerCase(Locale.ROOT), option) != null) {
                throw OptionSetError.refused(pair.name(), "duplicate parameter");
            }
        }
        return targets;
    }

    private static void apply(List<DeclaredOption.Change<?>> changes, List<String> names) throws OptionSetError {
        for (int i = 0; i < changes.size(); i++) {
            try {
                changes.get(i).apply();
            } catch (OptionError e) {
                changes.reversed().forEach(DeclaredOption.Change::restore);
                applyAgain(changes.subList(0, i + 1));
                throw OptionSetError.refused(names.get(i), e.reason());
            }
        }
    }

    private static void applyAgain(List<DeclaredOption.Change<?>> restored) {
        for (DeclaredOption.Change<?> change : restored) {
            try {
                change.apply();
            } catch (OptionError e) {
                LoggerFactory.getLogger(Options.class)
                        .warn("Failed restoring the previous {} setting: {}", change.option().spec().name(), e.reason());
            }
        }
    }

    /** Sets who is told the names of the options that CONFIG SET was given, after it succeeded. */
    public void onChange(Consumer<Set<String>> listener) {
        onChange = listener;
    }

    /** The names of options that the configuration sets although the part they belong to does not exist in this server. */
    public List<String> withoutEffect() {
        return declared().stream().filter(o -> o.configured() && o.spec().missingPart() != null).map(o -> o.spec().name()).toList();
    }

    /** A configuration file that sets nothing: every option with its line of documentation and its default value, commented out. */
    public String sampleConfig() {
        StringBuilder out = new StringBuilder(32 * 1024);
        for (DeclaredOption<?> option : declared()) {
            OptionSpec<?> spec = option.spec();
            if (spec.isHidden()) {
                continue;
            }
            out.append("# ").append(spec.doc()).append('\n');
            if (spec.missingPart() != null) {
                out.append("# Without effect yet: this server has no ").append(spec.missingPart()).append(".\n");
            }
            for (List<String> line : spec.defaultValue() instanceof String value ? List.of(List.of(value)) : option.defaultLines()) {
                out.append("# ").append(line(spec.name(), line)).append('\n');
            }
            out.append('\n');
        }
        return out.toString();
    }

    /** Every option with its default value and its line of documentation, for {@code --help}. */
    public String describe() {
        StringBuilder out = new StringBuilder(16 * 1024);
        for (DeclaredOption<?> option : declared()) {
            OptionSpec<?> spec = option.spec();
            if (!spec.isHidden() && spec.missingPart() == null) {
                String value = spec.isSensitive() ? "" : defaultText(spec);
                out.append("  --").append(spec.name()).append(' ').append(ConfigSyntax.quoteIfNeeded(value)).append('\n');
                out.append("        ").append(spec.doc()).append('\n');
            }
        }
        return out.toString();
    }

    private static <T> String defaultText(OptionSpec<T> spec) {
        return spec.type().format(spec.defaultValue());
    }

    /** A line of configuration. */
    static String line(String name, List<String> words) {
        StringBuilder line = new StringBuilder(name);
        words.forEach(word -> line.append(' ').append(ConfigSyntax.quoteIfNeeded(word)));
        return line.toString();
    }
}
