package dev.cairn.distribution.docs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import dev.cairn.api.ModuleRejected;
import dev.cairn.bio.BioModule;
import dev.cairn.core.config.CoreOptions;
import dev.cairn.core.config.Options;
import dev.cairn.core.module.ModuleManager;
import dev.cairn.iothreads.IoThreadsModule;
import dev.cairn.persistence.aof.AofModule;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.transport.tcp.TcpModule;
import dev.cairn.transport.tls.TlsModule;
import dev.cairn.transport.unix.UnixModule;
import dev.cairn.types.hash.HashModule;
import dev.cairn.types.list.ListModule;
import dev.cairn.types.string.StringModule;

/** Holds {@code docs/configuration.md} to the options that the distribution's modules declare. */
class ConfigurationPageTest {
    private static final String WITHOUT = "# Without effect yet: this server has no ";
    private static final String HEADER = """
            # Configuration

            A configuration file has the syntax of redis.conf: a name and its values on each line, `#` for comments, quotes where a value
            has spaces, `include`, and units such as `64mb`. A stock redis.conf or valkey.conf is taken as it is.

                cairn-server my.conf --port 7000 --loglevel verbose
                echo 'databases 4' | cairn-server -

            Options of the command line come after the file and win over it. `CONFIG GET`, `CONFIG SET` and `CONFIG REWRITE` work on the
            running server. A line that is not understood ends the start: the message has file, line number, text, and what was wrong.

            Options of parts that Cairn does not have yet are read, kept and shown by `CONFIG GET`, so that an existing file goes on
            working. They are the second table. A start whose configuration sets some of them names these once in the log, as a warning:
            "Options that are kept but have no effect yet".

            `rename-command` works. `loadmodule` loads a module from a jar or a folder of jars, with arguments; its options are named
            `module.option` and may stand before or after it. `user` is read and kept, there are no ACL users yet.

            The tables are generated from the declarations of the options, and the build fails when they are out of date:
            `mvn verify -Dcairn.docs.update=true` writes them anew.
            """;

    private final List<String> effective = new ArrayList<>();
    private final Map<String, List<String>> kept = new TreeMap<>();

    @Test
    void configurationPageListsEveryOption() throws IOException, ModuleRejected {
        Options options = new Options();
        new CoreOptions(options);
        ModuleManager modules = new ModuleManager(options);
        modules.register(new SocketsModule(), "lib");
        modules.register(new TcpModule(), "lib");
        modules.register(new TlsModule(), "lib");
        modules.register(new UnixModule(), "lib");
        modules.register(new StringModule(), "lib");
        modules.register(new HashModule(), "lib");
        modules.register(new ListModule(), "lib");
        modules.register(new BioModule(), "lib");
        modules.register(new AofModule(), "lib");
        modules.register(new IoThreadsModule(), "lib");
        for (String paragraph : options.sampleConfig().split("\n\n")) {
            add(paragraph.lines().toList());
        }
        StringBuilder page = new StringBuilder(HEADER);
        page.append("\n## Options\n| Default | What it is for |\n|---|---|\n");
        effective.forEach(page::append);
        page.append("\n## Options without effect yet\n| What is missing | Options |\n|---|---|\n");
        kept.forEach((part, names) -> page.append("| ").append(part).append(" | `").append(String.join("`, `", names)).append("` |\n"));
        CheckedInPage.check("configuration.md", page.toString());
    }

    /** Takes a paragraph of the sample: the line of documentation, perhaps what is missing, and the default value's lines. */
    private void add(List<String> paragraph) {
        String second = paragraph.get(1);
        String setting = paragraph.getLast().substring(2);
        if (second.startsWith(WITHOUT)) {
            String part = second.substring(WITHOUT.length(), second.length() - 1);
            kept.computeIfAbsent(part, p -> new ArrayList<>()).add(setting.substring(0, (setting + " ").indexOf(' ')));
            return;
        }
        List<String> lines = paragraph.stream().skip(1).map(line -> "`" + CheckedInPage.cell(line.substring(2)) + "`").toList();
        effective.add("| " + String.join("<br>", lines) + " | " + CheckedInPage.cell(paragraph.getFirst().substring(2)) + " |\n");
    }
}
