package dev.cairn.core.module;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ServerModule;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.job.BackgroundJobType;

/** A registered module. Main thread. */
public final class LoadedModule {
    private final ServerModule module;
    private final ModuleInfo info;
    private final String origin;
    private final StagedRegistrar declared;
    private final List<Thread> threads = new ArrayList<>();
    private final Set<LoadedModule> users = new HashSet<>();
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

    void layer(PluginLayer value, List<String> words) {
        layer = value;
        arguments = List.copyOf(words);
    }

    /** The arguments that it was loaded with. */
    public List<String> arguments() {
        return arguments;
    }
}
