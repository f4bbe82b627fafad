package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.ADMIN;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.STALE;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.core.server.ClientFilter;
import dev.cairn.core.server.ClientPause;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.ServerClient;

/**
 * The commands with which one client looks at the others and controls them: MONITOR, and of CLIENT the subcommands LIST, KILL, PAUSE,
 * UNPAUSE and UNBLOCK. Main thread.
 */
final class ClientControlCommands {
    private static final Token ID = Token.of("ID");
    private static final Token TYPE = Token.of("TYPE");
    private static final Token ADDR = Token.of("ADDR");
    private static final Token LADDR = Token.of("LADDR");
    private static final Token USER = Token.of("USER");
    private static final Token SKIPME = Token.of("SKIPME");
    private static final Token MAXAGE = Token.of("MAXAGE");
    private static final Token YES = Token.of("YES");
    private static final Token NO = Token.of("NO");
    private static final Token WRITE = Token.of("WRITE");
    private static final Token ALL = Token.of("ALL");
    private static final Token TIMEOUT = Token.of("TIMEOUT");
    private static final Token ERROR = Token.of("ERROR");

    private static final CommandError INVALID_ID = CommandError.err("Invalid client ID");
    private static final CommandError ID_TOO_SMALL = CommandError.err("client-id should be greater than 0");
    private static final CommandError AGE_NOT_AN_INTEGER = CommandError.err("maxage is not an integer or out of range");
    private static final CommandError AGE_TOO_SMALL = CommandError.err("maxage should be greater than 0");
    private static final CommandError NO_SUCH_CLIENT = CommandError.err("No such client");
    private static final CommandError BAD_MODE = CommandError.err("CLIENT PAUSE mode must be WRITE or ALL");
    private static final CommandError BAD_REASON = CommandError.err("CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    private static final CommandError TIMEOUT_NOT_AN_INTEGER = CommandError.err("timeout is not an integer or out of range");
    private static final CommandError TIMEOUT_NEGATIVE = CommandError.err("timeout is negative");
    private static final CommandError TIMEOUT_TOO_LONG = CommandError.err("timeout is out of range");

    private static final CommandError NO_MONITOR = CommandError.err("MONITOR isn't allowed for DENY BLOCKING client");

    private static final String ALL_CLIENTS = "O(N) where N is the number of connected clients.";

    private final Server server;
    private final ClientCommands clients;

    ClientControlCommands(Server server, ClientCommands clients) {
        this.server = server;
        this.clients = clients;
    }

    /** Declares the commands; the container CLIENT is declared already. */
    void register(Registrar r) {
        r.command(CommandSpec.of("MONITOR", 1).group(CommandGroup.SERVER).since("1.0.0").flags(ADMIN, NOSCRIPT, LOADING, STALE)
                .summary("Shows this connection every command that the server executes.").complexity("O(1)"), this::monitor);
        r.command(
                ClientCommands.client("LIST", -2, "2.4.0").flags(ADMIN).summary("Describes the connected clients, one in a line.")
                        .complexity(ALL_CLIENTS).tips("nondeterministic_output")
                        .changed("2.8.12", "Field `id`.").changed("5.0.0", "Filter `TYPE`.").changed("6.0.0", "Field `user`.")
                        .changed("6.2.0", "Fields `argv-mem`, `tot-mem`, `laddr` and `redir`, filter `ID`.")
                        .changed("7.0.0", "Fields `resp`, `multi-mem`, `rbs` and `rbp`.").changed("7.0.3", "Field `ssub`.")
                        .changed("7.2.0", "Fields `lib-name` and `lib-ver`.")
                        .changed("8.0.0", "Fields `watch`, `tot-net-in`, `tot-net-out` and `tot-cmds`.").changed("8.1.0", "Field `capa`.")
                        .syntax("[TYPE client-type=(NORMAL|MASTER|REPLICA|PUBSUB)]@5.0.0 [ID client-id:integer...]@6.2.0"),
                this::list);
        r.command(ClientCommands.client("KILL", -3, "2.4.0").flags(ADMIN).summary("Closes the connections that fulfil all conditions.")
                .complexity(ALL_CLIENTS).changed("2.8.12", "The form with conditions; condition `ID`.")
                .changed("3.2.0", "Type `master`.").changed("5.0.0", "Type `replica`, for which `slave` still stands.")
                .changed("6.2.0", "Condition `LADDR`.").changed("8.0.0", "Condition `MAXAGE`; type `primary`.")
                .changed("8.1.0", "Condition `ID` takes several numbers.")
                .syntax("filter=(old-format|new-format=([ID client-id:integer]@2.8.12"
                        + "|[TYPE client-type=(NORMAL|MASTER@3.2.0|PRIMARY@8.0.0|SLAVE|REPLICA@5.0.0|PUBSUB)]@2.8.12"
                        + "|[USER username]|[ADDR addr]|[LADDR laddr]@6.2.0|[SKIPME skipme=(YES|NO)]|[MAXAGE maxage:integer]@8.0.0)...)"),
                this::kill);
        r.command(ClientCommands.client("PAUSE", -3, "3.0.0").flags(ADMIN).complexity("O(1)")
                .summary("Holds up the commands of all clients, or those that write, for some milliseconds.")
                .changed("6.2.0", "The mode.").syntax("timeout:integer [mode=(WRITE|ALL)]@6.2.0"), this::pause);
        r.command(ClientCommands.client("UNPAUSE", 2, "6.2.0").flags(ADMIN).summary("Ends the pause of clients.")
                .complexity("O(N) where N is the number of clients that were held up."), this::unpause);
        r.command(ClientCommands.client("UNBLOCK", -3, "5.0.0").flags(ADMIN).summary("Ends the wait of a client in a blocking command.")
                .complexity("O(log N) where N is the number of connected clients.")
                .syntax("client-id:integer [unblock-type=(TIMEOUT|ERROR)]"), this::unblock);
    }

    private void monitor(Call call, Args args, Reply out) {
        if (call.inTransaction()) {
            throw NO_MONITOR;
        }
        ServerClient client = ClientCommands.self(call);
        if (!client.monitoring()) {
            server.monitors().add(client);
            out.ok();
        }
    }

    private void list(Call call, Args args, Reply out) {
        StringBuilder text = new StringBuilder();
        if (args.size() > 3 && args.is(2, ID)) {
            for (int i = 3; i < args.size(); i++) {
                if (!args.at(i).isLong()) {
                    throw INVALID_ID;
                }
                ServerClient client = server.clients().byId(args.at(i).asLong());
                if (client != null) {
                    clients.appendLine(text, client, call, args);
                }
            }
        } else {
            ClientFilter filter = new ClientFilter();
            if (args.size() == 4 && args.is(2, TYPE)) {
                filter.type = ClientFilter.Type.of(args.at(3));
            } else if (args.size() != 2) {
                throw CommandError.SYNTAX;
            }
            for (ServerClient client : server.clients().all()) {
                if (filter.test(client, call.now())) {
                    clients.appendLine(text, client, call, args);
                }
            }
        }
        out.verbatim("txt", Bytes.of(text.toString()));
    }

    private void kill(Call call, Args args, Reply out) {
        boolean oldForm = args.size() == 3;
        ClientFilter filter = new ClientFilter();
        boolean skipSelf = !oldForm && parse(args, filter);
        if (oldForm) {
            filter.address = args.at(2).text();
        }
        ServerClient self = ClientCommands.self(call);
        int killed = 0;
        boolean killsSelf = false;
        for (ServerClient client : List.copyOf(server.clients().all())) {
            if (!filter.test(client, call.now()) || client == self && skipSelf) {
                continue;
            }
            if (client == self) {
                killsSelf = true;
            } else {
                server.clients().close(client);
            }
            killed++;
        }
        if (!oldForm) {
            out.integer(killed);
        } else if (killed == 0) {
            throw NO_SUCH_CLIENT;
        } else {
            out.ok();
        }
        if (killsSelf) {
            self.closeAfterReply();
        }
    }

    /** Reads the conditions; returns whether the client that asks is to be spared. */
    private static boolean parse(Args args, ClientFilter filter) {
        boolean skipSelf = true;
        for (int i = 2; i < args.size(); i += 2) {
            if (i + 1 == args.size()) {
                throw CommandError.SYNTAX;
            }
            Bytes value = args.at(i + 1);
            if (args.is(i, ID)) {
                i += ids(args, i + 1, filter) - 1;
            } else if (args.is(i, MAXAGE)) {
                filter.minAgeSeconds = atLeastOne(value, AGE_NOT_AN_INTEGER, AGE_TOO_SMALL);
            } else if (args.is(i, TYPE)) {
                filter.type = ClientFilter.Type.of(value);
            } else if (args.is(i, ADDR)) {
                filter.address = value.text();
            } else if (args.is(i, LADDR)) {
                filter.localAddress = value.text();
            } else if (args.is(i, USER)) {
                filter.user = user(value);
            } else if (args.is(i, SKIPME)) {
                skipSelf = yes(args, i + 1);
            } else {
                throw CommandError.SYNTAX;
            }
        }
        return skipSelf;
    }

    /** Reads a number and all that follow it; returns how many. */
    private static int ids(Args args, int from, ClientFilter filter) {
        Set<Long> ids = new HashSet<>();
        int i = from;
        do {
            ids.add(atLeastOne(args.at(i++), ID_TOO_SMALL, ID_TOO_SMALL));
        } while (i < args.size() && args.at(i).isLong());
        filter.ids = ids;
        return i - from;
    }

    private static long atLeastOne(Bytes value, CommandError notAnInteger, CommandError tooSmall) {
        if (!value.isLong()) {
            throw notAnInteger;
        }
        if (value.asLong() < 1) {
            throw tooSmall;
        }
        return value.asLong();
    }

    private static boolean yes(Args args, int i) {
        if (!args.is(i, YES) && !args.is(i, NO)) {
            throw CommandError.SYNTAX;
        }
        return args.is(i, YES);
    }

    /** The name of a user that exists: every client is the one user that there is. */
    private static String user(Bytes name) {
        if (!name.text().equals(Authentication.DEFAULT_USER)) {
            throw CommandError.err("No such user '" + name.text() + "'");
        }
        return Authentication.DEFAULT_USER;
    }

    private void pause(Call call, Args args, Reply out) {
        ClientPause.Mode mode = ClientPause.Mode.ALL;
        if (args.size() > 4) {
            throw ClientCommands.syntaxError(args);
        }
        if (args.size() == 4) {
            if (args.is(3, WRITE)) {
                mode = ClientPause.Mode.WRITES;
            } else if (!args.is(3, ALL)) {
                throw BAD_MODE;
            }
        }
        long millis = timeout(args.at(2), call.now());
        server.pause().begin(millis == 0 ? 0 : call.now() + millis, mode);
        out.ok();
    }

    private static long timeout(Bytes text, long now) {
        if (!text.isLong()) {
            throw TIMEOUT_NOT_AN_INTEGER;
        }
        long millis = text.asLong();
        if (millis < 0) {
            throw TIMEOUT_NEGATIVE;
        }
        if (millis > Long.MAX_VALUE - now) {
            throw TIMEOUT_TOO_LONG;
        }
        return millis;
    }

    private void unpause(Call call, Args args, Reply out) {
        server.pause().end();
        out.ok();
    }

    private void unblock(Call call, Args args, Reply out) {
        if (args.size() > 4) {
            throw ClientCommands.syntaxError(args);
        }
        boolean withError = args.size() == 4 && args.is(3, ERROR);
        if (args.size() == 4 && !withError && !args.is(3, TIMEOUT)) {
            throw BAD_REASON;
        }
        ServerClient client = server.clients().byId(args.integer(2));
        out.integer(client != null && server.unblock(client, withError) ? 1 : 0);
    }
}
