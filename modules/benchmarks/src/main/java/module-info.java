import org.jspecify.annotations.NullMarked;

/**
 * Cairn benchmarks: {@code dev.cairn.benchmarks} holds those for JMH, run from the class path as JMH's own launcher expects;
 * {@code dev.cairn.benchmarks.compare} is the side-by-side comparison with redis-server. Nothing is exported.
 */
@NullMarked
module dev.cairn.benchmarks {
    requires dev.cairn.api;
    requires dev.cairn.core;
    requires dev.cairn.resp;
    requires dev.cairn.structures;
    requires java.compiler;
    requires jmh.core;

    requires static org.jspecify;
}
