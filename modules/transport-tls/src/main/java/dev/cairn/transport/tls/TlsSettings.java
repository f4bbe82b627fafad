package dev.cairn.transport.tls;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * What the options say about TLS. Immutable.
 *
 * @param certificate the file of the server's certificate and those between it and the root, null for none
 * @param key the file of its private key, null for none
 * @param keyPassword the password of the key, empty for none
 * @param authorities the file of trusted certificates, null for none
 * @param authoritiesFolder the folder of files with trusted certificates, null for none
 * @param authenticate whether clients must show a certificate: {@code yes}, {@code no} or {@code optional}
 * @param protocols the versions between spaces, empty for the default
 * @param ciphers OpenSSL's list of suites for TLS 1.2, empty for the default
 * @param suites the suites for TLS 1.3 between colons, empty for the default
 * @param ownOrder whether the server's order of suites counts, not the client's
 * @param caching whether clients may resume sessions
 * @param cacheSize how many sessions are remembered, 0 for no bound
 * @param cacheSeconds for how long
 */
record TlsSettings(@Nullable Path certificate, @Nullable Path key, String keyPassword, @Nullable Path authorities,
        @Nullable Path authoritiesFolder, String authenticate, String protocols, String ciphers, String suites, boolean ownOrder,
        boolean caching, int cacheSize, int cacheSeconds) {
}
