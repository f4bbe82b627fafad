/** Cairn test kit. */
module dev.cairn.testkit {}
