package dev.cairn.core.server;

import java.nio.charset.StandardCharsets;

/** Constant texts of the wire. */
final class Ascii {
    private Ascii() {
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
