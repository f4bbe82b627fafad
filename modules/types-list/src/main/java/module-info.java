/**
 * Lists: the data type and the commands of the list group, and SORT, which makes lists out of collections of any type, as a plug-in.
 *
 * <p>The module exports nothing; the server finds its one {@link dev.cairn.api.ServerModule}.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.types.list {
    requires dev.cairn.api;
    requires dev.cairn.resp;
    requires dev.cairn.structures;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with dev.cairn.types.list.ListModule;
}
