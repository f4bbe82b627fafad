package dev.cairn.core.module;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.InfoSource;
import dev.cairn.api.Registrar;
import dev.cairn.api.command.Authenticator;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandFilter;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.data.DataType;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.api.event.KeyListener;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.ThreadedIo;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobLanes;
import dev.cairn.api.persistence.Persistence;
import dev.cairn.core.config.Options;
import dev.cairn.core.server.Registration;

/** Collects what one module declares, until it is committed or dropped. Main thread. */
final class StagedRegistrar implements Registrar {
    /** A declared command; a container has no handler. */
    record StagedCommand(CommandSpec spec, @Nullable Command handler) {
    }

    /** A declared section of INFO. */
    record StagedInfo(String title, boolean byDefault, InfoSource source) {
    }

    /** A declared listener of key events. */
    record StagedKeyListener(Set<KeyEventClass> classes, KeyListener listener) {
    }

    /** A declared listener of events. */
    record StagedListener<E>(Class<E> eventClass, Consumer<? super E> listener) {
    }

    private static final Pattern CATEGORY_NAME = Pattern.compile("[a-z0-9_-]+");

    private final Registration registration;
    private final Options options;
    private final boolean prefixed;
    private @Nullable StagedRegistrar predecessor;
    private boolean open = true;
    final List<StagedCommand> commands = new ArrayList<>();
    final List<DataType> dataTypes = new ArrayList<>();
    final List<ConnectionType> connectionTypes = new ArrayList<>();
    final List<BackgroundJobType<?, ?>> jobTypes = new ArrayList<>();
    final List<StagedInfo> infos = new ArrayList<>();
    final List<StagedListener<?>> listeners = new ArrayList<>();
    final List<StagedKeyListener> keyListeners = new ArrayList<>();
    final List<CommandFilter> filters = new ArrayList<>();
    final List<Authenticator> authenticators = new ArrayList<>();
    final Set<String> aclCategories = new TreeSet<>();
    final Map<Class<?>, Object> exports = new LinkedHashMap<>();
    final List<Option<?>> declaredOptions = new ArrayList<>();
    @Nullable JobLanes jobLanes;
    @Nullable Persistence persistence;
    @Nullable ThreadedIo threadedIo;

    /**
     * Stages the declarations of a module.
     *
     * @param prefixed whether its options are named {@code module.option}, as those of a module that is loaded later are
     * @param replaceable whether a newer version may take the module's place
     * @param predecessor the declarations of the older version whose place they are to take, so that options are prepared only; else null
     */
    StagedRegistrar(String module, Options options, boolean prefixed, boolean replaceable, @Nullable StagedRegistrar predecessor) {
        this.registration = new Registration(module, replaceable);
        this.options = options;
        this.prefixed = prefixed;
        this.predecessor = predecessor;
    }

    String module() {
        return registration.module();
    }

    /** What tells these declarations from those of another version of the module. */
    Registration registration() {
        return registration;
    }

    /** Ends the declarations; later ones are refused. */
    void seal() {
        open = false;
        predecessor = null;
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException("module '" + module() + "' declares something outside of configure");
        }
    }

    @Override
    public void command(CommandSpec spec, Command handler) {
        checkOpen();
        commands.add(new StagedCommand(spec, handler));
    }

    @Override
    public void container(CommandSpec spec) {
        checkOpen();
        commands.add(new StagedCommand(spec, null));
    }

    @Override
    public void dataType(DataType type) {
        checkOpen();
        dataTypes.add(type);
    }

    @Override
    public void connectionType(ConnectionType type) {
        checkOpen();
        connectionTypes.add(type);
    }

    @Override
    public void jobType(BackgroundJobType<?, ?> type) {
        checkOpen();
        jobTypes.add(type);
    }

    @Override
    public void jobLanes(JobLanes lanes) {
        checkOpen();
        jobLanes = lanes;
    }

    @Override
    public void persistence(Persistence p) {
        checkOpen();
        persistence = p;
    }

    @Override
    public void threadedIo(ThreadedIo io) {
        checkOpen();
        threadedIo = io;
    }

    @Override
    public <T> Option<T> option(OptionSpec<T> spec) {
        checkOpen();
        OptionSpec<T> named = prefixed ? spec.prefixed(module()) : spec;
        StagedRegistrar old = predecessor;
        Option<T> option = old == null ? options.declare(named, module()) : options.prepare(named, module(), old.declaredOptions);
        declaredOptions.add(option);
        return option;
    }

    @Override
    public void info(String title, boolean byDefault, InfoSource source) {
        checkOpen();
        infos.add(new StagedInfo(title, byDefault, source));
    }

    @Override
    public <E> void on(Class<E> eventClass, Consumer<? super E> listener) {
        checkOpen();
        listeners.add(new StagedListener<>(eventClass, listener));
    }

    @Override
    public void onKeys(Set<KeyEventClass> classes, KeyListener listener) {
        checkOpen();
        keyListeners.add(new StagedKeyListener(Set.copyOf(classes), listener));
    }

    @Override
    public void filter(CommandFilter filter) {
        checkOpen();
        filters.add(filter);
    }

    @Override
    public void authenticator(Authenticator authenticator) {
        checkOpen();
        authenticators.add(authenticator);
    }

    @Override
    public void aclCategory(String name) {
        checkOpen();
        if (!CATEGORY_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("ACL category '" + name + "': want lower-case letters, digits, '-' and '_'");
        }
        if (!aclCategories.add(name)) {
            throw new IllegalArgumentException("ACL category '" + name + "' is declared twice");
        }
    }

    @Override
    public <A> void export(Class<A> api, A implementation) {
        checkOpen();
        exports.put(api, implementation);
    }
}
