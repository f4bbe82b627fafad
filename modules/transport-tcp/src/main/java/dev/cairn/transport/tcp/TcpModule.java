package dev.cairn.transport.tcp;

import java.io.IOException;
import java.util.List;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import org.jspecify.annotations.Nullable;

/** The plug-in that lets clients connect by TCP. Main thread. */
public final class TcpModule implements ServerModule {
    private static final System.Logger LOG = System.getLogger(TcpModule.class.getName());
    private static final int MAX_ADDRESSES = 16;
    private static final long MAX_UINT = 0xffff_ffffL;

    private @Nullable TcpType type;

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public TcpModule() {
    }

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("transport-tcp", 1);
    }

    @Override
    public void configure(Registrar registrar) {
        Options options = new Options(registrar);
        TcpType tcp = new TcpType(options);
        options.type = tcp;
        type = tcp;
        registrar.connectionType(tcp);
    }

    @Override
    public void stop(StopReason reason) {
        if (type != null) {
            type.close();
        }
    }

    /** The module's options. */
    private static final class Options implements TcpType.Settings {
        private final Option<Long> port;
        private final Option<List<String>> bind;
        private final Option<Long> backlog;
        private final Option<Long> keepAlive;
        private final Option<Long> acceptsPerTurn;
        private final Option<Long> mark;
        private @Nullable TcpType type;

        Options(Registrar registrar) {
            port = registrar.option(OptionSpec.integer("port", 6379, 0, 65535)
                    .doc("The TCP port to accept connections on; 0 for none.")
                    .onChange(this::applyPort));
            bind = registrar.option(OptionSpec.words("bind", "*", "-::*")
                    .doc("The addresses to listen on; one that begins with - may be unavailable; * and ::* stand for all of IPv4 and of IPv6.")
                    .check(Options::checkBind)
                    .onChange(this::applyBind));
            backlog = registrar.option(OptionSpec.integer("tcp-backlog", 511, 0, Integer.MAX_VALUE)
                    .doc("How many connections may wait to be accepted; the kernel's somaxconn also bounds it.")
                    .immutable());
            keepAlive = registrar.option(OptionSpec.integer("tcp-keepalive", 300, 0, Integer.MAX_VALUE)
                    .doc("After how many idle seconds to probe whether a client is still there; 0 for never."));
            acceptsPerTurn = registrar.option(OptionSpec.integer("max-new-connections-per-cycle", 10, 1, 1000)
                    .doc("How many connections a listener accepts in one turn of the event loop."));
            mark = registrar.option(OptionSpec.integer("socket-mark-id", 0, 0, MAX_UINT)
                    .doc("The mark of listening sockets for the system's packet filter; 0 for none.")
                    .immutable());
            registrar.option(OptionSpec.text("bind-source-addr", "")
                    .doc("The local address of outgoing connections.")
                    .withoutEffect("replication"));
        }

        @Override
        public int port() {
            return Math.toIntExact(port.value());
        }

        @Override
        public List<String> bind() {
            return bind.value();
        }

        @Override
        public int backlog() {
            return Math.toIntExact(backlog.value());
        }

        @Override
        public int keepAlive() {
            return Math.toIntExact(keepAlive.value());
        }

        @Override
        public int acceptsPerTurn() {
            return Math.toIntExact(acceptsPerTurn.value());
        }

        @Override
        public int mark() {
            return (int) (long) mark.value();
        }

        private static void checkBind(List<String> words) throws OptionError {
            if (words.size() > MAX_ADDRESSES) {
                throw new OptionError("Too many bind addresses specified.");
            }
        }

        private void applyPort(long value) throws OptionError {
            relisten((int) value, bind(), "Unable to listen on this port. Check server logs.");
        }

        private void applyBind(List<String> words) throws OptionError {
            relisten(port(), words, "Failed to bind to specified addresses.");
        }

        private void relisten(int onPort, List<String> words, String reason) throws OptionError {
            if (type == null) {
                return;
            }
            try {
                type.relisten(onPort, words);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "Warning: " + e.getMessage());
                throw new OptionError(reason);
            }
        }
    }
}
