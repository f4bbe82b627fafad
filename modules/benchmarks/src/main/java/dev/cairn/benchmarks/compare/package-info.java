/**
 * Side-by-side comparison of Cairn with the installed {@code redis-server}: throughput, latency, CPU time per command, memory per key,
 * stalls, start-up.
 *
 * <p>Run it by the script {@code modules/benchmarks/compare}, which needs a JDK 25, {@code redis-server} and {@code redis-benchmark};
 * {@code modules/benchmarks/compare --help} lists the options. It depends on the JDK alone, so the script compiles it without Maven.
 */
package dev.cairn.benchmarks.compare;
