package dev.cairn.core.boot;

import java.io.IOException;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleRejected;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.event.OptionsChanged;
import dev.cairn.core.commands.IntrinsicModule;
import dev.cairn.core.config.CoreOptions;
import dev.cairn.core.config.Directive;
import dev.cairn.core.config.Options;
import dev.cairn.core.module.ModuleManager;
import dev.cairn.core.server.Server;

/**
 * A server as it is put together: options, modules, and the server made of them. Boot does it for a process, the test kit for a test. Main
 * thread.
 *
 * <p>Modules are registered first, because they declare options; then the options are loaded, because they say what server to make.
 */
public final class ServerAssembly {
    private final Options options = new Options();
    private final CoreOptions core = new CoreOptions(options);
    private final ModuleManager modules = new ModuleManager(options);
    private @Nullable Server server;
    private @Nullable ServerHooks hooks;

    /** An assembly without modules and with default options. */
    public ServerAssembly() {
    }

    /** All options. */
    public Options options() {
        return options;
    }

    /** The options of the core. */
    public CoreOptions core() {
        return core;
    }

    /** The modules. */
    public ModuleManager modules() {
        return modules;
    }

    /** Sets options from directives in their order; of those about one option the last wins, unless they add up. */
    public void configure(List<Directive> directives) throws BootFailure {
        options.load(directives);
    }

    /**
     * Makes the server, with what the modules have declared, the intrinsic commands, and the options applied.
     *
     * @throws BootFailure when the system gives no event loop, or declarations or options contradict each other
     */
    public Server makeServer() throws BootFailure {
        Server made;
        try {
            made = new Server(core.databases.value().intValue());
        } catch (IOException e) {
            throw new BootFailure("Failed creating the event loop: " + e.getMessage(), 1, e);
        }
        server = made;
        made.identity().modules = modules::loaded;
        options.loadedModules(modules::loadedByPath);
        made.identity().unloadedModules = modules::unloadedModules;
        made.identity().uncollectedModules = modules::uncollectedModules;
        try {
            modules.bind(made);
            modules.register(new IntrinsicModule(made, options, modules), "built in");
            ServerHooks toServer = new ServerHooks(made, core);
            hooks = toServer;
            core.hooks(toServer);
            toServer.applyAll();
            options.onChange(names -> made.events().fire(new OptionsChanged(names)));
        } catch (ModuleRejected | OptionError e) {
            throw new BootFailure(String.valueOf(e.getMessage()), 1, e);
        }
        for (Options.Rename rename : options.renames()) {
            String wrong = made.renameCommand(rename.from(), rename.to());
            if (wrong != null) {
                throw rename.directive().error(wrong);
            }
        }
        return made;
    }

    /** The server. */
    public Server server() {
        Server s = server;
        if (s == null) {
            throw new IllegalStateException("the server is not made yet");
        }
        return s;
    }

    /** What brings the values of the core's options to the server. */
    ServerHooks hooks() {
        ServerHooks h = hooks;
        if (h == null) {
            throw new IllegalStateException("the server is not made yet");
        }
        return h;
    }
}
