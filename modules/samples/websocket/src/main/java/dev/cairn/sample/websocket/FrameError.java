package dev.cairn.sample.websocket;

import java.io.IOException;

/** A peer that does not keep to the protocol. The code is what it is told in the close frame. */
final class FrameError extends IOException {
    private static final long serialVersionUID = 1;

    /** The peer does what the protocol forbids. */
    static final int PROTOCOL = 1002;
    /** The peer sends what this end does not take. */
    static final int UNSUPPORTED = 1003;
    /** The peer sends text that is none. */
    static final int NOT_TEXT = 1007;
    /** The peer sends too large a frame. */
    static final int TOO_LARGE = 1009;

    private final int code;

    FrameError(int code, String message) {
        super("WebSocket: " + message);
        this.code = code;
    }

    /** The code for the close frame. */
    int code() {
        return code;
    }
}
