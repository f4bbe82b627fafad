package dev.cairn.api.command;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.ToIntBiFunction;

import org.jspecify.annotations.Nullable;

/**
 * The one declaration of a command: it feeds dispatch, COMMAND and its subcommands, access control and key finding. Immutable.
 *
 * <pre>{@code
 * CommandSpec.of("GETRANGE", 4)
 *         .group(CommandGroup.STRING).since("2.4.0").summary("Returns a part of the string stored at a key.")
 *         .complexity("O(N) where N is the length of the returned string.")
 *         .flags(CommandFlag.READONLY).acl(AclCategory.STRING)
 *         .keys(KeySpec.at(1, RO, ACCESS)).syntax("key start:integer end:integer")
 * }</pre>
 */
public final class CommandSpec {
    /**
     * A change in a command's history.
     *
     * @param since the version that brought it
     * @param change what changed
     */
    public record Change(String since, String change) {
    }

    private final Builder from;
    private final Set<AclCategory> categories;
    private @Nullable List<Argument> arguments;

    private CommandSpec(Builder from) {
        this.from = from;
        this.categories = Set.copyOf(withImplied(from));
    }

    /**
     * Begins the declaration of a command.
     *
     * @param name the name in capitals; {@code CONTAINER|SUB} for a subcommand
     * @param arity the exact number of arguments with the name (both names for a subcommand), or the negated least number
     */
    public static Builder of(String name, int arity) {
        return new Builder(name, arity);
    }

    /** The name in capitals; {@code CONTAINER|SUB} for a subcommand. */
    public String name() {
        return from.name;
    }

    /** The exact number of arguments or the negated least number, names included. */
    public int arity() {
        return from.arity;
    }

    /** Whether a command of {@code size} arguments, names included, satisfies the arity. */
    public boolean accepts(int size) {
        return from.arity >= 0 ? size == from.arity : size >= -from.arity;
    }

    /** The flags, {@link CommandFlag#MOVABLEKEYS} added where the key specs ask for it. */
    public Set<CommandFlag> flags() {
        return from.flags;
    }

    /** Whether the command has a flag. */
    public boolean is(CommandFlag flag) {
        return from.flags.contains(flag);
    }

    /** The ACL categories, those implied by the flags included. */
    public Set<AclCategory> categories() {
        return categories;
    }

    /** The ACL categories that modules declare, by their names. */
    public Set<String> moduleCategories() {
        return from.moduleCategories;
    }

    /** The group. */
    public CommandGroup group() {
        return from.group;
    }

    /** The version of Redis, Valkey or the module that first had the command. */
    public String since() {
        return from.since;
    }

    /** One sentence on what it does. */
    public String summary() {
        return from.summary;
    }

    /** Its time complexity. */
    public String complexity() {
        return from.complexity;
    }

    /** Hints for clients and proxies. */
    public List<String> tips() {
        return from.tips;
    }

    /** Where its keys are. */
    public List<KeySpec> keySpecs() {
        return from.keySpecs;
    }

    /** What the command does to the keys of a key spec, for given arguments; differs from the spec's flags where those are variable. */
    public Set<KeySpec.Flag> keyFlags(KeySpec spec, Args args) {
        return spec.flags().contains(KeySpec.Flag.VARIABLE_FLAGS) ? from.keyFlags.apply(spec, args) : spec.flags();
    }

    /**
     * Where the key of a spec with an unknown begin stands among the arguments of an execution: 0 for nowhere, -1 when the declaration does
     * not tell.
     */
    public int keyPosition(KeySpec spec, Args args) {
        return from.keyPosition.applyAsInt(spec, args);
    }

    /** What changed since it came. */
    public List<Change> history() {
        return from.history;
    }

    /** The version that deprecated it, if one did. */
    public @Nullable String deprecatedSince() {
        return from.deprecatedSince;
    }

    /** What replaces it, when deprecated. */
    public @Nullable String replacedBy() {
        return from.replacedBy;
    }

    /** Whether one execution is so short that the server may time a run of such commands together. */
    public boolean brief() {
        return from.brief || is(CommandFlag.FAST);
    }

    /** The arguments after the name, parsed from the declared syntax when first asked for. */
    public List<Argument> arguments() {
        List<Argument> parsed = arguments;
        if (parsed == null) {
            parsed = SyntaxParser.parse(from.syntax, from.keySpecs.size());
            arguments = parsed;
        }
        return parsed;
    }

    @Override
    public String toString() {
        return name();
    }

    private static Set<AclCategory> withImplied(Builder b) {
        EnumSet<AclCategory> all = EnumSet.copyOf(b.acl);
        if (b.flags.contains(CommandFlag.WRITE)) {
            all.add(AclCategory.WRITE);
        }
        if (b.flags.contains(CommandFlag.READONLY) && !all.contains(AclCategory.SCRIPTING)) {
            all.add(AclCategory.READ);
        }
        if (b.flags.contains(CommandFlag.ADMIN)) {
            all.add(AclCategory.ADMIN);
            all.add(AclCategory.DANGEROUS);
        }
        if (b.flags.contains(CommandFlag.PUBSUB)) {
            all.add(AclCategory.PUBSUB);
        }
        if (b.flags.contains(CommandFlag.BLOCKING)) {
            all.add(AclCategory.BLOCKING);
        }
        all.add(b.flags.contains(CommandFlag.FAST) ? AclCategory.FAST : AclCategory.SLOW);
        return all;
    }

