package dev.cairn.transport.tls;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/** What the server shows and asks for in handshakes: certificates, keys, versions and suites, as they were when it was made. Any thread. */
final class TlsContext {
    private static final List<String> VERSIONS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");
    private static final List<String> DEFAULT_VERSIONS = List.of("TLSv1.3", "TLSv1.2");
    private static final char[] NO_PASSWORD = {};

    private final KeyManager[] keys;
    private final TrustManager[] trust;
    private final SSLParameters parameters;
    /** Shared by all connections, because it holds the sessions; null when every connection gets its own, so that none can be resumed. */
    private final @Nullable SSLContext shared;

    /**
     * Reads the files that the settings name.
     *
     * @throws IOException with a message for the operator
     */
    TlsContext(TlsSettings settings) throws IOException {
        try {
            keys = keys(settings);
            trust = trust(settings);
            SSLContext context = context();
            parameters = parameters(context, settings);
            shared = settings.caching() ? context : null;
            if (settings.caching()) {
                context.getServerSessionContext().setSessionCacheSize(settings.cacheSize());
                context.getServerSessionContext().setSessionTimeout(settings.cacheSeconds());
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("Failed to configure TLS: " + e.getMessage(), e);
        }
    }

    /** A new engine for the server's side of a connection. */
    SSLEngine engine() throws IOException {
        try {
            SSLEngine engine = (shared == null ? context() : shared).createSSLEngine();
            engine.setUseClientMode(false);
            engine.setSSLParameters(parameters);
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS engine: " + e.getMessage(), e);
        }
    }

    private SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust, null);
        return context;
    }

    private static KeyManager[] keys(TlsSettings settings) throws GeneralSecurityException, IOException {
        Path certificateFile = settings.certificate();
        Path keyFile = settings.key();
        if (certificateFile == null) {
            throw new IOException("No tls-cert-file configured!");
        }
        if (keyFile == null) {
            throw new IOException("No tls-key-file configured!");
        }
        List<X509Certificate> chain = read("certificate", () -> Pem.certificates(certificateFile));
        PrivateKey key = read("private key", () -> Pem.key(keyFile, settings.keyPassword()));
        checkPair(key, chain.getFirst(), keyFile, certificateFile);
        KeyStore store = emptyStore();
        store.setKeyEntry("server", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    /** Reads a file. */
    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T read(String what, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (IOException e) {
            throw new IOException("Failed to load " + what + ": " + e.getMessage(), e);
        }
    }

    /** Refuses a key that is not the certificate's: clients would only see failing handshakes. */
    private static void checkPair(PrivateKey key, X509Certificate certificate, Path keyFile, Path certificateFile) throws IOException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default -> "";
        };
        if (algorithm.isEmpty()) {
            return;
        }
        try {
            byte[] data = new byte[32];
            new SecureRandom().nextBytes(data);
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(data);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(data);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("Failed to load private key: " + keyFile + " is not the key of " + certificateFile, e);
        }
        throw new IOException("Failed to load private key: " + keyFile + " is not the key of " + certificateFile);
    }

    private static TrustManager[] trust(TlsSettings settings) throws GeneralSecurityException, IOException {
        Path file = settings.authorities();
        Path folder = settings.authoritiesFolder();
        if (file == null && folder == null) {
            if (settings.authenticate().equals("no")) {
                return new TrustManager[0];
            }
            throw new IOException("Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-auth-clients is enabled!");
        }
        List<X509Certificate> trusted = new ArrayList<>();
        if (file != null) {
            trusted.addAll(read("CA certificate(s) file", () -> Pem.certificates(file)));
        }
        if (folder != null) {
            trusted.addAll(read("CA certificate(s) directory", () -> folder(folder)));
        }
        KeyStore store = emptyStore();
        for (int i = 0; i < trusted.size(); i++) {
            store.setCertificateEntry("ca" + i, trusted.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** The certificates of the files of a folder, the links that {@code c_rehash} makes included; other files are skipped. */
    private static List<X509Certificate> folder(Path folder) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, Files::isRegularFile)) {
            for (Path file : files) {
                try {
                    for (X509Certificate certificate : Pem.certificates(file)) {
                        if (!found.contains(certificate)) {
                            found.add(certificate);
                        }
                    }
                } catch (IOException e) {
                    continue; // such as a private key beside the certificates
                }
            }
        }
        if (found.isEmpty()) {
            throw new IOException(folder + ": no certificate in it");
        }
        return found;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static SSLParameters parameters(SSLContext context, TlsSettings settings) throws IOException {
        SSLParameters parameters = context.getDefaultSSLParameters();
        List<String> versions = versions(settings.protocols(), List.of(context.getSupportedSSLParameters().getProtocols()));
        parameters.setProtocols(versions.toArray(String[]::new));
        parameters.setCipherSuites(suites(settings, List.of(parameters.getCipherSuites())).toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(settings.ownOrder());
        switch (settings.authenticate()) {
            case "yes" -> parameters.setNeedClientAuth(true);
            case "optional" -> parameters.setWantClientAuth(true);
            default -> parameters.setNeedClientAuth(false);
        }
        return parameters;
    }

    private static List<String> versions(String asked, List<String> supported) throws IOException {
        if (asked.isBlank()) {
            return DEFAULT_VERSIONS;
        }
        List<String> versions = new ArrayList<>();
        for (String word : asked.strip().split(" +")) {
            String version = VERSIONS.stream().filter(v -> v.equalsIgnoreCase(word)).findFirst().orElse("");
            if (version.isEmpty() || !supported.contains(version)) {
                throw new IOException("Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.");
            }
            versions.add(version);
        }
        return versions;
    }

    private static List<String> suites(TlsSettings settings, List<String> available) throws IOException {
        List<String> suites = new ArrayList<>();
        List<String> newer = available.stream().filter(s -> !s.contains("_WITH_")).toList();
        if (settings.suites().isBlank()) {
            suites.addAll(newer);
        } else {
            List<String> named = Arrays.stream(settings.suites().strip().split("[:, ]+")).filter(newer::contains).toList();
            if (named.isEmpty()) {
                throw new IOException(
                        "Failed to configure ciphersuites: none of '" + settings.suites() + "' is available; there are " + newer);
            }
            suites.addAll(named);
        }
        List<String> older = Ciphers.select(settings.ciphers().isBlank() ? "DEFAULT" : settings.ciphers(), available);
        if (older.isEmpty()) {
            throw new IOException("Failed to configure ciphers: none of '" + settings.ciphers() + "' is available");
        }
        suites.addAll(older);
        return suites;
    }
}
