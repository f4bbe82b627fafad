package dev.cairn.core.module;

import java.lang.module.ModuleDescriptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ServerModule;
import dev.cairn.api.data.DataType;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobQueue;

/** A registered module. Main thread. */
public final class LoadedModule {
    private final ServerModule module;
    private final ModuleInfo info;
    private final String origin;
    private final StagedRegistrar declared;
    private final List<Thread> threads = new ArrayList<>();
    private final Set<LoadedModule> users = new HashSet<>();
    private final Set<JobQueue<?, ?>> queues = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ModuleLoop loop;
    private @Nullable PluginLayer layer;
    private List<String> arguments = List.of();
    private boolean started;

    LoadedModule(ServerModule module, ModuleInfo info, String origin, StagedRegistrar declared, ModuleLoop loop) {
        this.module = module;
        this.info = info;
        this.origin = origin;
        this.declared = declared;
        this.loop = loop;
    }

    /** Who it is. */
    public ModuleInfo info() {
        return info;
    }

    /** Where it comes from: a path or {@code built in}. */
    public String origin() {
        return origin;
    }

    /** Whether it was started and not stopped. */
    public boolean started() {
        return started;
    }

    void started(boolean value) {
        started = value;
    }

    ServerModule module() {
        return module;
    }

    /** What it has declared. */
    StagedRegistrar declared() {
        return declared;
    }

    /**
     * The names of what a module brings to the server.
     *
     * @param commands its commands and subcommands, as they are declared
     * @param dataTypes its data types
     * @param connectionTypes its transports
     * @param jobTypes its background jobs
     * @param infoSections its sections of INFO
     * @param runsJobs whether it runs the background jobs of all
     * @param keepsData whether it is what keeps the data
     */
    public record Provided(List<String> commands, List<String> dataTypes, List<String> connectionTypes, List<String> jobTypes,
            List<String> infoSections, boolean runsJobs, boolean keepsData) {
    }

    /** What it brings, each list in the order of its names. */
    public Provided provided() {
        return new Provided(declared.commands.stream().map(c -> c.spec().name()).sorted().toList(),
                declared.dataTypes.stream().map(DataType::name).sorted().toList(),
                declared.connectionTypes.stream().map(ConnectionType::name).sorted().toList(),
                declared.jobTypes.stream().map(BackgroundJobType::name).sorted().toList(),
                declared.infos.stream().map(StagedRegistrar.StagedInfo::title).sorted().toList(), declared.jobLanes != null,
                declared.persistence != null);
    }

    /** The version in the descriptor of its Java module, empty if that tells none. */
    public String artifactVersion() {
        ModuleDescriptor descriptor = module.getClass().getModule().getDescriptor();
        return descriptor == null ? "" : descriptor.rawVersion().orElse("");
    }

    /** Keeps in mind a queue of jobs that it has opened. */
    <J, R> JobQueue<J, R> opened(JobQueue<J, R> queue) {
        queues.add(queue);
        return queue;
    }

    /** The queues of jobs that it has opened. */
    Set<JobQueue<?, ?>> queues() {
        return queues;
    }

    boolean declares(BackgroundJobType<?, ?> type) {
        return declared.jobTypes.contains(type);
    }

    List<ConnectionType> connectionTypes() {
        return declared.connectionTypes;
    }

    List<Thread> threads() {
        return threads;
    }

    /** The modules that use an API of this one. */
    Set<LoadedModule> users() {
        return users;
    }

    /** The server's loop as the module sees it. */
    ModuleLoop loop() {
        return loop;
    }

    /** The layer of a module that was loaded by path, null for one of the module path. */
    public @Nullable PluginLayer layer() {
        return layer;
    }

    void layer(@Nullable PluginLayer value, List<String> words) {
        layer = value;
        arguments = List.copyOf(words);
    }

    /** The arguments that it was loaded with. */
    public List<String> arguments() {
        return arguments;
    }
}
