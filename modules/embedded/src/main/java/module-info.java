/** A server inside an application: started and stopped by it, and used without a socket if it likes. */
@org.jspecify.annotations.NullMarked
module dev.cairn.embedded {
    requires transitive dev.cairn.api;
    requires transitive dev.cairn.transport.inprocess;
    requires dev.cairn.core;
    requires static org.jspecify;

    /* What applications start. */
    exports dev.cairn.embedded;
}
