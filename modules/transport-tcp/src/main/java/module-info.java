/** Cairn TCP transport. */
module dev.cairn.transport.tcp {}
