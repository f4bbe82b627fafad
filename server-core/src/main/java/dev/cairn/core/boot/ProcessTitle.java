package dev.cairn.core.boot;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.event.OptionsChanged;
import dev.cairn.core.config.Options;
import dev.cairn.core.os.CommandLineMemory;
import dev.cairn.core.server.Server;

/** What the process shows of itself in {@code ps}: {@code proc-title-template}, filled in anew when what it shows changes. Main thread. */
final class ProcessTitle {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessTitle.class);
    private static final Set<String> SHOWN = Set.of("proc-title-template", "port", "tls-port", "unixsocket", "bind");

    private final Server server;
    private final Options options;

    ProcessTitle(Server server, Options options) {
        this.server = server;
        this.options = options;
    }

    /** Shows the title now and after each change of an option that it shows, unless {@code set-proc-title no} forbids. */
    void keep() {
        if (options.find("set-proc-title", Boolean.class).filter(o -> o.value()).isEmpty()) {
            return;
        }
        show();
        server.events().listen(OptionsChanged.class, changed -> {
            if (changed.names().stream().anyMatch(SHOWN::contains)) {
                show();
            }
        });
    }

    private void show() {
        try {
            CommandLineMemory.show(title());
        } catch (IOException e) {
            LOG.debug("The process keeps its title: {}", e.getMessage());
        }
    }

    String title() {
        long port = number("port");
        long tlsPort = number("tls-port");
        String socket = options.find("unixsocket", String.class).map(o -> o.value()).orElse("");
        @Nullable Object file = server.identity().configFile;
        Map<String, String> variables = Map.of("title", server.identity().executable, "listen-addr",
                port != 0 || tlsPort != 0 ? address() + ":" + (port != 0 ? port : tlsPort) : "unixsocket:" + socket, "server-mode", "",
                "port",
                Long.toString(port), "tls-port", Long.toString(tlsPort), "unixsocket", socket, "config-file",
                file == null ? "-" : file.toString());
        String text = options.find("proc-title-template", String.class).map(o -> o.value()).orElse("");
        for (Map.Entry<String, String> v : variables.entrySet()) {
            text = text.replace("{" + v.getKey() + "}", v.getValue());
        }
        return text.strip();
    }

    private long number(String option) {
        return options.find(option, Long.class).map(o -> o.value()).orElse(0L);
    }

    private String address() {
        List<Options.Entry> bind = options.matching(List.of("bind"));
        String first = bind.isEmpty() ? "" : bind.getFirst().value().strip();
        int space = first.indexOf(' ');
        return first.isEmpty() ? "*" : space < 0 ? first : first.substring(0, space);
    }
}
