/** An example of a plug-in, shown by the README: one command, one option. */
@org.jspecify.annotations.NullMarked
module dev.cairn.example.lease {
    requires dev.cairn.api;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with dev.cairn.example.lease.LeaseModule;
}
