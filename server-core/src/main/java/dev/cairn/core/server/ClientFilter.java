package dev.cairn.core.server;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Token;

/** The conditions by which CLIENT KILL and CLIENT LIST choose clients; those that are not set hold for every client. Main thread. */
public final class ClientFilter {
    /** The types of clients, by all their names. */
    public enum Type {
        /** Clients that send commands, those that monitor included. */
        NORMAL(Token.of("normal")),
        /** The link to the primary of a replica. */
        PRIMARY(Token.of("primary"), Token.of("master")),
        /** Replicas. */
        REPLICA(Token.of("replica"), Token.of("slave")),
        /** Clients that subscribe. */
        PUBSUB(Token.of("pubsub"));

        private final List<Token> names;

        Type(Token... names) {
            this.names = List.of(names);
        }

        /**
         * The type of a name.
         *
         * @throws CommandError when there is none
         */
        public static Type of(Bytes name) {
            for (Type t : values()) {
                for (Token n : t.names) {
                    if (n.matches(name)) {
                        return t;
                    }
                }
            }
            throw CommandError.err("Unknown client type '" + name.text() + "'");
        }

        boolean includes(ServerClient client) {
            return switch (client.outputClass()) {
                case NORMAL -> this == NORMAL;
                case REPLICA -> this == REPLICA;
                case PUBSUB -> this == PUBSUB;
            };
        }
    }

    /** Clients with one of these numbers; empty for all. */
    public Set<Long> ids = Set.of();
    /** Clients from this address. */
    public @Nullable String address;
    /** Clients that came to this address of the server. */
    public @Nullable String localAddress;
    /** Clients of this type. */
    public @Nullable Type type;
    /** Clients authenticated as this user. */
    public @Nullable String user;
    /** Clients as old as this in seconds, or older. */
    public long minAgeSeconds;

    /** Whether all conditions hold for a client; {@code nowMillis} since 1970. */
    public boolean test(ServerClient c, long nowMillis) {
        return (ids.isEmpty() || ids.contains(c.id())) && (address == null || address.equals(c.address()))
                && (localAddress == null || localAddress.equals(c.connection().local())) && (type == null || type.includes(c))
                && (user == null || user.equals(c.user()))
                && (minAgeSeconds == 0 || nowMillis / 1000 - c.createdMillis() / 1000 >= minAgeSeconds);
    }
}
