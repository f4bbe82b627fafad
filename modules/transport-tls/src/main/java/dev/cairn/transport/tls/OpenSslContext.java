package dev.cairn.transport.tls;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

/** OpenSSL's TLS. Main thread. */
final class OpenSslContext implements TlsContext {
    private static final List<String> SUITES = List.of("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256",
            "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256");

    private static final int CTRL_MODE = 33;
    private static final int CTRL_SET_READ_AHEAD = 41;
    private static final int CTRL_SET_SESS_CACHE_SIZE = 42;
    private static final int CTRL_SET_SESS_CACHE_MODE = 44;
    private static final int CTRL_CHAIN_CERT = 89;
    private static final int CTRL_SET_DH_AUTO = 118;

    private static final int SESS_CACHE_OFF = 0;
    private static final int SESS_CACHE_SERVER = 2;

    private static final int VERIFY_NONE = 0;
    private static final int VERIFY_PEER = 1;
    private static final int VERIFY_FAIL_IF_NO_PEER_CERT = 2;

    /** The same bytes are offered again when a record could not be sent whole, from wherever they are by then. */
    private static final int MODE_ENABLE_PARTIAL_WRITE = 1;
    private static final int MODE_ACCEPT_MOVING_WRITE_BUFFER = 2;
    /** A connection has buffers only while there is something in them. */
    private static final int MODE_RELEASE_BUFFERS = 16;

    /** A peer that closes its socket without a good-bye has come to its end, as without TLS. */
    private static final long OP_IGNORE_UNEXPECTED_EOF = 1L << 7;
    private static final long OP_NO_TICKET = 1L << 14;
    private static final long OP_NO_COMPRESSION = 1L << 17;
    private static final long OP_CIPHER_SERVER_PREFERENCE = 1L << 22;
    private static final long OP_NO_RENEGOTIATION = 1L << 30;

    private final long context;

    /** @throws IOException with a message for the operator */
    OpenSslContext(TlsSettings settings, Credentials credentials) throws IOException {
        OpenSsl.clearErrors();
        context = OpenSsl.made(OpenSsl.call(LibSsl.SSL_CTX_NEW, OpenSsl.call(LibSsl.TLS_SERVER_METHOD, 0)));
        boolean complete = false;
        try {
            show(credentials);
            ask(settings, credentials.trusted());
            choose(settings);
            remember(settings);
            control(CTRL_MODE, MODE_ENABLE_PARTIAL_WRITE | MODE_ACCEPT_MOVING_WRITE_BUFFER | MODE_RELEASE_BUFFERS);
            control(CTRL_SET_READ_AHEAD, 1);
            options(OP_IGNORE_UNEXPECTED_EOF | OP_NO_COMPRESSION | OP_NO_RENEGOTIATION);
            complete = true;
        } finally {
            OpenSsl.clearErrors();
            if (!complete) {
                close();
            }
        }
    }

    @Override
    public TlsEngine engine(int descriptor) throws IOException {
        return new OpenSslEngine(OpenSsl.connection(context, descriptor));
    }

    @Override
    public String implementation() {
        return OpenSsl.version();
    }

    /** Lets go of the context, which its connections hold until they are freed. */
    @Override
    public void close() {
        OpenSsl.call(LibSsl.SSL_CTX_FREE, context);
        OpenSsl.freed();
    }

    private long control(int command, long value) {
        return OpenSsl.call(LibSsl.SSL_CTX_CTRL, context, command, value, 0);
    }

    private void options(long options) {
        OpenSsl.call(LibSsl.SSL_CTX_SET_OPTIONS, context, options);
    }

    /** The certificates and the key that peers are shown. */
    private void show(Credentials credentials) throws IOException {
        boolean first = true;
        for (X509Certificate certificate : credentials.chain()) {
            long x509 = parse(certificate);
            try {
                long done = first
                        ? OpenSsl.call(LibSsl.SSL_CTX_USE_CERTIFICATE, context, x509)
                        : OpenSsl.call(LibSsl.SSL_CTX_CTRL, context, CTRL_CHAIN_CERT, 1, x509);
                check(done, "Failed to load certificate");
            } finally {
                OpenSsl.call(LibSsl.X509_FREE, x509);
            }
            first = false;
        }
        long key = parse(credentials.key());
        try {
            check(OpenSsl.call(LibSsl.SSL_CTX_USE_PRIVATEKEY, context, key), "Failed to load private key");
        } finally {
            OpenSsl.call(LibSsl.EVP_PKEY_FREE, key);
        }
    }

