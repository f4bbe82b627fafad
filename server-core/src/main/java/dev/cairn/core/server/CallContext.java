package dev.cairn.core.server;

import dev.cairn.api.command.Call;
import dev.cairn.api.command.Client;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Outcall;
import dev.cairn.api.command.Publisher;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.api.data.Keyspace;
import dev.cairn.core.db.Database;

/** The context of one execution, reused for the next. Main thread. */
public final class CallContext implements Call {
    private final Server server;
    private ServerClient client;
    private CommandEntry entry;
    private boolean inTransaction;
    /** Whether the command has words that stand for its changes in the log: not when it is resumed. */
    private boolean logged;
    /** When the command first let the server breathe, in the time of {@code System.nanoTime}. */
    private long since;
    private boolean breathed;
    private final Redactions redactions = new Redactions();

    CallContext(Server server, ServerClient client, CommandEntry entry) {
        this.server = server;
        this.client = client;
        this.entry = entry;
    }

    CallContext bind(ServerClient c, CommandEntry e, boolean transaction) {
        client = c;
        entry = e;
        inTransaction = transaction;
        logged = true;
        redactions.clear();
        breathed = false;
        return this;
    }

    /** The client with all that the core knows of it. */
    public ServerClient serverClient() {
        return client;
    }

    /** The arguments that hold secrets, as far as the handler has told. */
    Redactions redactions() {
        return redactions;
    }

    @Override
    public void redact(int argument) {
        redactions.add(argument);
    }

    @Override
    public void breathe() {
        if (!breathed) {
            breathed = true;
            since = System.nanoTime();
        }
        ServerClient sender = server.dispatcher().current();
        server.breathing().breathe(sender == null ? client : sender, since);
    }

    @Override
    public Client client() {
        return client;
    }

    @Override
    public Keyspace keyspace() {
        return client.database;
    }

    @Override
    public Keyspace keyspace(int database) {
        if (database < 0 || database >= server.databases().count()) {
            throw CommandError.err("DB index is out of range");
        }
        return server.databases().at(database);
    }

    @Override
    public int databases() {
        return server.databases().count();
    }

    @Override
    public CommandSpec command() {
        return entry.spec();
    }

    Database database() {
        return client.database;
    }

    /** Whether the command's words stand for its changes in the log, unless its handler says otherwise. */
    boolean logged() {
        return logged;
    }

    @Override
    public Outcall outcall() {
        return server.outcalls().of(this);
    }

    @Override
    public Publisher publisher() {
        return server.pubsub();
    }

    @Override
    public long now() {
        return server.databases().now();
    }

    @Override
    public long micros() {
        return server.clock().exactMicros();
    }

    @Override
    public boolean inTransaction() {
        return inTransaction;
    }

    @Override
    public Ticket suspend(Suspension suspension) {
        if (inTransaction) {
            throw new IllegalStateException("a command cannot block inside a transaction");
        }
        return server.blocking().block(client, entry, suspension);
    }
}
