package dev.cairn.types.hash;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;

/** The module of hashes: declares the data type, its options and the commands of the hash group. */
public final class HashModule implements ServerModule {
    private static final ModuleInfo INFO = ModuleInfo.of("types-hash", 1);

    private final HashLimits limits = new HashLimits();
    private final HashType type = new HashType(limits);

    /** Makes the module; for {@link java.util.ServiceLoader}. */
    public HashModule() {
    }

    HashType type() {
        return type;
    }

    @Override
    public ModuleInfo info() {
        return INFO;
    }

    @Override
    public void configure(Registrar registrar) {
        limits.register(registrar);
        registrar.dataType(type);
        new HashCommands(type).register(registrar);
        new WalkCommands(type).register(registrar);
        new FieldExpiryCommands(type).register(registrar);
    }
}
