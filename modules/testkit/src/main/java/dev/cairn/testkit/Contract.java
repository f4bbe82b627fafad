package dev.cairn.testkit;

import java.util.List;

import dev.cairn.api.ServerModule;

/** What all contracts of what a module brings ask for: the module, and what it takes to start it. */
public abstract class Contract {
    Contract() {
    }

    /** A new instance of the module. */
    protected abstract ServerModule module();

    /** New instances of the modules that the module needs in order to start; none by default. */
    protected List<ServerModule> needs() {
        return List.of();
    }

    /** Lines of configuration that the module needs in order to start, as in {@code redis.conf}; none by default. */
    protected List<String> configuration() {
        return List.of();
    }

    /** A server that is to hold these modules, those that they need, and the configuration. */
    final TestServer.Builder server(ServerModule... modules) {
        TestServer.Builder builder = TestServer.with(modules).config(configuration().toArray(String[]::new));
        needs().forEach(builder::module);
        return builder;
    }
}
