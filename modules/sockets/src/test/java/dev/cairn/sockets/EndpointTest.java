package dev.cairn.sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EndpointTest {
    @Test
    void writesIpv6AddressesInTheirShortForm() {
        assertEquals("[2001:db8::5]:1", new Endpoint(true, 0x20010db8_00000000L, 5, 0, 1).toString());
        assertEquals("[::]:0", new Endpoint(true, 0, 0, 0, 0).toString());
        assertEquals("192.0.2.255:65535", new Endpoint(false, 0, 0xc00002ffL, 0, 65535).toString());
    }

    @Test
    void knowsLoopbackAddresses() {
        assertFalse(new Endpoint(false, 0, 0xc00002ffL, 0, 1).loopback());
        assertFalse(new Endpoint(true, 0, 2, 0, 1).loopback());
        assertTrue(new Endpoint(false, 0, 0x7f010203L, 0, 1).loopback());
        assertTrue(new Endpoint(true, 0, 1, 0, 1).loopback());
    }
}
