/** Cairn I/O threads. */
module dev.cairn.iothreads {}
