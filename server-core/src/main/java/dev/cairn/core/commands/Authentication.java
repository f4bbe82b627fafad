package dev.cairn.core.commands;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.ServerClient;

/** Checks passwords for AUTH and HELLO. Main thread. */
final class Authentication {
    static final String DEFAULT_USER = "default";
    private static final Bytes DEFAULT_NAME = Bytes.of(DEFAULT_USER);
    private static final CommandError WRONG = CommandError.of("WRONGPASS", "invalid username-password pair or user is disabled.");

    private final Server server;

    Authentication(Server server) {
        this.server = server;
    }

    /** Authenticates the client as the default user. */
    void authenticate(ServerClient client, Bytes password) {
        authenticate(client, DEFAULT_NAME, password);
    }

    /**
     * Authenticates the client as a user.
     *
     * @throws CommandError when there is no such user or the password is not the user's
     */
    void authenticate(ServerClient client, Bytes user, Bytes password) {
        if (!user.equals(DEFAULT_NAME) || !matches(password)) {
            server.stats().deniedAuthentications++;
            throw WRONG;
        }
        client.authenticated(true, DEFAULT_USER);
    }

    /** Compares with the password in a time that tells nothing of where they differ. */
    private boolean matches(Bytes given) {
        if (!server.authenticationRequired()) {
            return true;
        }
        byte[] wanted = server.settings().password.getBytes(StandardCharsets.ISO_8859_1);
        return MessageDigest.isEqual(wanted, given.toArray());
    }
}
