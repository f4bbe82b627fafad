package dev.cairn.core.config;

/**
 * When to save: after some seconds, if at least so many changes happened.
 *
 * @param seconds 1 or more
 * @param changes 0 or more
 */
public record SavePoint(long seconds, long changes) {}
