/** Cairn server core. */
@org.jspecify.annotations.NullMarked
module dev.cairn.core {
    requires dev.cairn.api;
    requires static org.jspecify;
}
