package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.ALLOW_BUSY;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.NO_AUTH;
import static dev.cairn.api.command.CommandFlag.STALE;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.core.server.CallContext;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.ServerClient;

/** The commands about the connection itself: AUTH, HELLO, PING, ECHO, SELECT, QUIT, RESET. Main thread. */
final class ConnectionCommands {
    /** The version of Redis whose behaviour clients can count on. */
    private static final String COMPATIBLE_VERSION = "7.2.4";

    private static final Token PONG = Token.of("PONG");
    /** What PING is answered with where every reply is an array like a message. */
    private static final Bytes SUBSCRIBERS_PONG = Bytes.of("pong");
    private static final Token RESET = Token.of("RESET");
    private static final Token AUTH = Token.of("AUTH");
    private static final Token SETNAME = Token.of("SETNAME");

    private static final CommandError NO_PASSWORD_SET = CommandError.err("AUTH <password> called without any password configured for the"
            + " default user. Are you sure your configuration is correct?");
    private static final CommandError BAD_VERSION = CommandError.err("Protocol version is not an integer or out of range");
    private static final CommandError NO_SUCH_VERSION = CommandError.of("NOPROTO", "unsupported protocol version");
    private static final CommandError HELLO_FIRST = CommandError.of("NOAUTH", "HELLO must be called with the client already authenticated,"
            + " otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol"
            + " version at the same time");
    private static final CommandError NO_SUCH_DATABASE = CommandError.err("DB index is out of range");
    private static final CommandError NOT_A_32_BIT_INTEGER = CommandError
            .err("value is out of range, value must between -2147483648 and 2147483647");
    private static final CommandError TOO_MANY_FOR_PING = CommandError.err("wrong number of arguments for 'ping' command");

    private final Server server;
    private final Authentication authentication;

