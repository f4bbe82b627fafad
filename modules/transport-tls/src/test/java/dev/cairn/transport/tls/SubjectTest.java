package dev.cairn.transport.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import javax.security.auth.x500.X500Principal;

import org.junit.jupiter.api.Test;

class SubjectTest {
    @Test
    void isOneWordWithoutEqualSigns() {
        assertEquals("CN:client,O:Acme%20Inc.", Subject.text(new X500Principal("CN=client, O=Acme Inc.")));
        assertEquals("CN:a\\%3db\\,%20c,O:x", Subject.text(new X500Principal("CN=\"a=b, c\", O=x")));
        assertEquals("CN:%c3%a9%25", Subject.text(new X500Principal("CN=\u00e9%")));
    }
}
