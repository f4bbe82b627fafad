package dev.cairn.api;

/** The source of one section of INFO. */
@FunctionalInterface
public interface InfoSource {
    /** Writes the section's fields in their order. Main thread; must not take long. */
    void write(InfoWriter out);
}
