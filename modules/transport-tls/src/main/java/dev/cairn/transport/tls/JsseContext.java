package dev.cairn.transport.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
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

/** The JDK's TLS. Main thread. */
final class JsseContext implements TlsContext {
    private static final char[] NO_PASSWORD = {};

    private final KeyManager[] keys;
    private final TrustManager[] trust;
    private final SSLParameters parameters;
    /** Shared by all connections, because it holds the sessions; null when every connection gets its own, so that none can be resumed. */
    private final @Nullable SSLContext shared;
    private final String implementation;

    /**
     * Makes a context.
     *
     * @param implementation what the log calls it
     * @throws IOException with a message for the operator
     */
    JsseContext(TlsSettings settings, Credentials credentials, String implementation) throws IOException {
        this.implementation = implementation;
        try {
            keys = keys(credentials);
            trust = trust(credentials.trusted());
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

    @Override
    public TlsEngine engine(int descriptor) throws IOException {
        try {
            SSLEngine engine = (shared == null ? context() : shared).createSSLEngine();
            engine.setUseClientMode(false);
            engine.setSSLParameters(parameters);
            engine.beginHandshake();
            return new JsseEngine(engine, descriptor);
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS engine: " + e.getMessage(), e);
        }
    }

    @Override
    public String implementation() {
        return implementation;
    }

    @Override
    public void close() {
        // the collector's
    }

    private SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust, null);
        return context;
    }

    private static KeyManager[] keys(Credentials credentials) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        store.setKeyEntry("server", credentials.key(), NO_PASSWORD, credentials.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static TrustManager[] trust(List<X509Certificate> trusted) throws GeneralSecurityException, IOException {
        if (trusted.isEmpty()) {
            return new TrustManager[0];
        }
        KeyStore store = emptyStore();
        for (int i = 0; i < trusted.size(); i++) {
            store.setCertificateEntry("ca" + i, trusted.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static SSLParameters parameters(SSLContext context, TlsSettings settings) throws IOException {
        SSLParameters parameters = context.getDefaultSSLParameters();
        List<String> versions = settings.versions(List.of(context.getSupportedSSLParameters().getProtocols()));
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
