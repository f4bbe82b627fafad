package dev.cairn.api.event;

import dev.cairn.api.command.Client;

/**
 * A client came or went.
 *
 * @param client the client
 * @param connected true when it was accepted, false when it is closed
 */
public record ClientEvent(Client client, boolean connected) {
}
