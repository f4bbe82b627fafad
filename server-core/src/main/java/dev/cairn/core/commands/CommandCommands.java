package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.STALE;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Argument;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.core.config.StringMatch;
import dev.cairn.core.server.CommandEntry;
import dev.cairn.core.server.CommandTable;
import dev.cairn.core.server.KeyFinder;
import dev.cairn.core.server.Server;

/** The container COMMAND, which tells clients what commands there are and where their keys stand. Main thread. */
final class CommandCommands {
    private static final Token FILTERBY = Token.of("FILTERBY");
    private static final Token MODULE = Token.of("MODULE");
    private static final Token ACLCAT = Token.of("ACLCAT");
    private static final Token PATTERN = Token.of("PATTERN");

    private static final CommandError INVALID_COMMAND = CommandError.err("Invalid command specified");
    private static final CommandError NO_KEYS = CommandError.err("The command has no key arguments");
    private static final CommandError WRONG_NUMBER = CommandError.err("Invalid number of arguments specified for command");
    private static final CommandError INVALID_ARGUMENTS = CommandError.err("Invalid arguments specified for command");

    /** Flags that concern the server only. */
    private static final Set<CommandFlag> HIDDEN = Set.of(CommandFlag.MAY_REPLICATE, CommandFlag.PROTECTED,
            CommandFlag.TOUCHES_ARBITRARY_KEYS);

    private static final String ALL_COMMANDS = "O(N) where N is the number of commands.";
    private static final String NAMED_COMMANDS = "O(N) where N is the number of commands asked for.";
    private static final String ARGUMENTS = "O(N) where N is the number of arguments.";

    private final Server server;
    private final CommandTable commands;

    CommandCommands(Server server) {
        this.server = server;
        this.commands = server.commands();
    }

    /** Declares the container, which is a command itself, and its subcommands. */
    void register(Registrar r) {
        r.command(spec("COMMAND", -1, "2.8.13").summary("Describes all commands.").complexity(ALL_COMMANDS)
                .tips("nondeterministic_output_order"), this::all);
        r.command(spec("COMMAND|COUNT", 2, "2.8.13").summary("Returns the number of commands.").complexity("O(1)"), this::count);
        r.command(spec("COMMAND|INFO", -2, "2.8.13").summary("Describes commands, all if none is named.").complexity(NAMED_COMMANDS)
                .tips("nondeterministic_output_order").changed("7.0.0", "Names may be left out to get all commands.")
                .syntax("[command-name...]"), this::info);
        r.command(spec("COMMAND|DOCS", -2, "7.0.0").summary("Returns the documentation of commands, of all if none is named.")
                .complexity(NAMED_COMMANDS).tips("nondeterministic_output_order").syntax("[command-name...]"), this::docs);
        r.command(spec("COMMAND|GETKEYS", -3, "2.8.13").summary("Returns the keys of a whole command.").complexity(ARGUMENTS)
                .syntax("command [arg...]"), this::getKeys);
        r.command(spec("COMMAND|GETKEYSANDFLAGS", -3, "7.0.0").summary("Returns the keys of a whole command and what it does to each.")
                .complexity(ARGUMENTS).syntax("command [arg...]"), this::getKeysAndFlags);
        r.command(spec("COMMAND|LIST", -2, "7.0.0").summary("Returns the names of commands.").complexity(ALL_COMMANDS)
                .tips("nondeterministic_output_order")
                .syntax("[FILTERBY filterby=(MODULE module-name|ACLCAT category|PATTERN pattern)]"), this::list);
        HelpText.declare(r, server, "COMMAND",
                CommandSpec.of("COMMAND|HELP", 2).group(CommandGroup.SERVER).since("5.0.0").acl(AclCategory.CONNECTION));
    }

    private static CommandSpec.Builder spec(String name, int arity, String since) {
        return CommandSpec.of(name, arity).group(CommandGroup.SERVER).since(since).acl(AclCategory.CONNECTION).flags(LOADING, STALE);
    }

    private void count(Call call, Args args, Reply out) {
        out.integer(commands.all().size());
    }

    private void all(Call call, Args args, Reply out) {
        writeInfo(commands.all(), out);
    }

    private void info(Call call, Args args, Reply out) {
        if (args.size() == 2) {
            writeInfo(commands.all(), out);
            return;
        }
        out.array(args.size() - 2);
        for (int i = 2; i < args.size(); i++) {
            CommandEntry e = commands.findByFullName(args.at(i).text());
            if (e == null) {
                out.nil();
            } else {
                writeInfo(e, out);
            }
        }
    }

    private static void writeInfo(Collection<CommandEntry> entries, Reply out) {
        out.array(entries.size());
        entries.forEach(e -> writeInfo(e, out));
    }

    private static void writeInfo(CommandEntry e, Reply out) {
        CommandSpec spec = e.spec();
        KeyFinder.Range range = KeyFinder.range(spec);
        out.array(10);
        out.bulk(e.wireName());
        out.integer(spec.arity());
        writeFlags(spec, out);
        out.integer(range.first()).integer(range.last()).integer(range.step());
        writeCategories(spec, out);
        out.set(spec.tips().size());
        spec.tips().forEach(out::bulk);
        out.set(spec.keySpecs().size());
        spec.keySpecs().forEach(k -> writeKeySpec(k, out));
        CommandTable subcommands = e.subcommands();
        if (subcommands == null) {
            out.set(0);
        } else {
            writeInfo(subcommands.all(), out);
        }
    }

