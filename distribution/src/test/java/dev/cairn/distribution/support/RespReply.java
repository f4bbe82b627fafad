package dev.cairn.distribution.support;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One reply of the Redis protocol as a tree that keeps the type it had on the wire.
 *
 * <p>Bytes are held as ISO 8859-1 text, so that equality is equality of bytes and a reply prints readably.
 *
 * @param kind     the type on the wire
 * @param text     the content of a scalar, empty for nulls and aggregates
 * @param elements the elements of an aggregate (a map's keys and values alternate), empty for scalars
 */
public record RespReply(Kind kind, String text, List<RespReply> elements) {

    /** The types of RESP2 and RESP3; the three nulls differ on the wire and are kept apart. */
    public enum Kind {
        SIMPLE_STRING,
        ERROR,
        INTEGER,
        BULK,
        NULL_BULK,
        ARRAY,
        NULL_ARRAY,
        NULL,
        DOUBLE,
        BOOLEAN,
        BIG_NUMBER,
        BULK_ERROR,
        VERBATIM,
        MAP,
        SET,
        PUSH,
        /** An attribute map (first element) in front of the reply that it annotates (second element). */
        ATTRIBUTED,
        /** Not a reply: the connection was closed, or nothing came before the deadline; the text says which. */
        NONE
    }

    /** A scalar of that type. */
    public static RespReply scalar(Kind kind, String text) {
        return new RespReply(kind, text, List.of());
    }

    /** An aggregate of that type. */
    public static RespReply aggregate(Kind kind, List<RespReply> elements) {
        return new RespReply(kind, "", List.copyOf(elements));
    }

    /** Whether this is an error, simple or bulk. */
    public boolean isError() {
        return kind == Kind.ERROR || kind == Kind.BULK_ERROR;
    }

    /** Whether this is any of the three nulls. */
    public boolean isNull() {
        return kind == Kind.NULL_BULK || kind == Kind.NULL_ARRAY || kind == Kind.NULL;
    }

    /** The integer value; {@link NumberFormatException} when the text is no number. */
    public long number() {
        return Long.parseLong(text);
    }

    /** The content read as UTF-8. */
    public String utf8() {
        return new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The value of a key in a map, or in a flat array of keys and values; a reply of kind NONE when it is absent. */
    public RespReply field(String name) {
        for (int i = 0; i + 1 < elements.size(); i += 2) {
            if (elements.get(i).text().equals(name)) {
                return elements.get(i + 1);
            }
        }
        return scalar(Kind.NONE, "no field " + name);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        print(out);
        return out.toString();
    }

    private void print(StringBuilder out) {
        out.append(kind.name().toLowerCase(java.util.Locale.ROOT));
        if (elements.isEmpty()) {
            if (!isNull()) {
                out.append('"').append(Escape.text(text, 400)).append('"');
            }
            return;
        }
        out.append('[');
        for (int i = 0; i < elements.size() && i < 60; i++) {
            if (i > 0) {
                out.append(", ");
            }
            elements.get(i).print(out);
        }
        out.append(elements.size() > 60 ? ", … " + elements.size() + " in all]" : "]");
    }
}
