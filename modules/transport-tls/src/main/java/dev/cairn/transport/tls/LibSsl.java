package dev.cairn.transport.tls;

import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The functions of the system's OpenSSL 3 that are needed, by the names that OpenSSL gives them. Any thread. {@link #problem} tells whether
 * they are all there; unless they are, none of them may be called. How they are called is told by {@link dev.cairn.structures.LibC}.
 */
final class LibSsl {
    private static final Linkage CRYPTO = new Linkage("libcrypto.so.3");
    private static final Linkage SSL = new Linkage("libssl.so.3");

    // At once, and often.
    static final MethodHandle SSL_READ = SSL.function("SSL_read");
    static final MethodHandle SSL_WRITE = SSL.function("SSL_write");
    static final MethodHandle SSL_HAS_PENDING = SSL.function("SSL_has_pending");
    static final MethodHandle SSL_GET_ERROR = SSL.function("SSL_get_error");
    static final MethodHandle ERR_CLEAR_ERROR = CRYPTO.function("ERR_clear_error");

    // At the start.
    static final MethodHandle OPENSSL_INIT_SSL = SSL.blocking("OPENSSL_init_ssl");
    static final MethodHandle OPENSSL_VERSION = CRYPTO.blocking("OpenSSL_version");

    // A connection's beginning and end.
    static final MethodHandle SSL_NEW = SSL.blocking("SSL_new");
    static final MethodHandle SSL_FREE = SSL.blocking("SSL_free");
    static final MethodHandle SSL_SET_FD = SSL.blocking("SSL_set_fd");
    static final MethodHandle SSL_SET_ACCEPT_STATE = SSL.blocking("SSL_set_accept_state");
    static final MethodHandle SSL_DO_HANDSHAKE = SSL.blocking("SSL_do_handshake");
    static final MethodHandle SSL_SHUTDOWN = SSL.blocking("SSL_shutdown");
    static final MethodHandle SSL_GET1_PEER_CERTIFICATE = SSL.blocking("SSL_get1_peer_certificate");
    static final MethodHandle I2D_X509 = CRYPTO.blocking("i2d_X509");
    static final MethodHandle X509_FREE = CRYPTO.blocking("X509_free");
    static final MethodHandle ERR_GET_ERROR = CRYPTO.blocking("ERR_get_error");
    static final MethodHandle ERR_ERROR_STRING_N = CRYPTO.blocking("ERR_error_string_n");

    // Contexts.
    static final MethodHandle TLS_SERVER_METHOD = SSL.blocking("TLS_server_method");
    static final MethodHandle SSL_CTX_NEW = SSL.blocking("SSL_CTX_new");
    static final MethodHandle SSL_CTX_FREE = SSL.blocking("SSL_CTX_free");
    static final MethodHandle SSL_CTX_CTRL = SSL.blocking("SSL_CTX_ctrl");
    static final MethodHandle SSL_CTX_SET_OPTIONS = SSL.blocking("SSL_CTX_set_options");
    static final MethodHandle SSL_CTX_SET_VERIFY = SSL.blocking("SSL_CTX_set_verify");
    static final MethodHandle SSL_CTX_SET_TIMEOUT = SSL.blocking("SSL_CTX_set_timeout");
    static final MethodHandle SSL_CTX_SET_NUM_TICKETS = SSL.blocking("SSL_CTX_set_num_tickets");
    static final MethodHandle SSL_CTX_SET_SESSION_ID_CONTEXT = SSL.blocking("SSL_CTX_set_session_id_context");
    static final MethodHandle SSL_CTX_SET_CIPHER_LIST = SSL.blocking("SSL_CTX_set_cipher_list");
    static final MethodHandle SSL_CTX_SET_CIPHERSUITES = SSL.blocking("SSL_CTX_set_ciphersuites");
    static final MethodHandle SSL_CTX_USE_CERTIFICATE = SSL.blocking("SSL_CTX_use_certificate");
    static final MethodHandle SSL_CTX_USE_PRIVATEKEY = SSL.blocking("SSL_CTX_use_PrivateKey");
    static final MethodHandle SSL_CTX_GET_CERT_STORE = SSL.blocking("SSL_CTX_get_cert_store");
    static final MethodHandle X509_STORE_ADD_CERT = CRYPTO.blocking("X509_STORE_add_cert");
    static final MethodHandle D2I_X509 = CRYPTO.blocking("d2i_X509");
    static final MethodHandle D2I_AUTOPRIVATEKEY = CRYPTO.blocking("d2i_AutoPrivateKey");
    static final MethodHandle EVP_PKEY_FREE = CRYPTO.blocking("EVP_PKEY_free");

    private LibSsl() {
    }

    /** Why OpenSSL cannot be used here, such as {@code libssl.so.3 lacks SSL_read}; nothing if it can. */
    static Optional<String> problem() {
        return SSL.problem().or(CRYPTO::problem);
    }
}
