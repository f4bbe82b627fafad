package dev.cairn.transport.tls;

import java.io.IOException;
import java.util.Optional;

/** What the server shows and asks for in handshakes: certificates, keys, versions and suites, as they were when it was made. Main thread. */
interface TlsContext {
    /**
     * A new engine for the server's side of a connection.
     *
     * @param descriptor the open, non-blocking socket, which stays the caller's
     */
    TlsEngine engine(int descriptor) throws IOException;

    /** What does the cryptography, for the log. */
    String implementation();

    /** Gives it up; the engines that it has made live on. Called once, and last. */
    void close();

    /**
     * Makes a context.
     *
     * @throws IOException with a message for the operator when the files or the rest of the settings are not right
     */
    static TlsContext of(TlsSettings settings) throws IOException {
        boolean jsse = settings.engine().equals("jsse");
        Optional<String> problem = jsse ? Optional.empty() : LibSsl.problem();
        if (settings.engine().equals("openssl") && problem.isPresent()) {
            throw new IOException("tls-engine openssl: " + problem.get() + "; install OpenSSL 3, or set tls-engine to auto or jsse");
        }
        Credentials credentials = Credentials.read(settings);
        return jsse || problem.isPresent()
                ? new JsseContext(settings, credentials, problem.map(p -> "the JDK, as " + p).orElse("the JDK"))
                : new OpenSslContext(settings, credentials);
    }
}
