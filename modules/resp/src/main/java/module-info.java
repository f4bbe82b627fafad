/** Cairn RESP. */
module dev.cairn.resp {}
