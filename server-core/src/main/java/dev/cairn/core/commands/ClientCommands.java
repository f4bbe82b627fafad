package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.ADMIN;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.STALE;

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

/** The container CLIENT, and its subcommands about the client that sends them: its name, its modes, the replies it wants. Main thread. */
final class ClientCommands {
    private static final Token ON = Token.of("ON");
    private static final Token OFF = Token.of("OFF");
    private static final Token SKIP = Token.of("SKIP");
    private static final Token REDIRECT = Token.of("REDIRECT");
    private static final Token LIB_NAME = Token.of("LIB-NAME");
    private static final Token LIB_VER = Token.of("LIB-VER");

    private final Server server;

    ClientCommands(Server server) {
        this.server = server;
    }

    /** Declares the container and its subcommands. */
    void register(Registrar r) {
        r.container(CommandSpec.of("CLIENT", -2).group(CommandGroup.CONNECTION).since("2.4.0")
                .summary("Holds the commands about connected clients.").complexity("Depends on the subcommand."));
        registerOwn(r);
        registerModes(r);
        new ClientControlCommands(server, this).register(r);
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

    /** The modes of the client that sends them. */
    private void registerModes(Registrar r) {
        r.command(client("NO-EVICT", 3, "7.0.0").flags(ADMIN).complexity("O(1)").syntax("enabled=(ON|OFF)")
                .summary("Spares this connection, or not, when clients take too much memory."), this::noEvict);
        r.command(client("NO-TOUCH", 3, "7.2.0").complexity("O(1)").syntax("enabled=(ON|OFF)")
                .summary("Says whether commands of this connection leave the access history of keys alone."), this::noTouch);
        r.command(client("CAPA", -3, "8.0.0").complexity("O(1)").syntax("capability...")
                .summary("Tells what the client of this connection is able to do."), this::capa);
        r.command(client("GETREDIR", 2, "6.0.0").complexity("O(1)")
                .summary("Returns the number of the connection that invalidations of tracked keys go to."), this::getRedir);
    }

    /** Begins the declaration of a subcommand. */
    static CommandSpec.Builder client(String name, int arity, String since) {
        return CommandSpec.of("CLIENT|" + name, arity).group(CommandGroup.CONNECTION).since(since).acl(AclCategory.CONNECTION)
                .flags(NOSCRIPT, LOADING, STALE);
    }

    /** The client that sent the command. */
    static ServerClient self(Call call) {
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

    /** Appends the line that describes a client. */
    void appendLine(StringBuilder to, ServerClient client, Call call, Args args) {
        server.clients().threads().await();
        long own = 0;
        if (client == self(call)) {
            for (int i = 0; i < args.size(); i++) {
                own += args.at(i).length();
            }
        }
        ClientInfo.append(to, client, server.pubsub(), call.now(), own);
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

    private void noEvict(Call call, Args args, Reply out) {
        server.clients().noEvict(self(call), on(args));
        out.ok();
    }

    private void noTouch(Call call, Args args, Reply out) {
        self(call).noTouch(on(args));
        out.ok();
    }

    private static boolean on(Args args) {
        if (!args.is(2, ON) && !args.is(2, OFF)) {
            throw CommandError.SYNTAX;
        }
        return args.is(2, ON);
    }

    private void capa(Call call, Args args, Reply out) {
        for (int i = 2; i < args.size(); i++) {
            if (args.is(i, REDIRECT)) {
                self(call).followRedirects();
            }
        }
        out.ok();
    }

    /** No client tracks keys: the number is always that of none. */
    private void getRedir(Call call, Args args, Reply out) {
        out.integer(-1);
    }

    /** The error for a subcommand with arguments that none of its forms takes. */
    static CommandError syntaxError(Args args) {
        return CommandError.err("unknown subcommand or wrong number of arguments for '" + args.at(1).text() + "'. Try CLIENT HELP.");
    }

    private static Command help() {
        return HelpText.of("CLIENT",
                "CAPA <option> [options...]", "    Tell what the client is able to do. Options are:",
                "    * REDIRECT", "      It follows a redirection to another server, as after a failover.",
                "GETREDIR", "    Return the number of the connection that invalidations of tracked keys go to.",
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
                "UNPAUSE", "    End the pause of clients.",
                "PAUSE <timeout> [WRITE|ALL]", "    Hold up commands of all clients, or those that write, for so many milliseconds.",
                "REPLY (ON|OFF|SKIP)", "    Say whether commands of this connection are replied to.",
                "SETNAME <name>", "    Name this connection.",
                "SETINFO <option> <value>", "    Tell about the client's library. Options are:",
                "    * LIB-NAME: its name.",
                "    * LIB-VER: its version.",
                "UNBLOCK <clientid> [TIMEOUT|ERROR]", "    End the wait of a client in a blocking command.",
                "NO-EVICT (ON|OFF)", "    Spare this connection, or not, when clients take too much memory.",
                "NO-TOUCH (ON|OFF)", "    Leave the access history of keys alone, or not.");
    }
}
