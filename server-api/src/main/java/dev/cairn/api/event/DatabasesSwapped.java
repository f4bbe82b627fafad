package dev.cairn.api.event;

/**
 * Two databases changed places.
 *
 * @param first index of the one
 * @param second index of the other
 */
public record DatabasesSwapped(int first, int second) {
}
