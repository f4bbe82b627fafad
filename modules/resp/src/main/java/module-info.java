import org.jspecify.annotations.NullMarked;

/**
 * The Redis serialization protocol, both versions: the parser of requests and the writer of replies that the server runs, off-heap and without allocation,
 * and a small decoder of replies for tests and tools. The module is a library: it provides no service.
 */
@NullMarked
module dev.cairn.resp {
    requires transitive dev.cairn.api;
    requires transitive dev.cairn.structures;
    requires static org.jspecify;

    /* The core's connections, persistence and the test kit speak the protocol. */
    exports dev.cairn.resp;
}
