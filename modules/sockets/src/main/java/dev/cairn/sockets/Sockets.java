package dev.cairn.sockets;

import java.util.function.IntSupplier;

import dev.cairn.api.ModuleContext;

/** What the module {@code sockets} offers transports, which ask for it in their start. Main thread. */
public interface Sockets {
    /**
     * What the module offers in this server.
     *
     * @throws IllegalStateException when the module is missing
     */
    static Sockets of(ModuleContext context) {
        return context.require(Sockets.class).orElseThrow(() -> new IllegalStateException("the module 'sockets' is missing"));
    }

    /**
     * Listeners of a transport over IP, which follow the option {@code bind} from now on.
     *
     * @param acceptsPerTurn how many connections a listener accepts in one turn of the loop
     */
    IpListeners listeners(IntSupplier acceptsPerTurn, IpListeners.Maker maker);

    /** How many connections may wait to be accepted. */
    int backlog();

    /** How many connections a listener is to accept in one turn of the loop, unless its transport knows better. */
    IntSupplier acceptsPerTurn();

    /** Closes the listeners of a transport for good. */
    void release(IpListeners listeners);
}
