/** Who has subscribed to what, off the heap: subscriptions, the index of patterns, and messages on their way to many. */
package dev.cairn.core.pubsub;