    private static void writeFlags(CommandSpec spec, Reply out) {
        int mark = out.begin(Reply.Shape.SET);
        int n = 0;
        for (CommandFlag f : CommandFlag.values()) {
            if (spec.is(f) && !HIDDEN.contains(f)) {
                out.simple(f.wireName());
                n++;
            }
        }
        if (spec.group() == CommandGroup.MODULE) {
            out.simple("module");
            n++;
        }
        out.end(mark, n);
    }

    private static void writeCategories(CommandSpec spec, Reply out) {
        out.set(spec.categories().size() + spec.moduleCategories().size());
        for (AclCategory c : AclCategory.values()) {
            if (spec.categories().contains(c)) {
                out.simple("@" + c.wireName());
            }
        }
        spec.moduleCategories().forEach(name -> out.simple("@" + name));
    }

    private static void writeKeySpec(KeySpec k, Reply out) {
        boolean notes = !k.notes().isEmpty();
        out.map(notes ? 4 : 3);
        if (notes) {
            out.bulk("notes").bulk(k.notes());
        }
        out.bulk("flags");
        writeKeyFlags(k.flags(), out);
        out.bulk("begin_search").map(2).bulk("type");
        switch (k.begin()) {
            case KeySpec.Begin.Index index -> out.bulk("index").bulk("spec").map(1).bulk("index").integer(index.position());
            case KeySpec.Begin.Keyword keyword -> out.bulk("keyword").bulk("spec").map(2).bulk("keyword").bulk(keyword.keyword())
                    .bulk("startfrom").integer(keyword.startFrom());
            case KeySpec.Begin.Unknown _ -> out.bulk("unknown").bulk("spec").map(0);
        }
        out.bulk("find_keys").map(2).bulk("type");
        switch (k.find()) {
            case KeySpec.Find.Range range -> out.bulk("range").bulk("spec").map(3).bulk("lastkey").integer(range.last()).bulk("keystep")
                    .integer(range.step()).bulk("limit").integer(range.limit());
            case KeySpec.Find.KeyCount count -> out.bulk("keynum").bulk("spec").map(3).bulk("keynumidx").integer(count.index())
                    .bulk("firstkey").integer(count.first()).bulk("keystep").integer(count.step());
            case KeySpec.Find.Unknown _ -> out.bulk("unknown").bulk("spec").map(0);
        }
    }

