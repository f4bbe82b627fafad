package dev.cairn.sockets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;

/** The plug-in with the options that all transports over IP share, such as {@code bind}. Main thread. */
public final class SocketsModule implements ServerModule {
    private static final System.Logger LOG = System.getLogger(SocketsModule.class.getName());
    private static final int MAX_ADDRESSES = 16;
    private static final long MAX_UINT = 0xffff_ffffL;

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public SocketsModule() {
    }

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("sockets", 1);
    }

    @Override
    public void configure(Registrar registrar) {
        registrar.export(Sockets.class, new Shared(registrar));
    }

    /** The options, and the listeners that follow them. */
    private static final class Shared implements Sockets, IpListeners.IpSettings {
        private final Option<List<String>> bind;
        private final Option<Long> backlog;
        private final Option<Long> keepAlive;
        private final Option<Long> acceptsPerTurn;
        private final Option<Long> mark;
        private final List<IpListeners> all = new ArrayList<>();

        Shared(Registrar registrar) {
            bind = registrar.option(OptionSpec.words("bind", "*", "-::*")
                    .doc("The addresses to listen on; one that begins with - may be unavailable; * and ::* stand for all of IPv4 and of IPv6.")
                    .check(Shared::checkBind)
                    .onChange(this::rebind));
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
        public IpListeners listeners(IntSupplier acceptsPerTurn, IpListeners.Maker maker) {
            IpListeners listeners = new IpListeners(this, acceptsPerTurn, maker);
            all.add(listeners);
            return listeners;
        }

        @Override
        public void release(IpListeners listeners) {
            all.remove(listeners);
            listeners.close();
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
        public IntSupplier acceptsPerTurn() {
            return () -> Math.toIntExact(acceptsPerTurn.value());
        }

        @Override
        public int keepAlive() {
            return Math.toIntExact(keepAlive.value());
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

        private void rebind(List<String> words) throws OptionError {
            for (IpListeners listeners : all) {
                try {
                    listeners.bind(words);
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.WARNING, "Warning: " + e.getMessage());
                    throw new OptionError("Failed to bind to specified addresses.");
                }
            }
        }
    }
}
