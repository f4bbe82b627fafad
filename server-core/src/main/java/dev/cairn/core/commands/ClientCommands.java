package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.ADMIN;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.STALE;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.core.server.CallContext;
import dev.cairn.core.server.ClientInfo;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.ServerClient;

/** The container CLIENT: what clients are connected, what they call themselves, which replies they want, and their end. Main thread. */
final class ClientCommands {
    private static final Token ID = Token.of("ID");
    private static final Token TYPE = Token.of("TYPE");
    private static final Token ADDR = Token.of("ADDR");
    private static final Token LADDR = Token.of("LADDR");
    private static final Token USER = Token.of("USER");
    private static final Token SKIPME = Token.of("SKIPME");
    private static final Token MAXAGE = Token.of("MAXAGE");
    private static final Token YES = Token.of("YES");
    private static final Token NO = Token.of("NO");
    private static final Token ON = Token.of("ON");
    private static final Token OFF = Token.of("OFF");
    private static final Token SKIP = Token.of("SKIP");
    private static final Token LIB_NAME = Token.of("LIB-NAME");
    private static final Token LIB_VER = Token.of("LIB-VER");

    private static final CommandError INVALID_ID = CommandError.err("Invalid client ID");
    private static final CommandError ID_TOO_SMALL = CommandError.err("client-id should be greater than 0");
    private static final CommandError AGE_NOT_AN_INTEGER = CommandError.err("maxage is not an integer or out of range");
    private static final CommandError AGE_TOO_SMALL = CommandError.err("maxage should be greater than 0");
    private static final CommandError NO_SUCH_CLIENT = CommandError.err("No such client");

    private static final String ALL_CLIENTS = "O(N) where N is the number of connected clients.";

    /** The types of clients that TYPE tells apart, by all their names. */
    private enum ClientType {
        NORMAL(Token.of("normal")),
        PRIMARY(Token.of("primary"), Token.of("master")),
        REPLICA(Token.of("replica"), Token.of("slave")),
        PUBSUB(Token.of("pubsub"));

        private final List<Token> names;

        ClientType(Token... names) {
            this.names = List.of(names);
        }

