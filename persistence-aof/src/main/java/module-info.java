/**
 * The place of the append-only file on Chronicle Queue. It provides nothing yet, and the distribution does not ship it: data is lost when
 * the server stops, and the option {@code appendonly} says in the log that it has no effect.
 */
module dev.cairn.persistence.aof {}
