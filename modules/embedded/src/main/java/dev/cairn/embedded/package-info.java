/** A server inside an application. */
package dev.cairn.embedded;