    /** Collects a declaration. */
    public static final class Builder {
        private final String name;
        private final int arity;
        private CommandGroup group = CommandGroup.MODULE;
        private String since = "1.0.0";
        private String summary = "";
        private String complexity = "";
        private String syntax = "";
        private Set<CommandFlag> flags = EnumSet.noneOf(CommandFlag.class);
        private final EnumSet<AclCategory> acl = EnumSet.noneOf(AclCategory.class);
        private Set<String> moduleCategories = Set.of();
        private List<String> tips = List.of();
        private List<KeySpec> keySpecs = List.of();
        private BiFunction<KeySpec, Args, Set<KeySpec.Flag>> keyFlags = (spec, args) -> spec.flags();
        private ToIntBiFunction<KeySpec, Args> keyPosition = (spec, args) -> -1;
        private List<Change> history = List.of();
        private @Nullable String deprecatedSince;
        private @Nullable String replacedBy;
        private boolean brief;

        private Builder(String name, int arity) {
            if (!name.equals(name.toUpperCase(Locale.ROOT)) || name.isBlank() || arity == 0) {
                throw new IllegalArgumentException("command '" + name + "', arity " + arity + ": want a name in capitals and an arity");
            }
            this.name = name;
            this.arity = arity;
        }

        /** Sets the group; {@link CommandGroup#MODULE} otherwise. */
        public Builder group(CommandGroup value) {
            group = value;
            return this;
        }

        /** Sets the version that first had the command. */
        public Builder since(String version) {
            since = version;
            return this;
        }

        /** Sets the one sentence on what it does. */
        public Builder summary(String sentence) {
            summary = sentence;
            return this;
        }

        /** Sets the time complexity. */
        public Builder complexity(String text) {
            complexity = text;
            return this;
        }

        /** Adds flags. */
        public Builder flags(CommandFlag... values) {
            flags.addAll(Arrays.asList(values));
            return this;
        }

        /** Adds ACL categories to those that the flags imply. */
        public Builder acl(AclCategory... values) {
            acl.addAll(Arrays.asList(values));
            return this;
        }

        /** Adds ACL categories that a module has declared with {@link dev.cairn.api.Registrar#aclCategory}. */
        public Builder acl(String... names) {
            Set<String> all = new TreeSet<>(moduleCategories);
            all.addAll(Arrays.asList(names));
            moduleCategories = Collections.unmodifiableSet(all);
            return this;
        }

        /** Sets the key specs. */
        public Builder keys(KeySpec... specs) {
            keySpecs = List.of(specs);
            return this;
        }

        /** Sets what is done to the keys of specs with {@link KeySpec.Flag#VARIABLE_FLAGS}: a function of the spec and the arguments. */
        public Builder keyFlags(BiFunction<KeySpec, Args, Set<KeySpec.Flag>> function) {
            keyFlags = function;
            return this;
        }

        /** Sets what tells where the key of a spec with an unknown begin stands, 0 for nowhere; a pure function. */
        public Builder keyPosition(ToIntBiFunction<KeySpec, Args> function) {
            keyPosition = function;
            return this;
        }

        /**
         * Sets the syntax of the arguments: names (with {@code :type} where it is not a string, a key or a pattern by name), words in
         * capitals as tokens, {@code [ ]} for what may be left out, {@code ( )} for blocks, {@code |} between choices, {@code ...} after
         * what may be repeated, {@code name=} before a group or a token to name it, {@code @version} after what came later than the command.
         * Example: {@code key value condition=[NX|XX]@2.6.12 [EX seconds:integer|KEEPTTL@6.0.0]}. The keys belong to the key specs in
         * turn, those beyond the number of key specs to the last one; {@code :type#N} names the spec at index N instead.
         */
        public Builder syntax(String text) {
            syntax = text;
            return this;
        }

        /** Sets hints for clients, such as {@code nondeterministic_output}. */
        public Builder tips(String... values) {
            tips = List.of(values);
            return this;
        }

        /** Adds a change to the history. */
        public Builder changed(String version, String change) {
            history = new java.util.ArrayList<>(history);
            history.add(new Change(version, change));
            return this;
        }

        /** Marks the command as deprecated. */
        public Builder deprecated(String version, String replacement) {
            deprecatedSince = version;
            replacedBy = replacement;
            return this;
        }

        /** Declares that an execution takes well under a microsecond, as flag FAST already does; see {@link CommandSpec#brief()}. */
        public Builder brief() {
            brief = true;
            return this;
        }

        /** The finished declaration; the builder is not used any more. */
        public CommandSpec build() {
            boolean movable = keySpecs.stream()
                    .anyMatch(k -> !(k.find() instanceof KeySpec.Find.Range) || !(k.begin() instanceof KeySpec.Begin.Index)
                            || k.flags().contains(KeySpec.Flag.INCOMPLETE));
            if (movable) {
                flags.add(CommandFlag.MOVABLEKEYS);
            }
            flags = Set.copyOf(flags);
            history = List.copyOf(history);
            return new CommandSpec(this);
        }
    }
}
