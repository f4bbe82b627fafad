/** Connections inside the JVM. */
package dev.cairn.transport.inprocess;
