/** An example of a plug-in, shown by the README: one command, one option. */
@org.jspecify.annotations.NullMarked
module dev.cairn.sample.lease {
    requires dev.cairn.api;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with dev.cairn.sample.lease.LeaseModule;
}
