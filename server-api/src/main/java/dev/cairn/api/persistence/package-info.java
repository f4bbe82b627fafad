/**
 * Persistence: the stream of changes, snapshots without a fork, and loading.
 */
package dev.cairn.api.persistence;
