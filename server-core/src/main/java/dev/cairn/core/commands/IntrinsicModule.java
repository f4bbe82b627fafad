package dev.cairn.core.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.core.config.Options;
import dev.cairn.core.db.LazyFree;
import dev.cairn.core.module.ModuleManager;
import dev.cairn.core.server.Server;

/** The commands that every server has, as a module: they know the server itself and come with it. Main thread. */
public final class IntrinsicModule implements ServerModule {
    private static final ModuleInfo INFO = ModuleInfo.of("core", 1);

    private final List<Consumer<Registrar>> families;
    private final LazyFree lazyFree;

    /** Makes the module of a server, its configuration and its modules. */
    public IntrinsicModule(Server server, Options options, ModuleManager modules) {
        lazyFree = server.databases().lazyFree();
        List<Consumer<Registrar>> all = new ArrayList<>(List.of(new ConnectionCommands(server)::register,
                new ClientCommands(server)::register,
                new CommandCommands(server)::register, new TransactionCommands(server)::register, new GenericCommands(server)::register,
                new ExpireCommands()::register, new ScanCommands(server)::register, new ObjectCommands(server)::register,
                new ServerCommands(server)::register, new ConfigCommands(server, options)::register,
                new InfoCommand(server, options)::register, new SlowLogCommands(server)::register,
                new LatencyCommands(server)::register, new MemoryCommands(server)::register, new LolwutCommand()::register,
                new PubSubCommands(server)::register, new DebugCommands(server, options)::register));
        if (modules.loadsModules()) {
            all.add(new ModuleCommands(modules)::register);
        }
        families = List.copyOf(all);
    }

    @Override
    public ModuleInfo info() {
        return INFO;
    }

    @Override
    public void configure(Registrar registrar) {
        families.forEach(family -> family.accept(registrar));
        registrar.jobType(lazyFree);
    }

    @Override
    public void start(ModuleContext context) {
        if (context.runsJobs()) {
            lazyFree.queue(context.jobs(lazyFree));
        }
    }

    @Override
    public void stop(StopReason reason) {
        lazyFree.queue(null);
    }
}
