package dev.cairn.sample.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The page with a console, as a response; read when it is first asked for. */
final class Page {
    static final byte[] RESPONSE = Handshake.response("200 OK", "Content-Type: text/html; charset=utf-8\r\nX-Frame-Options: DENY\r\n"
            + "Content-Security-Policy: default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src ws: wss:\r\n",
            read());

    private Page() {
    }

    private static byte[] read() {
        try (InputStream in = Page.class.getResourceAsStream("console.html")) {
            if (in == null) {
                throw new IOException("console.html is missing in the module");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
