package dev.cairn.sample.websocket;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The request that a connection begins with, and the answer: RFC 6455, section 4.2, or the page with a console for a browser that asks
 * for one. Immutable.
 *
 * <p>A page of any site may open a WebSocket to any address, this host's own included, so whose page it is decides: see {@link #allowed}.
 */
final class Handshake {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    private final String method;
    private final String target;
    private final Map<String, String> fields = new HashMap<>();
    private boolean malformed;

    /** An answer, and whether WebSocket frames follow. */
    record Answer(byte[] bytes, boolean accepted) {
    }

    /** Reads a request: all up to its empty line. */
    Handshake(String head) {
        String[] lines = head.split("\r\n", -1);
        String[] request = lines[0].split(" ", -1);
        malformed = request.length != 3 || !request[2].equals("HTTP/1.1");
        method = request[0];
        target = request.length > 1 ? request[1] : "";
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            int colon = lines[i].indexOf(':');
            if (colon <= 0 || Character.isWhitespace(lines[i].charAt(0))) {
                malformed = true;
                return;
            }
            String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            String value = lines[i].substring(colon + 1).strip();
            malformed |= fields.put(name, value) != null && (name.equals("host") || name.startsWith("sec-websocket-key"));
        }
    }

    /** The answer, where pages of these origins may connect. */
    Answer answer(List<String> origins) {
        if (malformed || !fields.containsKey("host")) {
            return refusal("400 Bad Request", "", "This is no request.\n");
        }
        if (!method.equals("GET")) {
            return refusal("405 Method Not Allowed", "Allow: GET\r\n", "Only GET is allowed.\n");
        }
        if (!has("upgrade", "websocket")) {
            return target.equals("/") ? page() : refusal("404 Not Found", "", "There is nothing here but / and WebSocket.\n");
        }
        if (!"13".equals(fields.get("sec-websocket-version"))) {
            return refusal("426 Upgrade Required", "Sec-WebSocket-Version: 13\r\n", "Only version 13 of WebSocket is spoken here.\n");
        }
        String key = fields.getOrDefault("sec-websocket-key", "");
        if (!has("connection", "upgrade") || !isKey(key)) {
            return refusal("400 Bad Request", "", "This is no handshake of WebSocket.\n");
        }
        if (!allowed(origins)) {
            return refusal("403 Forbidden", "", "ws-allow-origins does not allow this origin.\n");
        }
        String protocol = has("sec-websocket-protocol", "resp") ? "Sec-WebSocket-Protocol: resp\r\n" : "";
        return new Answer(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + accept(key) + "\r\n" + protocol + "\r\n").getBytes(StandardCharsets.ISO_8859_1), true);
    }

    /** Whether a field has a word in its list. */
    private boolean has(String field, String word) {
        for (String part : fields.getOrDefault(field, "").split(",", -1)) {
            if (part.strip().equalsIgnoreCase(word)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Whether who asks may connect: no browser, a page of an origin that the option names, or this module's own page. That one is known by
     * an address that is a number or localhost: a name could be of a site that has its name lead here.
     */
    private boolean allowed(List<String> origins) {
        String origin = fields.get("origin");
        if (origin == null || origins.contains("*") || origins.contains(origin)) {
            return true;
        }
        String host = fields.getOrDefault("host", "");
        return origin.equals("http://" + host) && host.matches("(localhost|[0-9.]+|\\[[0-9a-fA-F:.]+])(:[0-9]+)?");
    }

    /** What proves that the key was read. */
    static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private static Answer page() {
        return new Answer(Page.RESPONSE, false);
    }

    private static Answer refusal(String status, String field, String text) {
        return new Answer(response(status, field + "Content-Type: text/plain\r\n", text.getBytes(StandardCharsets.UTF_8)), false);
    }

    static byte[] response(String status, String fields, byte[] body) {
        byte[] head = ("HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + body.length + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }
}
