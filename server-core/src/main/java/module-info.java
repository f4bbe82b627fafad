/** Cairn server core: boot, event loop, keyspace, dispatch, configuration, clients. */
@org.jspecify.annotations.NullMarked
module dev.cairn.core {
    requires dev.cairn.api;
    requires jdk.unsupported;
    requires org.slf4j;

    requires static org.jspecify;

    provides java.lang.System.LoggerFinder with dev.cairn.core.log.RedisLoggerFinder;
    provides org.slf4j.spi.SLF4JServiceProvider with dev.cairn.core.log.RedisLogProvider;
}
