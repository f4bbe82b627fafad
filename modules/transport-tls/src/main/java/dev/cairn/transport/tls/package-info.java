/** Connections over TLS. */
package dev.cairn.transport.tls;
