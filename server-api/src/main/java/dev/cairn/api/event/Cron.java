package dev.cairn.api.event;

/**
 * The server's regular work is done, {@code hz} times a second.
 *
 * @param runs how often it ran before
 */
public record Cron(long runs) {
}
