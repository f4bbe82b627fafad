package dev.cairn.transport.tls;

import java.nio.charset.StandardCharsets;

import javax.security.auth.x500.X500Principal;

/** A certificate's subject as one word: {@code CN:client,O:Acme%20Inc.}, so that it can stand in a line of fields. Any thread. */
final class Subject {
    private Subject() {
    }

    /** Writes a subject: a colon between attribute and value, and what would break fields as {@code %} and two hexadecimal digits. */
    static String text(X500Principal subject) {
        String name = subject.getName(X500Principal.RFC2253);
        StringBuilder text = new StringBuilder(name.length());
        boolean attribute = true;
        boolean escaped = false;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (attribute && c == '=') {
                text.append(':');
                attribute = false;
            } else if (c <= ' ' || c >= 0x7f || c == '=' || c == '%') {
                text.append(String.format(java.util.Locale.ROOT, "%%%02x", (int) c));
            } else {
                text.append(c);
            }
            if (!escaped && (c == ',' || c == '+')) {
                attribute = true;
            }
            escaped = !escaped && c == '\\';
        }
        return text.toString();
    }
}
