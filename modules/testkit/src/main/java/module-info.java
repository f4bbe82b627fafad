/**
 * The test kit for authors of plug-ins: a server inside the test, clients of it, and the contracts that every module, command, data type
 * and connection type keeps, as JUnit classes to extend.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.testkit {
    requires transitive dev.cairn.api;
    requires transitive dev.cairn.resp;
    requires transitive org.junit.jupiter.api;
    requires transitive dev.cairn.transport.inprocess;
    requires dev.cairn.core;
    requires dev.cairn.structures;
    requires jdk.management;

    requires static org.jspecify;

    /* What tests use and extend. */
    exports dev.cairn.testkit;
}