    ConnectionCommands(Server server) {
        this.server = server;
        this.authentication = new Authentication(server);
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.command(connection("AUTH", -2, "1.0.0").summary("Authenticates the connection with a password, as a user if one is named.")
                .complexity("O(N) where N is the number of passwords of the user.")
                .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY)
                .changed("6.0.0", "The form with a user's name.").syntax("[username]@6.0.0 password"), this::auth);
        r.command(connection("HELLO", -1, "6.0.0")
                .summary("Greets the server: chooses the protocol, authenticates, names the connection, and tells about the server.")
                .complexity("O(1)").flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY)
                .changed("6.2.0", "`protover` may be left out, which leaves the protocol as it is.")
                .syntax("[arguments=(protover:integer [AUTH auth=(username password)] [SETNAME clientname])]"), this::hello);
        r.command(connection("PING", -1, "1.0.0").summary("Returns PONG or the message, which shows that the server is alive.")
                .complexity("O(1)").flags(FAST).tips("request_policy:all_shards", "response_policy:all_succeeded").syntax("[message]"),
                this::ping);
        r.command(connection("ECHO", 2, "1.0.0").summary("Returns the message.").complexity("O(1)").flags(LOADING, STALE, FAST)
                .syntax("message"), this::echo);
        r.command(connection("SELECT", 2, "1.0.0").summary("Chooses the database of the connection's further commands.").complexity("O(1)")
                .flags(LOADING, STALE, FAST).syntax("index:integer"), this::select);
        r.command(connection("QUIT", -1, "1.0.0").summary("Closes the connection after a last reply.").complexity("O(1)")
                .flags(ALLOW_BUSY, NOSCRIPT, LOADING, STALE, FAST, NO_AUTH).deprecated("7.2.0", "just closing the connection"), this::quit);
        r.command(connection("RESET", 1, "6.2.0").summary("Puts the connection into the state of a new one.").complexity("O(1)")
                .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY), this::reset);
    }

    private static CommandSpec.Builder connection(String name, int arity, String since) {
        return CommandSpec.of(name, arity).group(CommandGroup.CONNECTION).since(since).acl(AclCategory.CONNECTION);
    }

    private void auth(Call call, Args args, Reply out) {
        if (args.size() > 3) {
            throw CommandError.SYNTAX;
        }
        for (int i = 1; i < args.size(); i++) {
            call.redact(i);
        }
        if (args.size() == 2) {
            if (!server.authenticationRequired()) {
                throw NO_PASSWORD_SET;
            }
            authentication.authenticate(call, Authentication.DEFAULT_NAME, args.at(1), out, Reply::ok);
        } else {
            authentication.authenticate(call, args.at(1), args.at(2), out, Reply::ok);
        }
    }

    private void hello(Call call, Args args, Reply out) {
        ServerClient client = ((CallContext) call).serverClient();
        int version = client.protocol();
        if (args.size() > 1) {
            if (!args.at(1).isLong()) {
                throw BAD_VERSION;
            }
            long wanted = args.at(1).asLong();
            if (wanted < 2 || wanted > 3) {
                throw NO_SUCH_VERSION;
            }
            version = (int) wanted;
        }
        Bytes user = null;
        Bytes password = null;
        String name = null;
        for (int i = 2; i < args.size(); i++) {
            int more = args.size() - 1 - i;
            if (args.is(i, AUTH) && more >= 2) {
                call.redact(i + 1);
                call.redact(i + 2);
                user = args.at(++i);
                password = args.at(++i);
            } else if (args.is(i, SETNAME) && more >= 1) {
                name = ClientNames.name(args.at(++i));
            } else {
                throw CommandError.err("Syntax error in HELLO option '" + args.at(i).text() + "'");
            }
        }
        if (user == null || password == null) {
            greet(client, version, name, out);
            return;
        }
        int protocol = version;
        String named = name;
        authentication.authenticate(call, user, password, out, reply -> greet(client, protocol, named, reply));
    }

    private void greet(ServerClient client, int version, @Nullable String name, Reply out) {
        if (!client.authenticated()) {
            throw HELLO_FIRST;
        }
        if (name != null) {
            client.name(name);
        }
        client.protocol(version);
        out.map(7);
        out.bulk("server").bulk("redis");
        out.bulk("version").bulk(COMPATIBLE_VERSION);
        out.bulk("proto").integer(version);
        out.bulk("id").integer(client.id());
        out.bulk("mode").bulk("standalone");
        out.bulk("role").bulk("master");
        out.bulk("modules");
        ModuleCommands.write(server.identity().modules.get(), out);
    }

    private void ping(Call call, Args args, Reply out) {
        if (args.size() > 2) {
            throw TOO_MANY_FOR_PING;
        }
        if (((CallContext) call).serverClient().inSubscribedMode()) {
            out.array(2).bulk(SUBSCRIBERS_PONG).bulk(args.size() == 2 ? args.at(1) : Bytes.EMPTY);
        } else if (args.size() == 2) {
            out.bulk(args.at(1));
        } else {
            out.simple(PONG);
        }
    }

    private void echo(Call call, Args args, Reply out) {
        out.bulk(args.at(1));
    }

    private void select(Call call, Args args, Reply out) {
        long index = args.integer(1);
        if (index != (int) index) {
            throw NOT_A_32_BIT_INTEGER;
        }
        if (index < 0 || index >= server.databases().count()) {
            throw NO_SUCH_DATABASE;
        }
        ((CallContext) call).serverClient().select(server.databases().at((int) index));
        out.ok();
    }

    private void quit(Call call, Args args, Reply out) {
        out.ok();
        ((CallContext) call).serverClient().closeAfterReply();
    }

    private void reset(Call call, Args args, Reply out) {
        ServerClient client = ((CallContext) call).serverClient();
        client.select(server.databases().at(0));
        client.protocol(2);
        client.authenticated(!server.authenticationRequired(), Authentication.DEFAULT_USER);
        server.transactions().discard(client);
        server.pubsub().leave(client);
        client.name("");
        server.monitors().remove(client);
        client.noTouch(false);
        server.clients().noEvict(client, false);
        client.replyMode(ServerClient.ReplyMode.ON);
        out.simple(RESET);
    }
}
