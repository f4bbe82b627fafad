/** Cairn strings. */
module dev.cairn.types.string {}
