/** What the server remembers of its own work for the operator: slow commands, delays, the distribution of times. */
package dev.cairn.core.observe;
