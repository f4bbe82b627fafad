package dev.cairn.transport.tls;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;

/** The contract over TLS 1.3 of OpenSSL; skipped where there is none. */
class OpenSslContractTest extends TlsContractTest {
    @BeforeAll
    static void needsOpenSsl() {
        assumeTrue(LibSsl.problem().isEmpty(), () -> LibSsl.problem().toString());
    }

    @Override
    String engine() {
        return "openssl";
    }
}
