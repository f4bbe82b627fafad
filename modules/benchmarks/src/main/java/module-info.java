/** Cairn benchmarks. */
module dev.cairn.benchmarks {}
