package dev.cairn.types.list;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;

/** The module of lists: declares the data type, its options, the commands of the list group, and SORT. */
public final class ListModule implements ServerModule {
    private static final ModuleInfo INFO = ModuleInfo.of("types-list", 1);

    /** Makes the module; for {@link java.util.ServiceLoader}. */
    public ListModule() {
    }

    @Override
    public ModuleInfo info() {
        return INFO;
    }

    @Override
    public void configure(Registrar registrar) {
        ListLimits limits = new ListLimits(registrar);
        ListType type = new ListType(limits);
        registrar.dataType(type);
        new ListCommands(type).register(registrar);
        new EndCommands(type).register(registrar);
        new BlockingCommands(type).register(registrar);
        new SortCommands(type).register(registrar);
    }
}
