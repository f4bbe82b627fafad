/**
 * The core of the server: boot, event loop, keyspace, dispatch, configuration, clients and the intrinsic commands. It knows no data type,
 * transport or persistence by name.
 */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // the test kit and the benchmarks are compiled after the core
module dev.cairn.core {
    requires transitive dev.cairn.api;
    requires transitive dev.cairn.resp;
    requires transitive dev.cairn.structures;
    requires java.management;
    requires jdk.unsupported;
    requires HdrHistogram;
    requires org.slf4j;

    requires static org.jspecify;

    /* Embedded servers run inside an application, the test kit's inside a test, the benchmarks one without sockets. */
    exports dev.cairn.core.boot to dev.cairn.embedded, dev.cairn.testkit, dev.cairn.benchmarks;
    exports dev.cairn.core.config to dev.cairn.embedded, dev.cairn.testkit;
    exports dev.cairn.core.db to dev.cairn.testkit;
    exports dev.cairn.core.loop to dev.cairn.embedded, dev.cairn.testkit;
    exports dev.cairn.core.module to dev.cairn.embedded, dev.cairn.testkit, dev.cairn.benchmarks;
    exports dev.cairn.core.server to dev.cairn.embedded, dev.cairn.testkit, dev.cairn.benchmarks;

    uses dev.cairn.api.ServerModule;

    provides java.lang.System.LoggerFinder with dev.cairn.core.log.RedisLoggerFinder;
    provides org.slf4j.spi.SLF4JServiceProvider with dev.cairn.core.log.RedisLogProvider;
}
