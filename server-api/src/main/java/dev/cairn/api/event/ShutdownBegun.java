package dev.cairn.api.event;

/** The server begins to shut down; clients are still connected. */
public record ShutdownBegun() {
}
