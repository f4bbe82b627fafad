package ${package};

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.Registrar;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import dev.cairn.sockets.IpEnds;
import dev.cairn.sockets.IpListeners;
import dev.cairn.sockets.Sockets;
import org.jspecify.annotations.Nullable;

/** The connection type {@code ${artifactId}}, with its option. It listens at the addresses of the option {@code bind}. Main thread. */
final class ExampleType implements ConnectionType {
    private static final System.Logger LOG = System.getLogger(ExampleType.class.getName());

    private final Option<Long> port;
    private @Nullable Sockets sockets;
    private @Nullable IpListeners listeners;

    ExampleType(Registrar registrar) {
        port = registrar.option(OptionSpec.integer("${artifactId}-port", 0, 0, 65535)
                .doc("The port to accept connections on; 0 for none.").onChange(this::relisten));
    }

    void start(ModuleContext context) {
        sockets = Sockets.of(context);
        listeners = sockets.listeners(sockets.acceptsPerTurn(), (loop, calls, listener, descriptor,
                peer) -> new ExampleConnection(this, loop, calls, listener, descriptor, new IpEnds(calls, descriptor, peer)));
    }

    void stop() {
        if (sockets != null && listeners != null) {
            sockets.release(listeners);
        }
    }

    @Override
    public String name() {
        return "${artifactId}";
    }

    @Override
    public List<Listener> listen(Loop loop, Consumer<Connection> accepted) throws IOException {
        return Objects.requireNonNull(listeners, "listens before its start").listen(loop, Math.toIntExact(port.value()), accepted);
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
