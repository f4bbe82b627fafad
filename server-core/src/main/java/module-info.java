/**
 * The core of the server: boot, event loop, keyspace, dispatch, configuration, clients and the intrinsic commands. It knows no data type,
 * transport or persistence by name.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.core {
    requires transitive dev.cairn.api;
    requires transitive dev.cairn.resp;
    requires transitive dev.cairn.structures;
    requires java.management;
    requires jdk.unsupported;
    requires org.slf4j;

    requires static org.jspecify;

    uses dev.cairn.api.ServerModule;

    provides java.lang.System.LoggerFinder with dev.cairn.core.log.RedisLoggerFinder;
    provides org.slf4j.spi.SLF4JServiceProvider with dev.cairn.core.log.RedisLogProvider;
}
