/** What {@code bin/cairn} does beside starting the server: tells what a distribution holds, looks whether it can run here, readies its start. */
package dev.cairn.core.tool;
