package dev.cairn.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

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

/** Writes down what a module declares, one line a declaration, and lets options have their default values. For one thread. */
final class RecordingRegistrar implements Registrar {
    final List<String> lines = new ArrayList<>();
    final List<CommandSpec> commands = new ArrayList<>();
    final List<DataType> dataTypes = new ArrayList<>();
    final List<ConnectionType> connectionTypes = new ArrayList<>();
    final List<OptionSpec<?>> options = new ArrayList<>();
    final List<String> infoTitles = new ArrayList<>();
    final List<Class<?>> exports = new ArrayList<>();

    @Override
    public void command(CommandSpec spec, Command handler) {
        commands.add(spec);
        lines.add("command " + spec.name() + " " + spec.arity() + " " + spec.flags().stream().sorted().toList() + " "
                + spec.keySpecs().size());
    }

    @Override
    public void container(CommandSpec spec) {
        commands.add(spec);
        lines.add("container " + spec.name());
    }

    @Override
    public void dataType(DataType type) {
        dataTypes.add(type);
        lines.add("type " + type.name() + " " + type.id());
    }

    @Override
    public void connectionType(ConnectionType type) {
        connectionTypes.add(type);
        lines.add("connection type " + type.name());
    }

    @Override
    public void filter(CommandFilter filter) {
        lines.add("filter");
    }

    @Override
    public void authenticator(Authenticator authenticator) {
        lines.add("authenticator");
    }

    @Override
    public void aclCategory(String name) {
        lines.add("ACL category " + name);
    }

    @Override
    public void jobType(BackgroundJobType<?, ?> type) {
        lines.add("job type " + type.name() + " in lane " + type.lane());
    }

    @Override
    public void jobLanes(JobLanes lanes) {
        lines.add("job lanes");
    }

    @Override
    public void persistence(Persistence persistence) {
        lines.add("persistence");
    }

    @Override
    public void threadedIo(ThreadedIo io) {
        lines.add("threaded I/O");
    }

    @Override
    public <T> Option<T> option(OptionSpec<T> spec) {
        options.add(spec);
        lines.add("option " + spec.name() + " " + spec.type().format(spec.defaultValue()));
        return new Option<>() {
            @Override
            public OptionSpec<T> spec() {
                return spec;
            }

            @Override
            public T value() {
                return spec.defaultValue();
            }
        };
    }

    @Override
    public void info(String title, boolean byDefault, InfoSource source) {
        infoTitles.add(title);
        lines.add("INFO " + title + " " + byDefault);
    }

    @Override
    public <E> void on(Class<E> eventClass, Consumer<? super E> listener) {
        lines.add("on " + eventClass.getName());
    }

    @Override
    public void onKeys(Set<KeyEventClass> classes, KeyListener listener) {
        lines.add("on keys " + classes.stream().sorted().toList());
    }

    @Override
    public <A> void export(Class<A> api, A implementation) {
        exports.add(api);
        lines.add("export " + api.getName());
    }
}
