package dev.cairn.core.log;

/** Sends what {@link System.Logger} takes to {@link LogSink}, so that the SPI needs no logging library. Found by the JDK as a service. */
public final class RedisLoggerFinder extends System.LoggerFinder {

    /** For the JDK. */
    public RedisLoggerFinder() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new SystemLogger(name);
    }
}
