package dev.cairn.distribution.docs;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;

/** Holds {@code docs/commands.md} to what the built server says in COMMAND DOCS. */
class CommandsPageIT {
    private static final String HEADER = """
            # Commands

            The commands of a server with the modules of the distribution, by group. *Since* is the version of Redis that first had the
            command. `COMMAND DOCS name` tells more: arguments, complexity, history.

            This page is generated from COMMAND DOCS, and the build fails when it is out of date:
            `mvn verify -Dcairn.docs.update=true` writes it anew.
            """;

    private final Map<String, Map<String, String>> rowsByGroup = new TreeMap<>();

    @Test
    void commandsPageListsEveryCommand() throws IOException {
        try (ServerProcess server = ServerProcess.cairn(); RespClient client = server.connect()) {
            client.call("HELLO", "3");
            add(client.call("COMMAND", "DOCS"));
        }
        CheckedInPage.check("commands.md", page());
    }

    private void add(RespReply docs) {
        List<RespReply> pairs = docs.elements();
        for (int i = 0; i < pairs.size(); i += 2) {
            String name = pairs.get(i).text();
            RespReply doc = pairs.get(i + 1);
            RespReply subcommands = doc.field("subcommands");
            if (subcommands.elements().isEmpty()) {
                String spelled = name.toUpperCase(Locale.ROOT).replace('|', ' ');
                rowsByGroup.computeIfAbsent(doc.field("group").text(), group -> new TreeMap<>()).put(spelled,
                        "| `" + spelled + "` | " + doc.field("since").text() + " | " + CheckedInPage.cell(doc.field("summary").utf8())
                                + " |\n");
            } else {
                add(subcommands);
            }
        }
    }

    private String page() {
        StringBuilder page = new StringBuilder(HEADER);
        rowsByGroup.forEach((group, rows) -> {
            page.append("\n## ").append(group).append("\n| Command | Since | What it does |\n|---|---|---|\n");
            rows.values().forEach(page::append);
        });
        return page.toString();
    }
}
