package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.util.List;

/** One part of the comparison: starts servers, measures them, stops them. */
interface Trial {
    /** Names of the workloads that it measures, as on the command line. */
    List<String> names();

    /** Whether it runs when the command line names nothing. */
    default boolean byDefault() {
        return true;
    }

    /** Measures both servers and returns what was found; takes minutes. */
    List<Table> run() throws CompareException, IOException, InterruptedException;
}
