package dev.cairn.api.event;

/**
 * A database was emptied.
 *
 * @param database its index, or -1 when all were
 */
public record Flushed(int database) {
}
