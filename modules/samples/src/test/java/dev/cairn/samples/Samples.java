package dev.cairn.samples;

import java.nio.file.Path;

/** The jars of the samples, as their own builds have made them. */
final class Samples {
    static final Path LEASE = jar("lease", "lease-1.0.0");
    static final Path DELAY_QUEUE = jar("delay-queue", "delay-queue-1.0.0");
    static final Path DELAY_QUEUE_2 = jar("delay-queue-2", "delay-queue-2.0.0");
    static final Path WEBSOCKET = jar("websocket", "websocket-1.0.0");
    static final Path SURVEY = jar("survey", "survey-1.0.0");

    private Samples() {
    }

    private static Path jar(String folder, String name) {
        return Path.of(System.getProperty("basedir", "."), folder, "target", name + ".jar").toAbsolutePath().normalize();
    }
}
