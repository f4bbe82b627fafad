/** Sockets of the operating system, for transports. */
package dev.cairn.sockets;
