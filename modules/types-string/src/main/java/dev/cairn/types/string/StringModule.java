package dev.cairn.types.string;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;

/** The module of strings: declares the data type and the commands of the string group. */
public final class StringModule implements ServerModule {
    private static final ModuleInfo INFO = ModuleInfo.of("types-string", 1);

    private final SizeLimit limit = new SizeLimit();
    private final StringCommands strings = new StringCommands(limit);
    private final CounterCommands counters = new CounterCommands();
    private final Lcs lcs = new Lcs(limit);

    /** Makes the module; for {@link java.util.ServiceLoader}. */
    public StringModule() {
    }

    @Override
    public ModuleInfo info() {
        return INFO;
    }

    @Override
    public void configure(Registrar registrar) {
        registrar.dataType(StringType.TYPE);
        strings.register(registrar);
        counters.register(registrar);
        lcs.register(registrar);
    }

    @Override
    public void start(ModuleContext context) {
        limit.bind(context);
    }
}
