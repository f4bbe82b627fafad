package dev.cairn.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How every benchmark here is run: average time in nanoseconds per operation, on one thread, in JVMs with the flags of the distribution's
 * {@code conf/jvm.options} that bear on speed. JMH finds the annotations at the superclass; the command line overrides them.
 *
 * <p>The module path's {@code --enable-native-access} list is {@code ALL-UNNAMED} here, because JMH runs from the class path, and so is the
 * logger named, which SLF4J would find by the module descriptor.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms32m", "-Xmx256m", "-Xmn4m", "-XX:+UseCompactObjectHeaders",
        "-XX:-UsePerfData", "-XX:ReservedCodeCacheSize=48m", "-Xss512k", "--enable-native-access=ALL-UNNAMED",
        "-Dslf4j.provider=dev.cairn.core.log.RedisLogProvider"})
abstract class BenchmarkDefaults {
}