    private static void writeKeyFlags(Set<KeySpec.Flag> flags, Reply out) {
        out.set(flags.size());
        for (KeySpec.Flag f : KeySpec.Flag.values()) {
            if (flags.contains(f)) {
                boolean access = f.compareTo(KeySpec.Flag.RM) <= 0;
                out.simple(access ? f.name() : f.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    private void docs(Call call, Args args, Reply out) {
        if (args.size() == 2) {
            writeDocs(commands.all(), out);
            return;
        }
        int mark = out.begin(Reply.Shape.MAP);
        int n = 0;
        for (int i = 2; i < args.size(); i++) {
            CommandEntry e = commands.findByFullName(args.at(i).text());
            if (e != null) {
                out.bulk(e.wireName());
                writeDocs(e, out);
                n++;
            }
        }
        out.end(mark, n);
    }

    private static void writeDocs(Collection<CommandEntry> entries, Reply out) {
        out.map(entries.size());
        for (CommandEntry e : entries) {
            out.bulk(e.wireName());
            writeDocs(e, out);
        }
    }

    private static void writeDocs(CommandEntry e, Reply out) {
        CommandSpec spec = e.spec();
        int mark = out.begin(Reply.Shape.MAP);
        int n = 1;
        n += writeText("summary", spec.summary(), out);
        n += writeText("since", spec.since(), out);
        out.bulk("group").bulk(spec.group().wireName());
        n += writeText("complexity", spec.complexity(), out);
        n += writeText("module", spec.group() == CommandGroup.MODULE ? e.module() : null, out);
        if (spec.deprecatedSince() != null) {
            out.bulk("doc_flags").set(1).simple("deprecated");
            n++;
        }
        n += writeText("deprecated_since", spec.deprecatedSince(), out);
        n += writeText("replaced_by", spec.replacedBy(), out);
        if (!spec.history().isEmpty()) {
            out.bulk("history").set(spec.history().size());
            spec.history().forEach(h -> out.array(2).bulk(h.since()).bulk(h.change()));
            n++;
        }
        if (!spec.arguments().isEmpty()) {
            out.bulk("arguments");
            writeArguments(spec.arguments(), out);
            n++;
        }
        CommandTable subcommands = e.subcommands();
        if (subcommands != null) {
            out.bulk("subcommands");
            writeDocs(subcommands.all(), out);
            n++;
        }
        out.end(mark, n);
    }

    /** Writes a field that has a text; the number of fields written. */
    private static int writeText(String field, @Nullable String text, Reply out) {
        if (text == null || text.isEmpty()) {
            return 0;
        }
        out.bulk(field).bulk(text);
        return 1;
    }

    private static void writeArguments(List<Argument> arguments, Reply out) {
        out.array(arguments.size());
        for (Argument a : arguments) {
            boolean composed = a.type() == Argument.Type.ONEOF || a.type() == Argument.Type.BLOCK;
            int mark = out.begin(Reply.Shape.MAP);
            int n = 2;
            out.bulk("name").bulk(a.name());
            out.bulk("type").bulk(a.type().wireName());
            if (!composed) {
                n += writeText("display_text", a.name(), out);
            }
            if (a.keySpec() >= 0) {
                out.bulk("key_spec_index").integer(a.keySpec());
                n++;
            }
            n += writeText("token", a.token(), out);
            n += writeText("since", a.since(), out);
            n += writeArgumentFlags(a, out);
            if (composed) {
                out.bulk("arguments");
                writeArguments(a.parts(), out);
                n++;
            }
            out.end(mark, n);
        }
    }

    private static int writeArgumentFlags(Argument a, Reply out) {
        if (!a.optional() && !a.multiple() && !a.multipleToken()) {
            return 0;
        }
        out.bulk("flags").set((a.optional() ? 1 : 0) + (a.multiple() ? 1 : 0) + (a.multipleToken() ? 1 : 0));
        if (a.optional()) {
            out.simple("optional");
        }
        if (a.multiple()) {
            out.simple("multiple");
        }
        if (a.multipleToken()) {
            out.simple("multiple_token");
        }
        return 1;
    }

    /** The command that stands from the third argument on. */
    private record Inner(Args outer) implements Args {
        private static final int SKIPPED = 2;

        @Override
        public int size() {
            return outer.size() - SKIPPED;
        }

        @Override
        public Bytes at(int i) {
            return outer.at(i + SKIPPED);
        }

        @Override
        public boolean is(int i, Token token) {
            return outer.is(i + SKIPPED, token);
        }
    }

    private void getKeys(Call call, Args args, Reply out) {
        Args inner = new Inner(args);
        List<KeyFinder.Key> keys = keys(inner);
        out.array(keys.size());
        keys.forEach(k -> out.bulk(inner.at(k.position())));
    }

    private void getKeysAndFlags(Call call, Args args, Reply out) {
        Args inner = new Inner(args);
        List<KeyFinder.Key> keys = keys(inner);
        out.array(keys.size());
        for (KeyFinder.Key k : keys) {
            out.array(2).bulk(inner.at(k.position()));
            writeKeyFlags(k.flags(), out);
        }
    }

    private List<KeyFinder.Key> keys(Args inner) {
        CommandEntry e = commands.findByFullName(inner.at(0).text());
        CommandTable subcommands = e == null ? null : e.subcommands();
        if (subcommands != null && inner.size() > 1) {
            e = subcommands.find(inner.at(1).text());
        }
        if (e == null) {
            throw INVALID_COMMAND;
        }
        CommandSpec spec = e.spec();
        if (!KeyFinder.hasKeys(spec)) {
            throw NO_KEYS;
        }
        if (!spec.accepts(inner.size())) {
            throw WRONG_NUMBER;
        }
        Optional<List<KeyFinder.Key>> keys = KeyFinder.find(spec, inner);
        if (keys.isPresent() && !keys.get().isEmpty()) {
            return keys.get();
        }
        if (spec.is(CommandFlag.NO_MANDATORY_KEYS)) {
            return List.of();
        }
        throw INVALID_ARGUMENTS;
    }

    private void list(Call call, Args args, Reply out) {
        Predicate<CommandEntry> filter = e -> true;
        if (args.size() == 5 && args.is(2, FILTERBY)) {
            filter = filter(args);
        } else if (args.size() != 2) {
            throw CommandError.SYNTAX;
        }
        int mark = out.begin(Reply.Shape.ARRAY);
        out.end(mark, list(commands, filter, out));
    }

    private static Predicate<CommandEntry> filter(Args args) {
        String wanted = args.at(4).text();
        if (args.is(3, MODULE)) {
            return e -> e.module().equals(wanted);
        }
        if (args.is(3, ACLCAT)) {
            return e -> e.spec().categories().stream().anyMatch(c -> c.wireName().equalsIgnoreCase(wanted))
                    || e.spec().moduleCategories().stream().anyMatch(wanted::equalsIgnoreCase);
        }
        if (args.is(3, PATTERN)) {
            return e -> StringMatch.matches(wanted, e.wireName(), true);
        }
        throw CommandError.SYNTAX;
    }

    private static int list(CommandTable table, Predicate<CommandEntry> filter, Reply out) {
        int n = 0;
        for (CommandEntry e : table.all()) {
            if (filter.test(e)) {
                out.bulk(e.wireName());
                n++;
            }
            CommandTable subcommands = e.subcommands();
            if (subcommands != null) {
                n += list(subcommands, filter, out);
            }
        }
        return n;
    }
}
