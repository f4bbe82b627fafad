/**
 * Connections inside the JVM that the server runs in, for applications that embed it and for tests: the connection type and a small client.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.transport.inprocess {
    requires transitive dev.cairn.api;
    requires transitive dev.cairn.resp;
    requires dev.cairn.structures;
    requires static org.jspecify;

    /* Applications connect by it. */
    exports dev.cairn.transport.inprocess;
}
