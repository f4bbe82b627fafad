/**
 * Strings: the data type and the commands of the string group, as a plug-in.
 *
 * <p>The module exports nothing; the server finds its one {@link dev.cairn.api.ServerModule}.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.types.string {
    requires dev.cairn.api;
    requires dev.cairn.resp;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with dev.cairn.types.string.StringModule;
}
