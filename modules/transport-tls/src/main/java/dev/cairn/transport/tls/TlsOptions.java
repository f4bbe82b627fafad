package dev.cairn.transport.tls;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import dev.cairn.api.Registrar;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import org.jspecify.annotations.Nullable;

/** The options of TLS. Main thread. */
final class TlsOptions {
    private static final String OUTGOING = "outgoing connections by TLS";
    private static final long INT_MAX = Integer.MAX_VALUE;

    private final Option<Long> port;
    private final Option<String> engine;
    private final Option<String> certificate;
    private final Option<String> key;
    private final Option<String> keyPassword;
    private final Option<String> authorities;
    private final Option<String> authoritiesFolder;
    private final Option<String> authenticate;
    private final Option<String> protocols;
    private final Option<String> ciphers;
    private final Option<String> suites;
    private final Option<Boolean> ownOrder;
    private final Option<Boolean> caching;
    private final Option<Long> cacheSize;
    private final Option<Long> cacheSeconds;
    private final Option<Long> acceptsPerTurn;
    private final Option<Long> handshakeSeconds;
    private final Option<Long> mostHandshakes;

    /** What follows a change. */
    interface Changed {
        void run() throws OptionError;
    }

    /** What follows a change of the port. */
    interface PortChanged {
        void run(int port) throws OptionError;
    }

    TlsOptions(Registrar registrar, PortChanged portChanged, Changed changed) {
        port = registrar.option(OptionSpec.integer("tls-port", 0, 0, 65535)
                .doc("The port to accept TLS connections on; 0 for none.")
                .onChange(to -> portChanged.run(Math.toIntExact(to))));
        engine = registrar.option(OptionSpec.choice("tls-engine", "auto", "auto", "openssl", "jsse")
                .onChange(value -> changed.run())
                .doc("Whose TLS it is: the system's OpenSSL 3, the JDK's, or OpenSSL's where there is one."));
        certificate = registrar.option(file("tls-cert-file", changed)
                .doc("The PEM file of the server's certificate, followed by those between it and the root."));
        key = registrar.option(file("tls-key-file", changed).doc("The PEM file of the server's private key."));
        keyPassword = registrar.option(file("tls-key-file-pass", changed).sensitive().doc("The password of that key, if it is encrypted."));
        authorities =
                registrar.option(file("tls-ca-cert-file", changed).doc("The PEM file of the certificates that clients' are signed by."));
        authoritiesFolder = registrar.option(file("tls-ca-cert-dir", changed).doc("A folder of such files."));
        authenticate = registrar.option(OptionSpec.choice("tls-auth-clients", "yes", "no", "yes", "optional")
                .onChange(value -> changed.run())
                .doc("Whether clients must show a certificate; optional checks one that is shown."));
        protocols = registrar.option(file("tls-protocols", changed).doc("The versions to accept, of TLSv1.2 and TLSv1.3; empty is both."));
        ciphers = registrar.option(file("tls-ciphers", changed)
                .doc("The ciphers for TLS 1.2 in OpenSSL's notation; empty is the engine's choice."));
        suites = registrar.option(file("tls-ciphersuites", changed)
                .doc("The cipher suites for TLS 1.3, between colons; empty is the engine's choice."));
        ownOrder = registrar.option(OptionSpec.flag("tls-prefer-server-ciphers", false)
                .onChange(value -> changed.run())
                .doc("Choose a cipher by the server's order and not the client's."));
        caching = registrar.option(OptionSpec.flag("tls-session-caching", true)
                .onChange(value -> changed.run())
                .doc("Let clients resume sessions."));
        cacheSize = registrar.option(OptionSpec.integer("tls-session-cache-size", 20 << 10, 0, INT_MAX)
                .onChange(value -> changed.run())
                .doc("How many sessions are remembered; 0 for no bound."));
        cacheSeconds = registrar.option(OptionSpec.integer("tls-session-cache-timeout", 300, 0, INT_MAX)
                .onChange(value -> changed.run())
                .doc("For how many seconds a session can be resumed."));
        acceptsPerTurn = registrar.option(OptionSpec.integer("max-new-tls-connections-per-cycle", 1, 1, 1000)
                .doc("How many TLS connections a listener accepts in one turn of the event loop."));
        handshakeSeconds = registrar.option(OptionSpec.integer("tls-handshake-timeout", 10, 1, 3600)
                .doc("After how many seconds an unfinished handshake is given up."));
        mostHandshakes = registrar.option(OptionSpec.integer("tls-max-handshakes", 256, 1, 100_000)
                .doc("How many handshakes may be under way; one more ends the oldest."));
        declareUnused(registrar);
    }

    /** Declares what has no part here. */
    private static void declareUnused(Registrar registrar) {
        registrar.option(OptionSpec.text("tls-dh-params-file", "")
                .withoutEffect("choice of Diffie-Hellman groups; those of RFC 7919 are used")
                .doc("The Diffie-Hellman parameters."));
        registrar.option(OptionSpec.text("tls-client-cert-file", "").withoutEffect(OUTGOING)
                .doc("The certificate with which the server connects to others."));
        registrar.option(OptionSpec.text("tls-client-key-file", "").withoutEffect(OUTGOING)
                .doc("The private key with which the server connects to others."));
        registrar.option(OptionSpec.text("tls-client-key-file-pass", "").sensitive().withoutEffect(OUTGOING)
                .doc("The password of that key."));
    }

    /** An option that names what the next handshakes use, often a file: applied also when its value stays. */
    private static OptionSpec<String> file(String name, Changed changed) {
        return OptionSpec.text(name, "").rereads().onChange(value -> changed.run());
    }

    int port() {
        return Math.toIntExact(port.value());
    }

    int acceptsPerTurn() {
        return Math.toIntExact(acceptsPerTurn.value());
    }

    int handshakeSeconds() {
        return Math.toIntExact(handshakeSeconds.value());
    }

    int mostHandshakes() {
        return Math.toIntExact(mostHandshakes.value());
    }

    /**
     * The rest.
     *
     * @param directory where relative paths start
     */
    TlsSettings settings(Path directory) {
        return new TlsSettings(engine.value(), path(directory, certificate), path(directory, key), text(keyPassword),
                path(directory, authorities),
                path(directory, authoritiesFolder), authenticate.value(), protocols.value(), ciphers.value(), suites.value(),
                ownOrder.value(), caching.value(), Math.toIntExact(cacheSize.value()), Math.toIntExact(cacheSeconds.value()));
    }

    private static @Nullable Path path(Path directory, Option<String> option) {
        return option.value().isEmpty() ? null : directory.resolve(text(option));
    }

    /** The text of an option, whose value is a byte string. */
    private static String text(Option<String> option) {
        return new String(option.value().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
