package dev.cairn.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/**
 * Certificates for a test of TLS, made for it by the JDK's {@code keytool}: an authority, a server at {@code localhost} and
 * {@code 127.0.0.1}, and a client. As PEM files for servers and tools, and as contexts for clients in Java. Any thread.
 */
public final class TestCertificates {
    private static final String PASSWORD = "password";

    private final Path folder;
    private final KeyStore store;

    private TestCertificates(Path folder, KeyStore store) {
        this.folder = folder;
        this.store = store;
    }

    /**
     * Makes certificates.
     *
     * @param folder where to put the files
     * @param algorithm the kind of key: {@code RSA}, {@code EC} or {@code Ed25519}
     */
    public static TestCertificates make(Path folder, String algorithm) throws IOException, GeneralSecurityException {
        Files.createDirectories(folder);
        Path file = folder.resolve("certificates.p12");
        Files.deleteIfExists(file);
        keytool(file, algorithm, "ca", "CN=Test authority", "-ext", "bc:c");
        keytool(file, algorithm, "server", "CN=server", "-signer", "ca", "-ext", "san=dns:localhost,ip:127.0.0.1");
        keytool(file, algorithm, "client", "CN=client, O=Acme Inc.", "-signer", "ca");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        TestCertificates made = new TestCertificates(folder, store);
        for (String name : List.of("ca", "server", "client")) {
            made.write(name);
        }
        return made;
    }

    private static void keytool(Path store, String algorithm, String alias, String subject, String... more) throws IOException {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                "-alias", alias, "-dname", subject, "-keyalg", algorithm, "-validity", "3", "-storetype", "PKCS12", "-keystore",
                store.toString(), "-storepass", PASSWORD));
        line.addAll(List.of(more));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        try (InputStream in = process.getInputStream()) {
            String output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("keytool fails: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private void write(String name) throws IOException, GeneralSecurityException {
        Certificate certificate = Objects.requireNonNull(store.getCertificate(name));
        Key key = Objects.requireNonNull(store.getKey(name, PASSWORD.toCharArray()));
        Files.writeString(certificate(name), pem("CERTIFICATE", certificate.getEncoded()));
        Files.writeString(key(name), pem("PRIVATE KEY", key.getEncoded()));
    }

    private static String pem(String type, byte[] bytes) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(bytes) + "\n-----END " + type
                + "-----\n";
    }

    /** The PEM file of a certificate: of {@code ca}, {@code server} or {@code client}. */
    public Path certificate(String name) {
        return folder.resolve(name + ".crt");
    }

    /** The PEM file of a private key, in PKCS#8. */
    public Path key(String name) {
        return folder.resolve(name + ".key");
    }

    /** Lines of configuration for a server with these certificates, but for the port. */
    public List<String> configuration() {
        return List.of("tls-cert-file " + certificate("server"), "tls-key-file " + key("server"),
                "tls-ca-cert-file " + certificate("ca"));
    }

    /** What a client in Java trusts; with the client's certificate or without one. */
    public SSLContext client(boolean withCertificate) throws GeneralSecurityException, IOException {
        return context(withCertificate ? store : null);
    }

    /** What a client in Java trusts, with the client's certificate of others, which a server with these does not trust. */
    public SSLContext client(TestCertificates certificateOf) throws GeneralSecurityException, IOException {
        return context(certificateOf.store);
    }

    private SSLContext context(@Nullable KeyStore certificateOf) throws GeneralSecurityException, IOException {
        KeyStore trusted = empty();
        trusted.setCertificateEntry("ca", store.getCertificate("ca"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManager[] keys = {};
        if (certificateOf != null) {
            KeyStore own = empty();
            own.setKeyEntry("client", certificateOf.getKey("client", PASSWORD.toCharArray()), PASSWORD.toCharArray(),
                    certificateOf.getCertificateChain("client"));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(own, PASSWORD.toCharArray());
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
