/** The transport ${artifactId} for Cairn. */
@org.jspecify.annotations.NullMarked
module ${package} {
    requires dev.cairn.sockets;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            ${package}.ExampleModule;
}
