package dev.cairn.core.server;

/**
 * All that one module has declared, as one thing. Known by its identity: of a module that is being upgraded there are two, with one name.
 */
public final class Registration {
    private final String module;
    private final boolean replaceable;

    /** A registration of the module with the given name, which stays as long as the server runs. */
    public Registration(String module) {
        this(module, false);
    }

    /**
     * A registration of the module with the given name.
     *
     * @param replaceable whether a newer version may take the module's place while the server runs
     */
    public Registration(String module, boolean replaceable) {
        this.module = module;
        this.replaceable = replaceable;
    }

    /** Whether a newer version may take the module's place while the server runs. */
    boolean replaceable() {
        return replaceable;
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
