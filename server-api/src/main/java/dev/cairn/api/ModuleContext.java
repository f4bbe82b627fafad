package dev.cairn.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.cairn.api.command.Outcall;
import dev.cairn.api.command.Publisher;
import dev.cairn.api.config.Option;
import dev.cairn.api.io.Loop;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobQueue;

/** What the server gives a module that it starts. Main thread, except {@link #access} and {@link Loop#post}. */
public interface ModuleContext {
    /** The event loop, with its timers. */
    Loop loop();

    /** The door to the keyspace for the module's own threads; thread-safe. */
    Access access();

    /** The working directory of the server, where relative paths of options start. */
    Path directory();

    /** The arguments that the module was loaded with by {@code loadmodule} or MODULE LOAD; none for a module of the distribution. */
    default List<String> arguments() {
        return List.of();
    }

    /** Makes threads that the server knows as this module's, so that {@code stop} can be seen to have ended them. */
    Thread thread(String name, Runnable body);

    /**
     * Opens the queue of a job type that this module declared.
     *
     * @throws IllegalStateException when no module runs background jobs or the type was not declared
     */
    <J, R> JobQueue<J, R> jobs(BackgroundJobType<J, R> type);

    /** Whether a module runs background jobs, so that {@link #jobs} has a queue to give. */
    default boolean runsJobs() {
        return false;
    }

    /**
     * The handle of an option that the server or another module declared, if there is one of that name and type of value.
     *
     * @param name the option's name as the configuration spells it
     */
    default <T> Optional<Option<T>> option(String name, Class<T> type) {
        return Optional.empty();
    }

    /**
     * Executes commands outside of any command: in a timer, a listener, the completion of a job. Main thread.
     *
     * @param database the index of the database, from 0
     * @throws IllegalArgumentException when there is no such database
     */
    default Outcall outcall(int database) {
        throw new UnsupportedOperationException("this server executes no commands for modules");
    }

    /** Sends messages to those who have subscribed; main thread only, from another through {@link Loop#post}. */
    Publisher publisher();

    /**
     * Reports for how long something has held up the server or a client, for LATENCY; kept when it is at least
     * {@code latency-monitor-threshold}. Any thread.
     *
     * @param event a name in lower case with hyphens, such as {@code aof-fsync-always}; one of few, since each is kept
     */
    default void latency(String event, long millis) {
    }

    /** The API that another module exports under this class, if one does. */
    <A> Optional<A> require(Class<A> api);
}
