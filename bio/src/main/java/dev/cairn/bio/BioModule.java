package dev.cairn.bio;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.job.FileCloser;
import dev.cairn.structures.CpuAffinity;

/** The plug-in that runs background jobs. Main thread. */
public final class BioModule implements ServerModule {
    private static final System.Logger LOG = System.getLogger(BioModule.class.getName());

    private @Nullable Lanes lanes;
    private @Nullable CloseFile closeFile;

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public BioModule() {
    }

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("bio", 1);
    }

    @Override
    public void configure(Registrar registrar) {
        Option<String> cpus = registrar.option(OptionSpec.text("bio-cpulist", "").alias("bio_cpulist").immutable()
                .check(BioModule::checkCpus).doc("The CPUs on which background threads run, such as 0-3:2,7; empty is all."));
        Lanes made = new Lanes(() -> bind(cpus.value()));
        CloseFile files = new CloseFile();
        registrar.jobLanes(made);
        registrar.jobType(files);
        registrar.export(FileCloser.class, files);
        registrar.info("Bio", false, made::info);
        lanes = made;
        closeFile = files;
    }

    private static void checkCpus(String list) throws OptionError {
        if (!list.isEmpty()) {
            try {
                CpuAffinity.parse(list);
            } catch (IllegalArgumentException e) {
                throw new OptionError(String.valueOf(e.getMessage()));
            }
        }
    }

    private static void bind(String cpus) {
        if (!cpus.isEmpty()) {
            try {
                CpuAffinity.bind(cpus);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "Can''t bind {0} to the CPUs {1}: {2}", Thread.currentThread().getName(), cpus,
                        e.getMessage());
            }
        }
    }

    @Override
    public void start(ModuleContext context) {
        if (lanes != null && closeFile != null) {
            lanes.threads(context::thread);
            closeFile.queue(context.jobs(closeFile));
        }
    }

    @Override
    public void stop(StopReason reason) {
        if (closeFile != null) {
            closeFile.queue(null);
        }
    }
}
