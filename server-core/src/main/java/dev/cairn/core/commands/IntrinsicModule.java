package dev.cairn.core.commands;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.core.config.Options;
import dev.cairn.core.server.Server;

/** The commands that every server has, as a module: they know the server itself and come with it. Main thread. */
public final class IntrinsicModule implements ServerModule {
    private static final ModuleInfo INFO = ModuleInfo.of("core", 1);

    private final ConnectionCommands connection;
    private final ClientCommands client;
    private final CommandCommands command;
    private final TransactionCommands transactions;
    private final GenericCommands generic;
    private final ExpireCommands expire;
    private final ScanCommands scan;
    private final ObjectCommands object;
    private final ServerCommands serverCommands;
    private final ConfigCommands config;
    private final InfoCommand info;
    private final DebugCommands debug;

    /** Makes the module of a server and its configuration. */
    public IntrinsicModule(Server server, Options options) {
        connection = new ConnectionCommands(server);
        client = new ClientCommands(server);
        command = new CommandCommands(server);
        transactions = new TransactionCommands(server);
        generic = new GenericCommands(server);
        expire = new ExpireCommands();
        scan = new ScanCommands(server);
        object = new ObjectCommands(server);
        serverCommands = new ServerCommands(server);
        config = new ConfigCommands(server, options);
        info = new InfoCommand(server, options);
        debug = new DebugCommands(server);
    }

    @Override
    public ModuleInfo info() {
        return INFO;
    }

    @Override
    public void configure(Registrar registrar) {
        connection.register(registrar);
        client.register(registrar);
        command.register(registrar);
        transactions.register(registrar);
        generic.register(registrar);
        expire.register(registrar);
        scan.register(registrar);
        object.register(registrar);
        serverCommands.register(registrar);
        config.register(registrar);
        info.register(registrar);
        debug.register(registrar);
    }
}
