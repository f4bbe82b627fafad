/**
 * The SPI of Cairn: what a plug-in implements and what it is given.
 *
 * <p>A plug-in is a JPMS module that provides one {@link dev.cairn.api.ServerModule}. It declares commands, data types, connection
 * types, background job types, options, INFO sections and listeners through a {@link dev.cairn.api.Registrar}, and acts between
 * {@link dev.cairn.api.ServerModule#start start} and {@link dev.cairn.api.ServerModule#stop stop}. Unless a type says otherwise, every
 * method is called, and may be called, on the server's main thread only.
 */
@org.jspecify.annotations.NullMarked
module dev.cairn.api {
    requires static transitive org.jspecify;

    /** Modules, their registration and their context. */
    exports dev.cairn.api;
    /** Commands: declaration, arguments, replies, blocking. */
    exports dev.cairn.api.command;
    /** Options of the configuration. */
    exports dev.cairn.api.config;
    /** The keyspace and data types. */
    exports dev.cairn.api.data;
    /** What happens in the server, for those who listen. */
    exports dev.cairn.api.event;
    /** Connections, listeners and the event loop. */
    exports dev.cairn.api.io;
    /** Background jobs. */
    exports dev.cairn.api.job;
    /** What keeps the data beyond the process. */
    exports dev.cairn.api.persistence;

    uses dev.cairn.api.ServerModule;
}
