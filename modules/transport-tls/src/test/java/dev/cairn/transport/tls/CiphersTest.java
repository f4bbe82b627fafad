package dev.cairn.transport.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Test;

class CiphersTest {
    private static final String GCM_256 = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    private static final String GCM_128 = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    private static final String CHACHA = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
    private static final String CBC_SHA256 = "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256";
    private static final String CBC_SHA = "TLS_RSA_WITH_AES_256_CBC_SHA";
    private static final List<String> ALL = List.of("TLS_AES_128_GCM_SHA256", GCM_256, GCM_128, CHACHA, CBC_SHA256, CBC_SHA);

    private static List<String> select(String list) {
        return Ciphers.select(list, ALL);
    }

    @Test
    void knowsTheNamesOfOpenSsl() {
        assertEquals(List.of(GCM_256), select("ECDHE-RSA-AES256-GCM-SHA384"));
        assertEquals(List.of(GCM_128), select("ECDHE-ECDSA-AES128-GCM-SHA256"));
        assertEquals(List.of(CHACHA), select("ECDHE-RSA-CHACHA20-POLY1305"));
        assertEquals(List.of(CBC_SHA256), select("DHE-RSA-AES128-SHA256"));
        assertEquals(List.of(CBC_SHA), select("AES256-SHA"));
        assertEquals(List.of(CBC_SHA), select("TLS_RSA_WITH_AES_256_CBC_SHA"));
    }

    @Test
    void keepsTheOrderOfTheListAndSkipsWhatThereIsNot() {
        assertEquals(List.of(CHACHA, GCM_256), select("ECDHE-RSA-CHACHA20-POLY1305:CAMELLIA128-SHA,ECDHE-RSA-AES256-GCM-SHA384"));
        assertEquals(List.of(), select("nonsense"));
        assertEquals(List.of(), select(""));
    }

    @Test
    void takesAwayForNowAndForGoodAndMovesToTheEnd() {
        assertEquals(List.of(GCM_256, GCM_128, CHACHA, CBC_SHA256), select("DEFAULT:-kRSA"));
        assertEquals(List.of(GCM_256, GCM_128, CHACHA, CBC_SHA256, CBC_SHA), select("DEFAULT:-kRSA:ALL"));
        assertEquals(List.of(GCM_256, GCM_128, CHACHA, CBC_SHA256), select("DEFAULT:!kRSA:ALL"));
        assertEquals(List.of(GCM_128, CHACHA, CBC_SHA256, CBC_SHA, GCM_256), select("DEFAULT:+ECDHE-RSA-AES256-GCM-SHA384"));
        assertEquals(List.of(GCM_256, GCM_128), select("ECDHE+AESGCM:!aNULL:!MD5@STRENGTH"));
        assertEquals(List.of(CBC_SHA256), select("SHA256"));
    }
}
