package dev.cairn.persistence.aof;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.event.Cron;

/** The module of the append-only file. Main thread. The library that holds the increments is not touched while {@code appendonly} is off. */
public final class AofModule implements ServerModule {
    private static final ModuleInfo INFO = ModuleInfo.of("persistence-aof", 1);

    private final LogFile.Opener opener;
    private final Jobs.Type fsync = new Jobs.Type("aof_fsync", "aof_fsync");
    private final Jobs.Type rewrite = new Jobs.Type("aof_rewrite", "aof_rewrite");
    private final Jobs.Type clean = new Jobs.Type("aof_clean", "aof_clean");
    private @Nullable AofPersistence aof;

    /** Makes the module; for {@link java.util.ServiceLoader}. */
    public AofModule() {
        // not a method reference, which would load the library with this class
        this((directory, forced) -> ChronicleFile.open(directory, forced));
    }

    /** Makes the module with increments of another kind, for tests. */
    AofModule(LogFile.Opener opener) {
        this.opener = opener;
    }

    @Override
    public ModuleInfo info() {
        return INFO;
    }

    @Override
    public void configure(Registrar r) {
        AofOptions options = new AofOptions(r, this::appendOnlyChanged, this::fsyncChanged);
        AofPersistence p = new AofPersistence(options, opener, fsync, rewrite, clean);
        aof = p;
        r.jobType(fsync);
        r.jobType(rewrite);
        r.jobType(clean);
        r.persistence(p);
        new AofCommands(p).register(r);
        r.on(Cron.class, c -> p.cron());
    }

    private void appendOnlyChanged(boolean on) throws OptionError {
        if (aof != null) {
            aof.appendOnlyChanged(on);
        }
    }

    private void fsyncChanged(String value) {
        if (aof != null) {
            aof.fsyncPolicy(value);
        }
    }

    @Override
    public void start(ModuleContext context) {
        if (aof != null) {
            aof.start(context);
        }
    }

    @Override
    public void stop(StopReason reason) {
        if (aof != null) {
            aof.stop();
        }
    }
}
