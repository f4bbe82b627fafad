package dev.cairn.core.server;

/**
 * All that one module has declared, as one thing. Known by its identity: of a module that is being upgraded there are two, with one name.
 */
public final class Registration {
    private final String module;

    /** A registration of the module with the given name. */
    public Registration(String module) {
        this.module = module;
    }

    /** The module's name. */
    public String module() {
        return module;
    }

    @Override
    public String toString() {
        return module;
    }
}
