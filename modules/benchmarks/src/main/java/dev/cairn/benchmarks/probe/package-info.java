/** A module as third parties write them, see {@link dev.cairn.benchmarks.LayerBenchmark}: apart, so that it can be packed into a jar. */
package dev.cairn.benchmarks.probe;
