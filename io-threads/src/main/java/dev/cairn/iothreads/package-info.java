/** Threaded reads and writes: the module, its two strategies and what they hand over by. */
package dev.cairn.iothreads;
