import org.jspecify.annotations.NullMarked;

/** Cairn benchmarks: JMH benchmarks of the hot paths. Run from the class path, as JMH's own launcher expects. */
@NullMarked
module dev.cairn.benchmarks {
    requires static org.jspecify;
    requires jmh.core;
}
