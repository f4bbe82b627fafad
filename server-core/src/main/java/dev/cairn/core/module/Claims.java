package dev.cairn.core.module;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleRejected;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.data.DataType;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobLanes;

/** Whose the names are that modules have declared. Main thread. */
final class Claims {
    private static final Set<String> OF_THE_SERVER = Arrays.stream(AclCategory.values()).map(AclCategory::wireName)
            .collect(Collectors.toUnmodifiableSet());

    private final Map<String, StagedRegistrar> commands = new HashMap<>();
    private final Map<String, StagedRegistrar> types = new HashMap<>();
    private final Map<String, StagedRegistrar> connections = new HashMap<>();
    private final Map<String, StagedRegistrar> infos = new HashMap<>();
    private final Map<String, StagedRegistrar> jobs = new HashMap<>();
    private final Map<String, StagedRegistrar> categories = new HashMap<>();
    private final Map<Class<?>, StagedRegistrar> exports = new HashMap<>();
    private final Map<String, ConnectionType> connectionTypes = new LinkedHashMap<>();
    private @Nullable StagedRegistrar lanes;
    private @Nullable StagedRegistrar persistence;
    private @Nullable StagedRegistrar threadedIo;

    /**
     * Refuses declarations that claim what is taken.
     *
     * @param successorOf whose claims do not count, because the declarations are to take their place; null for nobody's
     * @throws ModuleRejected with the names of both modules
     */
    void check(StagedRegistrar staged, @Nullable StagedRegistrar successorOf) throws ModuleRejected {
        Names names = new Names(staged, successorOf);
        Map<String, StagedRegistrar> own = new HashMap<>();
        for (StagedRegistrar.StagedCommand c : staged.commands) {
            String name = c.spec().name();
            names.take("command", name, name, commands, own);
            int bar = name.indexOf('|');
            if (bar >= 0 && !own.containsKey(name.substring(0, bar)) && names.owner(name.substring(0, bar), commands) == null) {
                throw new ModuleRejected("module '" + staged.module() + "': subcommand '" + name + "' has no container");
            }
        }
        own = new HashMap<>();
        for (DataType t : staged.dataTypes) {
            names.take("data type", t.name(), t.name(), types, own);
            names.take("type id", t.id().name(), idOf(t), types, own);
        }
        own = new HashMap<>();
        for (ConnectionType t : staged.connectionTypes) {
            names.take("connection type", t.name(), t.name(), connections, own);
        }
        own = new HashMap<>();
        for (StagedRegistrar.StagedInfo i : staged.infos) {
            names.take("INFO section", i.title(), i.title().toLowerCase(Locale.ROOT), infos, own);
        }
        own = new HashMap<>();
        for (BackgroundJobType<?, ?> t : staged.jobTypes) {
            names.take("job type", t.name(), t.name(), jobs, own);
        }
        checkCategories(staged, names);
        checkSingle(staged, successorOf);
        for (Class<?> api : staged.exports.keySet()) {
            StagedRegistrar owner = names.owner(api, exports);
            if (owner != null) {
                throw new ModuleRejected("API " + api.getName() + " of module '" + staged.module() + "' is exported by module '"
                        + owner.module() + "'");
            }
        }
    }

    /** The names that some declarations take. */
    private record Names(StagedRegistrar staged, @Nullable StagedRegistrar successorOf) {
        <K> @Nullable StagedRegistrar owner(K key, Map<K, StagedRegistrar> taken) {
            StagedRegistrar owner = taken.get(key);
            return owner == successorOf ? null : owner;
        }

        void take(String what, String name, String key, Map<String, StagedRegistrar> taken, Map<String, StagedRegistrar> own)
                throws ModuleRejected {
            StagedRegistrar owner = owner(key, taken);
            if (own.putIfAbsent(key, staged) != null) {
                owner = staged;
            }
            if (owner != null) {
                throw new ModuleRejected(what + " '" + name.toLowerCase(Locale.ROOT) + "' of module '" + staged.module()
                        + "' is taken by module '" + owner.module() + "'");
            }
        }
    }

