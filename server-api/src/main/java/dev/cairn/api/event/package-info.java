/**
 * What happens in the server, for those who listen: records for {@link dev.cairn.api.Registrar#on Registrar.on}, and the events of keys for
 * {@link dev.cairn.api.Registrar#onKeys Registrar.onKeys}. Listeners are called on the main thread and must not take long.
 */
package dev.cairn.api.event;
