/** Connections over Unix sockets. */
package dev.cairn.transport.unix;
