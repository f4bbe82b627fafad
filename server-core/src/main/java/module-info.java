/** Cairn server core. */
module dev.cairn.core {}
