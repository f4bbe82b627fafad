package dev.cairn.core.module;

/** What is said of a failure in a module's code. */
final class Failures {
    private Failures() {
    }

    /** The message of an exception that has one; of an error, and where there is no message, the class too. */
    static String reason(Throwable failure) {
        String message = failure.getMessage();
        return switch (failure) {
            case NoClassDefFoundError e when message != null -> "class " + message.replace('/', '.') + " is missing";
            case Exception e when message != null -> message;
            default -> failure.toString();
        };
    }
}
