package dev.cairn.core.config;

import static dev.cairn.api.config.OptionSpec.choice;
import static dev.cairn.api.config.OptionSpec.flag;
import static dev.cairn.api.config.OptionSpec.integer;
import static dev.cairn.api.config.OptionSpec.of;
import static dev.cairn.api.config.OptionSpec.text;
import static dev.cairn.api.config.OptionSpec.words;
import static dev.cairn.core.config.CoreTypes.UNSET_IF_EMPTY;

import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.config.OptionTypes;
import java.util.List;

/** Options of ways to connect and of access, for a server whose transports, TLS, ACL or I/O threads are absent. */
final class ConnectionOptions {
    private static final long INT_MAX = Integer.MAX_VALUE;
    private static final long MAX = Long.MAX_VALUE;
    private static final String TCP = "transport-tcp";
    private static final String UNIX = "Unix sockets";
    private static final String TLS = "TLS";
    private static final String ACL = "ACL";
    private static final String THREADS = "I/O threads";

    private ConnectionOptions() {}

    /** The fallbacks. */
    static List<OptionSpec<?>> all() {
        return List.of(
                integer("port", 6379, 0, 65535).withoutEffect(TCP).doc("The port to listen on; 0 is none."),
                words("bind", "*", "-::*").withoutEffect(TCP).doc("The addresses to listen on; one after - may be missing."),
                integer("tcp-backlog", 511, 0, INT_MAX).immutable().withoutEffect(TCP).doc("How many connections may wait to be accepted."),
                integer("tcp-keepalive", 300, 0, INT_MAX)
                        .withoutEffect(TCP)
                        .doc("After how many silent seconds the system probes a connection; 0 is never."),
                of("bind-source-addr", UNSET_IF_EMPTY, "").withoutEffect(TCP).doc("The address from which the server connects to others."),
                integer("socket-mark-id", 0, 0, 0xffffffffL)
                        .immutable()
                        .withoutEffect(TCP)
                        .doc("The mark that sockets carry for the routing of the system."),
                integer("max-new-connections-per-cycle", 10, 1, 1000)
                        .withoutEffect(TCP)
                        .doc("How many connections are accepted in one turn of the event loop."),
                of("unixsocket", UNSET_IF_EMPTY, "").immutable().withoutEffect(UNIX).doc("The path of the Unix socket to listen on."),
                of("unixsocketgroup", UNSET_IF_EMPTY, "").immutable().withoutEffect(UNIX).doc("The group of the Unix socket."),
                of("unixsocketperm", OptionTypes.octal(0, 0777), 0L)
                        .immutable()
                        .withoutEffect(UNIX)
                        .doc("The permissions of the Unix socket, in octal."),
                integer("tls-port", 0, 0, 65535).withoutEffect(TLS).doc("The port to listen on for TLS; 0 is none."),
                of("tls-cert-file", UNSET_IF_EMPTY, "").withoutEffect(TLS).doc("The certificate of the server."),
                of("tls-key-file", UNSET_IF_EMPTY, "").withoutEffect(TLS).doc("The private key of the server."),
                of("tls-key-file-pass", UNSET_IF_EMPTY, "").sensitive().withoutEffect(TLS).doc("The password of that key."),
                of("tls-client-cert-file", UNSET_IF_EMPTY, "")
                        .withoutEffect(TLS)
                        .doc("The certificate with which the server connects to others."),
                of("tls-client-key-file", UNSET_IF_EMPTY, "")
                        .withoutEffect(TLS)
                        .doc("The private key with which the server connects to others."),
                of("tls-client-key-file-pass", UNSET_IF_EMPTY, "")
                        .sensitive()
                        .withoutEffect(TLS)
                        .doc("The password of the key with which it connects to others."),
                of("tls-dh-params-file", UNSET_IF_EMPTY, "").withoutEffect(TLS).doc("The Diffie-Hellman parameters."),
                of("tls-ca-cert-file", UNSET_IF_EMPTY, "").withoutEffect(TLS).doc("The file of trusted certificates."),
                of("tls-ca-cert-dir", UNSET_IF_EMPTY, "").withoutEffect(TLS).doc("The directory of trusted certificates."),
                choice("tls-auth-clients", "yes", "no", "yes", "optional")
                        .withoutEffect(TLS)
                        .doc("Whether clients must show a certificate."),
                flag("tls-replication", false).withoutEffect(TLS).doc("Connect to the primary by TLS."),
                flag("tls-cluster", false).withoutEffect(TLS).doc("Use TLS on the cluster bus."),
                of("tls-protocols", UNSET_IF_EMPTY, "").withoutEffect(TLS).doc("The versions of TLS to accept."),
                of("tls-ciphers", UNSET_IF_EMPTY, "").withoutEffect(TLS).doc("The ciphers for TLS 1.2 and before."),
                of("tls-ciphersuites", UNSET_IF_EMPTY, "").withoutEffect(TLS).doc("The cipher suites for TLS 1.3."),
                flag("tls-prefer-server-ciphers", false).withoutEffect(TLS).doc("Choose a cipher by the order of the server."),
                flag("tls-session-caching", true).withoutEffect(TLS).doc("Let clients resume sessions."),
                integer("tls-session-cache-size", 20 << 10, 0, INT_MAX).withoutEffect(TLS).doc("How many sessions are remembered."),
                integer("tls-session-cache-timeout", 300, 0, INT_MAX)
                        .withoutEffect(TLS)
                        .doc("For how many seconds a session is remembered."),
                integer("max-new-tls-connections-per-cycle", 1, 1, 1000)
                        .withoutEffect(TLS)
                        .doc("How many TLS connections are accepted in one turn of the event loop."),
                text("aclfile", "").immutable().withoutEffect(ACL).doc("The file of users."),
                integer("acllog-max-len", 128, 0, MAX).withoutEffect(ACL).doc("How many refusals ACL LOG keeps."),
                choice("acl-pubsub-default", "resetchannels", "allchannels", "resetchannels")
                        .withoutEffect(ACL)
                        .doc("Which channels a new user may use."),
                of("io-threads", CoreTypes.clamped(1, 128, 1, 128), 1L)
                        .immutable()
                        .withoutEffect(THREADS)
                        .doc("How many threads read and write sockets."),
                flag("io-threads-do-reads", false)
                        .immutable()
                        .withoutEffect(THREADS)
                        .doc("Whether threads read and parse, too."),
                integer("events-per-io-thread", 2, 0, INT_MAX)
                        .withoutEffect(THREADS)
                        .doc("How many events make another thread worth while."),
                integer("prefetch-batch-max-size", 16, 0, 128)
                        .withoutEffect(THREADS)
                        .doc("How many commands are looked up in advance together."));
    }
}
