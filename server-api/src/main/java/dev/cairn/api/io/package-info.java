/**
 * Connections, listeners and the event loop. A {@link dev.cairn.api.io.ConnectionType} brings a way for clients to connect; the
 * {@link dev.cairn.api.io.Loop} has timers, and the way to the main thread from others.
 */
package dev.cairn.api.io;
