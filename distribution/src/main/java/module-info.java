/** Cairn distribution. */
module dev.cairn.distribution {}
