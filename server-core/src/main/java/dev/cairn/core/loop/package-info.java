/** The event loop of the main thread: file events, timers, posts and the cached clock. */
package dev.cairn.core.loop;
