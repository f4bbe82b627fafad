/**
 * Background jobs: lanes of one thread each, on which modules have done what would hold up the main thread. Without this module nobody
 * runs such jobs, and the server does what it needs on the main thread.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.bio {
    requires dev.cairn.api;
    requires dev.cairn.structures;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            dev.cairn.bio.BioModule;
}
