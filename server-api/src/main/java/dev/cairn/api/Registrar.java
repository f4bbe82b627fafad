package dev.cairn.api;

import java.util.Set;
import java.util.function.Consumer;

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

/**
 * What a module declares itself with, during {@link ServerModule#configure} only.
 *
 * <p>A name that is taken is refused when the registration is committed, with a message that names both modules.
 */
public interface Registrar {
    /** Declares a command or, for a name of the form {@code CONTAINER|SUB}, a subcommand of a container declared before. */
    void command(CommandSpec spec, Command handler);

    /** Declares a command from an unfinished builder. */
    default void command(CommandSpec.Builder spec, Command handler) {
        command(spec.build(), handler);
    }

    /** Declares a container: a command that only has subcommands. */
    void container(CommandSpec spec);

    /** Declares a container from an unfinished builder. */
    default void container(CommandSpec.Builder spec) {
        container(spec.build());
    }

    /** Declares a data type. */
    void dataType(DataType type);

    /** Declares a way for clients to connect. */
    void connectionType(ConnectionType type);

    /** Declares a kind of background job; its queue comes from {@link ModuleContext#jobs}. */
    void jobType(BackgroundJobType<?, ?> type);

    /** Declares the runner of all background jobs; at most one module does. */
    void jobLanes(JobLanes lanes);

    /** Declares what keeps the data; at most one module does. */
    default void persistence(Persistence persistence) {
        throw new UnsupportedOperationException("this server takes no persistence");
    }

    /** Declares the threads that read and write connections; at most one module does. */
    default void threadedIo(ThreadedIo io) {
        throw new UnsupportedOperationException("this server reads and writes on its main thread only");
    }

    /**
     * Declares an option of the configuration.
     *
     * @return the handle that has the value from {@link ServerModule#start} on
     */
    <T> Option<T> option(OptionSpec<T> spec);

    /**
     * Declares a section of INFO.
     *
     * @param title the section's title as it is printed, such as {@code Keyspace}; it is asked for by its lower-case form
     * @param byDefault whether plain {@code INFO} shows it; {@code INFO everything} shows all
     */
    void info(String title, boolean byDefault, InfoSource source);

    /** Listens to events of the server of the given class, see the records in {@code dev.cairn.api.event}. */
    <E> void on(Class<E> eventClass, Consumer<? super E> listener);

    /** Listens to what happens to keys, for the given classes of events. */
    void onKeys(Set<KeyEventClass> classes, KeyListener listener);

    /**
     * Declares a filter of commands.
     *
     * @see CommandFilter
     */
    default void filter(CommandFilter filter) {
        throw new UnsupportedOperationException("this server takes no filters");
    }

    /** Declares who decides on passwords. */
    default void authenticator(Authenticator authenticator) {
        throw new UnsupportedOperationException("this server takes no authenticators");
    }

    /**
     * Declares an ACL category, for {@link CommandSpec.Builder#acl(String...)} of this module and others.
     *
     * @param name letters, digits, {@code -} and {@code _}, in lower case; not that of a category there is
     */
    default void aclCategory(String name) {
        throw new UnsupportedOperationException("this server takes no ACL categories");
    }

    /** Offers an API to other modules, which ask for it with {@link ModuleContext#require}. */
    <A> void export(Class<A> api, A implementation);
}