    /** The certificates that peers have to show. */
    private void ask(TlsSettings settings, List<X509Certificate> trusted) throws IOException {
        long store = OpenSsl.call(LibSsl.SSL_CTX_GET_CERT_STORE, context);
        for (X509Certificate certificate : trusted) {
            long x509 = parse(certificate);
            try {
                check(OpenSsl.call(LibSsl.X509_STORE_ADD_CERT, store, x509), "Failed to configure CA certificate(s) file/directory");
            } finally {
                OpenSsl.call(LibSsl.X509_FREE, x509);
            }
        }
        OpenSsl.call(LibSsl.SSL_CTX_SET_VERIFY, context, switch (settings.authenticate()) {
            case "yes" -> VERIFY_PEER | VERIFY_FAIL_IF_NO_PEER_CERT;
            case "optional" -> VERIFY_PEER;
            default -> VERIFY_NONE;
        }, 0);
    }

    /** Versions and suites. */
    private void choose(TlsSettings settings) throws IOException {
        List<String> versions = settings.versions(List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"));
        options((versions.contains("TLSv1") ? 0 : 1L << 26) | (versions.contains("TLSv1.1") ? 0 : 1L << 28)
                | (versions.contains("TLSv1.2") ? 0 : 1L << 27) | (versions.contains("TLSv1.3") ? 0 : 1L << 29));
        if (settings.ownOrder()) {
            options(OP_CIPHER_SERVER_PREFERENCE);
        }
        control(CTRL_SET_DH_AUTO, 1);
        try (Arena arena = Arena.ofConfined()) {
            if (!settings.suites().isBlank()) {
                List<String> named = Arrays.stream(settings.suites().strip().split("[:, ]+")).filter(SUITES::contains).toList();
                if (named.isEmpty()) {
                    throw new IOException("Failed to configure ciphersuites: none of '" + settings.suites() + "' is available; there are "
                            + SUITES);
                }
                check(OpenSsl.call(LibSsl.SSL_CTX_SET_CIPHERSUITES, context, arena.allocateFrom(String.join(":", named)).address()),
                        "Failed to configure ciphersuites: " + settings.suites());
            }
            if (!settings.ciphers().isBlank()) {
                check(OpenSsl.call(LibSsl.SSL_CTX_SET_CIPHER_LIST, context, arena.allocateFrom(settings.ciphers().strip()).address()),
                        "Failed to configure ciphers: " + settings.ciphers());
            }
        }
    }

    /** Sessions that can be resumed. */
    private void remember(TlsSettings settings) throws IOException {
        if (!settings.caching()) {
            control(CTRL_SET_SESS_CACHE_MODE, SESS_CACHE_OFF);
            options(OP_NO_TICKET);
            OpenSsl.call(LibSsl.SSL_CTX_SET_NUM_TICKETS, context, 0);
            return;
        }
        control(CTRL_SET_SESS_CACHE_MODE, SESS_CACHE_SERVER);
        control(CTRL_SET_SESS_CACHE_SIZE, settings.cacheSize());
        OpenSsl.call(LibSsl.SSL_CTX_SET_TIMEOUT, context, settings.cacheSeconds());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom("cairn", StandardCharsets.US_ASCII);
            check(OpenSsl.call(LibSsl.SSL_CTX_SET_SESSION_ID_CONTEXT, context, name.address(), name.byteSize() - 1),
                    "Failed to configure sessions");
        }
    }

    private static long parse(X509Certificate certificate) throws IOException {
        try {
            return parse(LibSsl.D2I_X509, certificate.getEncoded(), "certificate");
        } catch (CertificateEncodingException e) {
            throw new IOException("Failed to load certificate: " + e.getMessage(), e);
        }
    }

    private static long parse(PrivateKey key) throws IOException {
        byte[] encoded = key.getEncoded();
        try {
            return parse(LibSsl.D2I_AUTOPRIVATEKEY, encoded, "private key");
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    /** Makes an object of OpenSSL's of its encoding. */
    private static long parse(MethodHandle parser, byte[] encoded, String what) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, encoded);
            MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_LONG, bytes.address());
            long parsed = OpenSsl.call(parser, 0, from.address(), encoded.length);
            bytes.fill((byte) 0);
            check(parsed == 0 ? 0 : 1, "Failed to load " + what);
            return parsed;
        }
    }

    private static void check(long result, String what) throws IOException {
        if ((int) result <= 0) {
            IOException reason = OpenSsl.failure();
            throw new IOException(what + ": " + reason.getMessage(), reason);
        }
    }
}
