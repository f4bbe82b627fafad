/** The module ${artifactId} for Cairn. */
@org.jspecify.annotations.NullMarked
module ${package} {
    requires dev.cairn.api;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            ${package}.CappedModule;
}
