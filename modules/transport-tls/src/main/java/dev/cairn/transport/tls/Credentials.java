package dev.cairn.transport.tls;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What the files hold that the settings name. Immutable.
 *
 * @param chain the server's certificate and those between it and the root
 * @param key the private key of the first of them
 * @param trusted the certificates that clients' are signed by; empty only if clients are not asked for one
 */
record Credentials(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> trusted) {
    /**
     * Reads the files.
     *
     * @throws IOException with a message for the operator
     */
    static Credentials read(TlsSettings settings) throws IOException {
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
        return new Credentials(List.copyOf(chain), key, List.copyOf(trusted(settings)));
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

    private static List<X509Certificate> trusted(TlsSettings settings) throws IOException {
        Path file = settings.authorities();
        Path folder = settings.authoritiesFolder();
        if (file == null && folder == null && !settings.authenticate().equals("no")) {
            throw new IOException("Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-auth-clients is enabled!");
        }
        List<X509Certificate> trusted = new ArrayList<>();
        if (file != null) {
            trusted.addAll(read("CA certificate(s) file", () -> Pem.certificates(file)));
        }
        if (folder != null) {
            trusted.addAll(read("CA certificate(s) directory", () -> folder(folder)));
        }
        return trusted;
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
}
