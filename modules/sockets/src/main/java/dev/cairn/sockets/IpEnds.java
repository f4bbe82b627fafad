package dev.cairn.sockets;

import org.jspecify.annotations.Nullable;

/** The ends of a connection over IP; the texts are made when they are first asked for. Main thread. */
public final class IpEnds implements Ends {
    private final SocketCalls calls;
    private final int descriptor;
    private final Endpoint peer;
    private @Nullable String peerText;
    private @Nullable String localText;

    /**
     * The ends of an open socket.
     *
     * @param peer its peer, see {@link SocketCalls#accepted}
     */
    public IpEnds(SocketCalls calls, int descriptor, Endpoint peer) {
        this.calls = calls;
        this.descriptor = descriptor;
        this.peer = peer;
    }

    @Override
    public String peer() {
        String text = peerText;
        if (text == null) {
            text = peer.toString();
            peerText = text;
        }
        return text;
    }

    @Override
    public String local() {
        String text = localText;
        if (text == null) {
            text = calls.local(descriptor).toString();
            localText = text;
        }
        return text;
    }

    @Override
    public boolean loopback() {
        return peer.loopback();
    }
}
