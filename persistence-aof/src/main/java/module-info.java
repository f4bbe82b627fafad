/** Cairn append-only file. */
module dev.cairn.persistence.aof {}
