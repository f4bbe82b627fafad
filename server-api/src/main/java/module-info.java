/** Cairn server API. */
module dev.cairn.api {}
