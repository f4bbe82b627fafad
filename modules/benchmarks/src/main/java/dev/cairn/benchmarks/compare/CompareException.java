package dev.cairn.benchmarks.compare;

import java.io.Serial;

/** A measurement that could not be made; the message says what failed and shows the evidence. */
final class CompareException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    CompareException(String message) {
        super(message);
    }

    CompareException(String message, Throwable cause) {
        super(message, cause);
    }
}