        static ClientType of(Bytes name) {
            for (ClientType t : values()) {
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

    private final Server server;

    ClientCommands(Server server) {
        this.server = server;
    }

    /** Declares the container and its subcommands. */
    void register(Registrar r) {
        r.container(CommandSpec.of("CLIENT", -2).group(CommandGroup.CONNECTION).since("2.4.0")
                .summary("Holds the commands about connected clients.").complexity("Depends on the subcommand."));
        registerOwn(r);
        registerAll(r);
    }

    /** The subcommands about the client that sends them. */
    private void registerOwn(Registrar r) {
        r.command(
                client("ID", 2, "5.0.0").summary("Returns the number of this connection, unique in the server's life.").complexity("O(1)"),
                this::id);
        r.command(client("INFO", 2, "6.2.0").summary("Describes this connection in one line.").complexity("O(1)")
                .tips("nondeterministic_output"), this::info);
        r.command(client("GETNAME", 2, "2.6.9").summary("Returns the name of this connection.").complexity("O(1)"), this::getName);
        r.command(client("SETNAME", 3, "2.6.9").summary("Names this connection.").complexity("O(1)")
                .tips("request_policy:all_nodes", "response_policy:all_succeeded").syntax("connection-name"), this::setName);
        r.command(client("SETINFO", 4, "7.2.0").summary("Tells the name or the version of the client's library.").complexity("O(1)")
                .tips("request_policy:all_nodes", "response_policy:all_succeeded").syntax("attr=(LIB-NAME libname|LIB-VER libver)"),
                this::setInfo);
        r.command(client("REPLY", 3, "3.2.0").summary("Says whether commands of this connection are replied to.").complexity("O(1)")
                .syntax("action=(ON|OFF|SKIP)"), this::reply);
        r.command(CommandSpec.of("CLIENT|HELP", 2).group(CommandGroup.CONNECTION).since("5.0.0").acl(AclCategory.CONNECTION)
                .flags(LOADING, STALE).summary("Explains the subcommands of CLIENT.").complexity("O(1)"), help());
    }

    /** The subcommands about any client. */
    private void registerAll(Registrar r) {
        r.command(
                client("LIST", -2, "2.4.0").flags(ADMIN).summary("Describes the connected clients, one in a line.").complexity(ALL_CLIENTS)
                        .tips("nondeterministic_output")
                        .changed("2.8.12", "Field `id`.").changed("5.0.0", "Filter `TYPE`.").changed("6.0.0", "Field `user`.")
                        .changed("6.2.0", "Fields `argv-mem`, `tot-mem`, `laddr` and `redir`, filter `ID`.")
                        .changed("7.0.0", "Fields `resp`, `multi-mem`, `rbs` and `rbp`.").changed("7.0.3", "Field `ssub`.")
                        .changed("7.2.0", "Fields `lib-name` and `lib-ver`.")
                        .changed("8.0.0", "Fields `watch`, `tot-net-in`, `tot-net-out` and `tot-cmds`.")
                        .syntax("[TYPE client-type=(NORMAL|MASTER|REPLICA|PUBSUB)]@5.0.0 [ID client-id:integer...]@6.2.0"),
                this::list);
        r.command(client("KILL", -3, "2.4.0").flags(ADMIN).summary("Closes the connections that fulfil all conditions.")
                .complexity(ALL_CLIENTS).changed("2.8.12", "The form with conditions; condition `ID`.")
                .changed("3.2.0", "Type `master`.").changed("5.0.0", "Type `replica`, for which `slave` still stands.")
                .changed("6.2.0", "Condition `LADDR`.").changed("8.0.0", "Condition `MAXAGE`; type `primary`.")
                .syntax("filter=(old-format|new-format=([ID client-id:integer]@2.8.12"
                        + "|[TYPE client-type=(NORMAL|MASTER@3.2.0|PRIMARY@8.0.0|SLAVE|REPLICA@5.0.0|PUBSUB)]@2.8.12"
                        + "|[USER username]|[ADDR addr]|[LADDR laddr]@6.2.0|[SKIPME skipme=(YES|NO)]|[MAXAGE maxage:integer]@8.0.0)...)"),
                this::kill);
    }

    private static CommandSpec.Builder client(String name, int arity, String since) {
        return CommandSpec.of("CLIENT|" + name, arity).group(CommandGroup.CONNECTION).since(since).acl(AclCategory.CONNECTION)
                .flags(NOSCRIPT, LOADING, STALE);
    }

    private static ServerClient self(Call call) {
        return ((CallContext) call).serverClient();
    }

    private void id(Call call, Args args, Reply out) {
        out.integer(self(call).id());
    }

    private void info(Call call, Args args, Reply out) {
        StringBuilder text = new StringBuilder(400);
        appendLine(text, self(call), call, args);
        out.verbatim("txt", Bytes.of(text.toString()));
    }

    private void appendLine(StringBuilder to, ServerClient client, Call call, Args args) {
        long own = 0;
        if (client == self(call)) {
            for (int i = 0; i < args.size(); i++) {
                own += args.at(i).length();
            }
        }
        ClientInfo.append(to, client, server.pubsub(), server.clock().millis(), own);
        to.append('\n');
    }

    private void getName(Call call, Args args, Reply out) {
        String name = self(call).name();
        if (name.isEmpty()) {
            out.nil();
        } else {
            out.bulk(name);
        }
    }

    private void setName(Call call, Args args, Reply out) {
        self(call).name(ClientNames.name(args.at(2)));
        out.ok();
    }

    private void setInfo(Call call, Args args, Reply out) {
        if (args.is(2, LIB_NAME)) {
            self(call).libraryName(ClientNames.attribute(args.at(2), args.at(3)));
        } else if (args.is(2, LIB_VER)) {
            self(call).libraryVersion(ClientNames.attribute(args.at(2), args.at(3)));
        } else {
            throw CommandError.err("Unrecognized option '" + args.at(2).text() + "'");
        }
        out.ok();
    }

    private void reply(Call call, Args args, Reply out) {
        ServerClient client = self(call);
        if (args.is(2, ON)) {
            client.replyMode(ServerClient.ReplyMode.ON);
            out.ok();
        } else if (args.is(2, OFF)) {
            client.replyMode(ServerClient.ReplyMode.OFF);
        } else if (!args.is(2, SKIP)) {
            throw CommandError.SYNTAX;
        } else if (client.replyMode() != ServerClient.ReplyMode.OFF) {
            client.replyMode(ServerClient.ReplyMode.SKIP_NEXT);
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
                    appendLine(text, client, call, args);
                }
            }
        } else {
            ClientType type = null;
            if (args.size() == 4 && args.is(2, TYPE)) {
                type = ClientType.of(args.at(3));
            } else if (args.size() != 2) {
                throw CommandError.SYNTAX;
            }
            for (ServerClient client : server.clients().all()) {
                if (type == null || type.includes(client)) {
                    appendLine(text, client, call, args);
                }
            }
        }
        out.verbatim("txt", Bytes.of(text.toString()));
    }

