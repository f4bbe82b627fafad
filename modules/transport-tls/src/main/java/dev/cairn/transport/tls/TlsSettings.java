package dev.cairn.transport.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the options say about TLS. Immutable.
 *
 * @param engine what is to do the cryptography: {@code auto}, {@code openssl} or {@code jsse}
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
record TlsSettings(String engine, @Nullable Path certificate, @Nullable Path key, String keyPassword, @Nullable Path authorities,
        @Nullable Path authoritiesFolder, String authenticate, String protocols, String ciphers, String suites, boolean ownOrder,
        boolean caching, int cacheSize, int cacheSeconds) {
    private static final List<String> VERSIONS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");
    private static final List<String> DEFAULT_VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    /**
     * The versions to accept.
     *
     * @param supported those that there are
     * @throws IOException with a message for the operator when the option names another
     */
    List<String> versions(List<String> supported) throws IOException {
        if (protocols.isBlank()) {
            return DEFAULT_VERSIONS;
        }
        List<String> versions = new ArrayList<>();
        for (String word : protocols.strip().split(" +")) {
            String version = VERSIONS.stream().filter(v -> v.equalsIgnoreCase(word)).findFirst().orElse("");
            if (version.isEmpty() || !supported.contains(version)) {
                throw new IOException("Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.");
            }
            versions.add(version);
        }
        return versions;
    }
}