    private void checkCategories(StagedRegistrar staged, Names names) throws ModuleRejected {
        Map<String, StagedRegistrar> own = new HashMap<>();
        for (String c : staged.aclCategories) {
            if (OF_THE_SERVER.contains(c)) {
                throw new ModuleRejected("ACL category '" + c + "' of module '" + staged.module() + "' is the server's own");
            }
            names.take("ACL category", c, c, categories, own);
        }
        for (StagedRegistrar.StagedCommand c : staged.commands) {
            for (String category : c.spec().moduleCategories()) {
                if (!own.containsKey(category) && names.owner(category, categories) == null) {
                    throw new ModuleRejected("command '" + c.spec().name().toLowerCase(Locale.ROOT) + "' of module '" + staged.module()
                            + "' is in ACL category '" + category + "', which no module declares");
                }
            }
        }
    }

    private void checkSingle(StagedRegistrar staged, @Nullable StagedRegistrar successorOf) throws ModuleRejected {
        StagedRegistrar runner = lanes;
        if (staged.jobLanes != null && runner != null && runner != successorOf) {
            throw new ModuleRejected(
                    "module '" + staged.module() + "': background jobs are run by module '" + runner.module() + "' already");
        }
        StagedRegistrar keeper = persistence;
        if (staged.persistence != null && keeper != null && keeper != successorOf) {
            throw new ModuleRejected("module '" + staged.module() + "': data is kept by module '" + keeper.module() + "' already");
        }
        StagedRegistrar reader = threadedIo;
        if (staged.threadedIo != null && reader != null && reader != successorOf) {
            throw new ModuleRejected(
                    "module '" + staged.module() + "': module '" + reader.module() + "' reads and writes by threads already");
        }
    }

    private static String idOf(DataType type) {
        return "id " + type.id().name();
    }

    /** Notes whose the names are from now on. */
    void add(StagedRegistrar staged) {
        staged.commands.forEach(c -> commands.put(c.spec().name(), staged));
        for (DataType t : staged.dataTypes) {
            types.put(t.name(), staged);
            types.put(idOf(t), staged);
        }
        for (ConnectionType t : staged.connectionTypes) {
            connectionTypes.put(t.name(), t);
            connections.put(t.name(), staged);
        }
        staged.infos.forEach(i -> infos.put(i.title().toLowerCase(Locale.ROOT), staged));
        staged.jobTypes.forEach(t -> jobs.put(t.name(), staged));
        staged.aclCategories.forEach(c -> categories.put(c, staged));
        staged.exports.keySet().forEach(api -> exports.put(api, staged));
        if (staged.jobLanes != null) {
            lanes = staged;
        }
        if (staged.persistence != null) {
            persistence = staged;
        }
        if (staged.threadedIo != null) {
            threadedIo = staged;
        }
    }

    /** Frees the names that are taken by these declarations. */
    void remove(StagedRegistrar staged) {
        staged.connectionTypes.forEach(t -> connectionTypes.remove(t.name(), t));
        List.of(commands, types, connections, infos, jobs, categories).forEach(taken -> taken.values().removeIf(s -> s == staged));
        exports.values().removeIf(s -> s == staged);
    }

    /** All connection types. */
    List<ConnectionType> connectionTypes() {
        return List.copyOf(connectionTypes.values());
    }

    /** Who has declared a command, by its name as declared; null for nobody. */
    @Nullable
    StagedRegistrar ownerOfCommand(String name) {
        return commands.get(name);
    }

    /** Who has declared that it exports an API; null for nobody. */
    @Nullable
    StagedRegistrar exporter(Class<?> api) {
        return exports.get(api);
    }

    /** The implementation of an API. */
    <A> Optional<A> exported(Class<A> api) {
        StagedRegistrar owner = exports.get(api);
        return owner == null ? Optional.empty() : Optional.ofNullable(owner.exports.get(api)).map(api::cast);
    }

    /** What runs background jobs; null when nothing does. */
    @Nullable
    JobLanes lanes() {
        StagedRegistrar runner = lanes;
        return runner == null ? null : runner.jobLanes;
    }

    /** Whether it is these declarations that bring what the whole server runs on: lanes of background jobs, persistence, I/O threads. */
    boolean carriesServer(StagedRegistrar staged) {
        return staged == lanes || staged == persistence || staged == threadedIo;
    }

    /** Whether it is these declarations that bring the lanes of background jobs. */
    boolean runsJobs(StagedRegistrar staged) {
        return staged == lanes;
    }
}
