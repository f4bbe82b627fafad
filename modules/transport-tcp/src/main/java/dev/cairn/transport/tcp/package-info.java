/** Connections over TCP. */
package dev.cairn.transport.tcp;
