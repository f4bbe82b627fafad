package dev.cairn.api.command;

import java.util.concurrent.CompletionStage;

/**
 * Decides whether clients are who they say. Main thread.
 *
 * <p>The authenticators of all modules are asked in the reverse order of their loading, until one decides; if none does, the server compares
 * the password with its own.
 */
@FunctionalInterface
public interface Authenticator {
    /** What an authenticator says. */
    sealed interface Verdict {
        /** The next one is to decide. */
        Verdict UNDECIDED = new Undecided();

        /** The client is authenticated. */
        static Verdict granted(String user) {
            return new Granted(user);
        }

        /** The client is refused, with this error. */
        static Verdict denied(CommandError reason) {
            return new Denied(reason);
        }

        /**
         * The client waits for the verdict, which comes from elsewhere.
         *
         * @param verdict completed on any thread; exceptionally is a refusal
         * @param timeoutMillis milliseconds after which the client is refused, at least 1
         */
        static Verdict later(CompletionStage<Verdict> verdict, long timeoutMillis) {
            return new Later(verdict, timeoutMillis);
        }
    }

    /** The next one is to decide. */
    record Undecided() implements Verdict {
    }

    /**
     * The client is authenticated.
     *
     * @param user the name of the user that it is from now on
     */
    record Granted(String user) implements Verdict {
    }

    /**
     * The client is refused.
     *
     * @param reason the error that it gets
     */
    record Denied(CommandError reason) implements Verdict {
    }

    /**
     * The client waits. Inside a transaction, where it cannot, it is refused.
     *
     * @param verdict the verdict to come; where it is {@code Undecided} then, the next authenticator is asked
     * @param timeoutMillis milliseconds after which the client is refused, at least 1
     */
    record Later(CompletionStage<Verdict> verdict, long timeoutMillis) implements Verdict {
        public Later {
            if (timeoutMillis < 1) {
                throw new IllegalArgumentException("timeout " + timeoutMillis + " ms: want 1 or more");
            }
        }
    }

    /**
     * Looks at what a client gave to AUTH or HELLO.
     *
     * @param user the user's name; {@code default} where the client gave none
     * @param password the password, dead when this returns
     */
    Verdict authenticate(Client client, Bytes user, Bytes password);
}
