package dev.cairn.transport.tcp;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import dev.cairn.sockets.IpEnds;
import dev.cairn.sockets.IpListeners;
import dev.cairn.sockets.SocketConnection;
import dev.cairn.sockets.Sockets;
import org.jspecify.annotations.Nullable;

/** The plug-in that lets clients connect by TCP. Main thread. */
public final class TcpModule implements ServerModule {
    private static final System.Logger LOG = System.getLogger(TcpModule.class.getName());

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
        TcpType tcp = new TcpType(registrar);
        type = tcp;
        registrar.connectionType(tcp);
    }

    @Override
    public void start(ModuleContext context) {
        if (type != null) {
            type.start(Sockets.of(context));
        }
    }

    @Override
    public void stop(StopReason reason) {
        if (type != null) {
            type.stop();
        }
    }

    /** The connection type {@code tcp}, with its options. */
    private static final class TcpType implements ConnectionType {
        private final Option<Long> port;
        private @Nullable Sockets sockets;
        private @Nullable IpListeners listeners;

        TcpType(Registrar registrar) {
            port = registrar.option(OptionSpec.integer("port", 6379, 0, 65535)
                    .doc("The TCP port to accept connections on; 0 for none.")
                    .onChange(this::relisten));
        }

        void start(Sockets by) {
            sockets = by;
            listeners = by.listeners(by.acceptsPerTurn(), (loop, calls, listener, descriptor,
                    peer) -> new SocketConnection(this, loop, calls, listener, descriptor, new IpEnds(calls, descriptor, peer)));
        }

        void stop() {
            if (sockets != null && listeners != null) {
                sockets.release(listeners);
            }
        }

        @Override
        public String name() {
            return "tcp";
        }

        @Override
        public List<Listener> listen(Loop loop, Consumer<Connection> accepted) throws IOException {
            if (listeners == null) {
                throw new IllegalStateException("listens before its start");
            }
            return listeners.listen(loop, Math.toIntExact(port.value()), accepted);
        }

        private void relisten(long to) throws OptionError {
            if (listeners == null) {
                return;
            }
            try {
                listeners.port((int) to);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "Warning: " + e.getMessage());
                throw new OptionError("Unable to listen on this port. Check server logs.");
            }
        }
    }
}
