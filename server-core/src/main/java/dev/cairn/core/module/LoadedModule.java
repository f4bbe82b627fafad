package dev.cairn.core.module;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ServerModule;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.job.BackgroundJobType;

/** A registered module. Main thread. */
public final class LoadedModule {
    private final ServerModule module;
    private final ModuleInfo info;
    private final String origin;
    private final Set<BackgroundJobType<?, ?>> jobTypes;
    private final List<ConnectionType> connectionTypes;
    private final List<Thread> threads = new ArrayList<>();
    private boolean started;

    LoadedModule(ServerModule module, String origin, List<BackgroundJobType<?, ?>> jobTypes, List<ConnectionType> connectionTypes) {
        this.module = module;
        this.info = module.info();
        this.origin = origin;
        this.jobTypes = Set.copyOf(jobTypes);
        this.connectionTypes = List.copyOf(connectionTypes);
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

    boolean declares(BackgroundJobType<?, ?> type) {
        return jobTypes.contains(type);
    }

    List<ConnectionType> connectionTypes() {
        return connectionTypes;
    }

    List<Thread> threads() {
        return threads;
    }
}
