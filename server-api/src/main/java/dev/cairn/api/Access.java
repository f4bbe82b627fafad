package dev.cairn.api;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import dev.cairn.api.data.Keyspace;

/** The way to the keyspace from any thread: work is sent to the thread that owns it. Thread-safe. */
public interface Access {
    /**
     * Runs {@code work} on the main thread against a database.
     *
     * @param database the index of the database, from 0
     * @return completed with the result, or exceptionally with what {@code work} threw; completed on the main thread
     */
    <R> CompletionStage<R> on(int database, Function<? super Keyspace, ? extends R> work);
}
