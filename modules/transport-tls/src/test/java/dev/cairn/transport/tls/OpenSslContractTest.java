package dev.cairn.transport.tls;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;

/** The contract over TLS 1.3 of OpenSSL; skipped where there is none. */
class OpenSslContractTest extends TlsContractTest {
    @BeforeAll
    static void needsOpenSsl() {
        assumeTrue(OpenSsl.Library.present(), OpenSsl.Library.MISSING);
    }

    @Override
    String engine() {
        return "openssl";
    }
}
