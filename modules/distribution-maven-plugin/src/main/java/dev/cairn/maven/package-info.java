/** The Maven plugin that assembles distributions: a folder with its own Java, and the packages that are made of it. */
@NullMarked
package dev.cairn.maven;

import org.jspecify.annotations.NullMarked;
