/** Cairn structures. */
module dev.cairn.structures {}
