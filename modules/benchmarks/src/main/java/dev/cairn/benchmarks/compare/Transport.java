package dev.cairn.benchmarks.compare;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How redis-benchmark connects to a server. */
enum Transport {
    /** By the loopback interface. */
    TCP,
    /** By a Unix socket. */
    UNIX,
    /** By TLS 1.3 on the loopback interface, with the same certificate and cipher for both servers. */
    TLS;

    private static final String CERTIFICATE = "tls.crt";
    private static final String KEY = "tls.key";

    /** The arguments of redis-benchmark that lead to a server. */
    List<String> arguments(Server server) {
        return switch (this) {
            case TCP -> List.of("-h", "127.0.0.1", "-p", Integer.toString(server.port()));
            case UNIX -> List.of("-s", server.socket().toString());
            case TLS -> List.of("-h", "127.0.0.1", "-p", Integer.toString(server.tlsPort()), "--tls", "--cacert",
                    server.socket().resolveSibling(CERTIFICATE).toString(), "--tls-ciphersuites", "TLS_AES_128_GCM_SHA256");
        };
    }

    /** Makes the certificate that servers started in this directory show from then on. */
    static void makeCertificate(Path directory) throws CompareException, IOException, InterruptedException {
        List<String> line = List.of("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", directory.resolve(KEY).toString(), "-out",
                directory.resolve(CERTIFICATE).toString());
        Process process = Children.add(new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(new File("/dev/null")).start());
        if (process.waitFor() != 0) {
            throw new CompareException("openssl makes no certificate");
        }
    }

    /** The options with which a server also listens on TLS; none without a certificate. */
    static List<String> tlsOptions(Path directory, int port) {
        if (!Files.exists(directory.resolve(CERTIFICATE))) {
            return List.of();
        }
        return List.of("--tls-port", Integer.toString(port), "--tls-cert-file", directory.resolve(CERTIFICATE).toString(),
                "--tls-key-file", directory.resolve(KEY).toString(), "--tls-auth-clients", "no", "--tls-ciphersuites",
                "TLS_AES_128_GCM_SHA256");
    }
}