    /** The conditions of CLIENT KILL; those that are not set hold for every client. */
    private static final class Conditions {
        long id;
        @Nullable String address;
        @Nullable String localAddress;
        @Nullable ClientType type;
        long maxAgeSeconds;
        boolean skipSelf = true;

        boolean holdFor(ServerClient c, long nowMillis) {
            return (id == 0 || c.id() == id) && (address == null || address.equals(c.address()))
                    && (localAddress == null || localAddress.equals(c.connection().local())) && (type == null || type.includes(c))
                    && (maxAgeSeconds == 0 || nowMillis / 1000 - c.createdMillis() / 1000 >= maxAgeSeconds);
        }
    }

    private void kill(Call call, Args args, Reply out) {
        boolean oldForm = args.size() == 3;
        Conditions conditions = oldForm ? byAddress(args.at(2)) : conditions(args);
        long now = call.now();
        boolean self = false;
        int killed = 0;
        for (ServerClient client : List.copyOf(server.clients().all())) {
            if (!conditions.holdFor(client, now)) {
                continue;
            }
            if (client != self(call)) {
                server.clients().close(client);
            } else if (conditions.skipSelf) {
                continue;
            } else {
                self = true;
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
        if (self) {
            self(call).closeAfterReply();
        }
    }

    private static Conditions byAddress(Bytes address) {
        Conditions c = new Conditions();
        c.address = address.text();
        c.skipSelf = false;
        return c;
    }

    private static Conditions conditions(Args args) {
        Conditions c = new Conditions();
        for (int i = 2; i < args.size(); i += 2) {
            if (i + 1 == args.size()) {
                throw CommandError.SYNTAX;
            }
            Bytes value = args.at(i + 1);
            if (args.is(i, ID)) {
                c.id = atLeastOne(value, ID_TOO_SMALL, ID_TOO_SMALL);
            } else if (args.is(i, MAXAGE)) {
                c.maxAgeSeconds = atLeastOne(value, AGE_NOT_AN_INTEGER, AGE_TOO_SMALL);
            } else if (args.is(i, TYPE)) {
                c.type = ClientType.of(value);
            } else if (args.is(i, ADDR)) {
                c.address = value.text();
            } else if (args.is(i, LADDR)) {
                c.localAddress = value.text();
            } else if (args.is(i, USER)) {
                checkUser(value);
            } else if (args.is(i, SKIPME)) {
                c.skipSelf = yes(args, i + 1);
            } else {
                throw CommandError.SYNTAX;
            }
        }
        return c;
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

    /** Every client is the one user that there is. */
    private static void checkUser(Bytes name) {
        if (!name.text().equals(Authentication.DEFAULT_USER)) {
            throw CommandError.err("No such user '" + name.text() + "'");
        }
    }

    private static Command help() {
        return HelpText.of("CLIENT",
                "GETNAME", "    Return the name of this connection.",
                "ID", "    Return the number of this connection.",
                "INFO", "    Describe this connection.",
                "KILL <ip:port>", "    Close the connection from this address.",
                "KILL <option> <value> [<option> <value> [...]]", "    Close the connections that fulfil all conditions. Options are:",
                "    * ADDR (<ip:port>|<unixsocket>:0)", "      From this address.",
                "    * LADDR (<ip:port>|<unixsocket>:0)", "      To this address of the server.",
                "    * TYPE (NORMAL|PRIMARY|REPLICA|PUBSUB)", "      Of this type.",
                "    * USER <username>", "      Authenticated as this user.",
                "    * SKIPME (YES|NO)", "      Whether to spare this connection (default: yes).",
                "    * ID <client-id>", "      With this number.",
                "    * MAXAGE <maxage>", "      As old as this, in seconds, or older.",
                "LIST [options ...]", "    Describe the connected clients. Options are:",
                "    * TYPE (NORMAL|PRIMARY|REPLICA|PUBSUB)", "      Only clients of this type.",
                "    * ID <client-id> [<client-id> ...]", "      Only clients with these numbers.",
                "REPLY (ON|OFF|SKIP)", "    Say whether commands of this connection are replied to.",
                "SETNAME <name>", "    Name this connection.",
                "SETINFO <option> <value>", "    Tell about the client's library. Options are:",
                "    * LIB-NAME: its name.",
                "    * LIB-VER: its version.");
    }
}
