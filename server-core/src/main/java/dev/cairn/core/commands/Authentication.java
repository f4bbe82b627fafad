package dev.cairn.core.commands;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.Authenticator;
import dev.cairn.api.command.Authenticator.Verdict;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.core.server.CallContext;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.ServerClient;

/** Checks what AUTH and HELLO are given: asks the authenticators of modules, the last loaded first, and then compares passwords. Main thread. */
final class Authentication {
    private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
    static final String DEFAULT_USER = "default";
    static final Bytes DEFAULT_NAME = Bytes.of(DEFAULT_USER);
    private static final CommandError WRONG = CommandError.of("WRONGPASS", "invalid username-password pair or user is disabled.");
    private static final CommandError FAILED = CommandError.of("WRONGPASS", "the module that was to check the password has failed");
    private static final CommandError TOO_LATE = CommandError.of("WRONGPASS", "the module that was to check the password took too long");
    private static final CommandError MUST_NOT_WAIT = CommandError
            .err("the module that is to check the password needs time, which a transaction has not");

    private final Server server;

    Authentication(Server server) {
        this.server = server;
    }

    /**
     * Authenticates the client as a user, at once or when a module has decided.
     *
     * @param then gives the reply when the client is authenticated
     * @throws CommandError when it is refused
     */
    void authenticate(Call call, Bytes user, Bytes password, Reply out, Consumer<Reply> then) {
        ServerClient client = ((CallContext) call).serverClient();
        if (server.authenticators().isEmpty()) {
            compare(client, user, password);
            then.accept(out);
        } else {
            new Attempt(client, List.copyOf(server.authenticators()), user.retain(), password.retain(), then).go(call, out);
        }
    }

    private void compare(ServerClient client, Bytes user, Bytes password) {
        if (!user.equals(DEFAULT_NAME) || !matches(password)) {
            throw denied(WRONG);
        }
        client.authenticated(true, DEFAULT_USER);
    }

    private CommandError denied(CommandError reason) {
        server.stats().deniedAuthentications++;
        return reason;
    }

    /** Compares with the password in a time that tells nothing of where they differ. */
    private boolean matches(Bytes given) {
        if (!server.authenticationRequired()) {
            return true;
        }
        byte[] wanted = server.settings().password.getBytes(StandardCharsets.ISO_8859_1);
        return MessageDigest.isEqual(wanted, given.toArray());
    }

    /** One client's question on its way through the authenticators, which may keep it waiting. */
    private final class Attempt {
        private final ServerClient client;
        private final List<Authenticator> authenticators;
        private final Bytes user;
        private final Bytes password;
        private final Consumer<Reply> then;
        private int next;
        private @Nullable CompletableFuture<Verdict> awaited;
        private @Nullable Ticket ticket;

        Attempt(ServerClient client, List<Authenticator> authenticators, Bytes user, Bytes password, Consumer<Reply> then) {
            this.client = client;
            this.authenticators = authenticators;
            this.user = user;
            this.password = password;
            this.then = then;
            this.next = authenticators.size();
        }

        /** Asks on; true when the reply was given. */
        boolean go(Call call, Reply out) {
            while (next > 0) {
                Verdict verdict = ask(authenticators.get(--next));
                if (verdict instanceof Authenticator.Later later) {
                    await(call, later);
                    return false;
                }
                if (decide(verdict, out)) {
                    return true;
                }
            }
            compare(client, user, password);
            then.accept(out);
            return true;
        }

        private Verdict ask(Authenticator authenticator) {
            try {
                return authenticator.authenticate(client, user, password);
            } catch (CommandError reason) {
                return Verdict.denied(reason);
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                LOG.warn("An authenticator failed; the client is refused", e);
                return Verdict.denied(FAILED);
            }
        }

        private boolean decide(Verdict verdict, Reply out) {
            return switch (verdict) {
                case Authenticator.Granted(String name) -> {
                    client.authenticated(true, name);
                    then.accept(out);
                    yield true;
                }
                case Authenticator.Denied(CommandError reason) -> throw denied(reason);
                case Authenticator.Undecided _ -> false;
                case Authenticator.Later _ -> throw denied(FAILED);
            };
        }

        /** Has the client wait for a verdict; the first one's time is that of all. */
        private void await(Call call, Authenticator.Later later) {
            Ticket waiting = ticket;
            if (waiting == null) {
                if (call.inTransaction()) {
                    throw denied(MUST_NOT_WAIT);
                }
                waiting = call.suspend(new Suspension(later.timeoutMillis(), List.of(), false, this::resume, this::tooLate, () -> {
                }));
                ticket = waiting;
            }
            CompletableFuture<Verdict> verdict = later.verdict().toCompletableFuture();
            awaited = verdict;
            Ticket signalled = waiting;
            verdict.whenComplete((v, failure) -> signalled.signal());
        }

        private boolean resume(Call call, Reply out) {
            CompletableFuture<Verdict> verdict = awaited;
            if (verdict == null || !verdict.isDone()) {
                return false;
            }
            awaited = null;
            Verdict decided = verdict.exceptionally(failure -> {
                LOG.warn("An authenticator failed; the client is refused", failure);
                return Verdict.denied(FAILED);
            }).join();
            return decide(decided, out) || go(call, out);
        }

        private boolean tooLate(Call call, Reply out) {
            throw denied(TOO_LATE);
        }
    }
}
