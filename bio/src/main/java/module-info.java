/** Cairn background jobs. */
module dev.cairn.bio {}
