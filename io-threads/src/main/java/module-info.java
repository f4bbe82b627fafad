/**
 * The place of threaded socket reads and writes. It provides nothing yet, and the distribution does not ship it: the server reads and
 * writes on its main thread, and the option {@code io-threads} says in the log that it has no effect.
 */
module dev.cairn.iothreads {}
