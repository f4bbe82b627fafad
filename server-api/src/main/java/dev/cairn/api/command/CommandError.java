package dev.cairn.api.command;

/**
 * An error reply: a code in capitals and a sentence. Thrown or passed to {@link Reply#error(CommandError)}; it has no stack trace, so
 * throwing a constant costs next to nothing.
 */
public final class CommandError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The key holds a value of another type. */
    public static final CommandError WRONG_TYPE = of("WRONGTYPE", "Operation against a key holding the wrong kind of value");
    /** The arguments do not follow the command's syntax. */
    public static final CommandError SYNTAX = of("ERR", "syntax error");
    /** An argument or a value is not a 64-bit integer. */
    public static final CommandError NOT_AN_INTEGER = of("ERR", "value is not an integer or out of range");
    /** An argument is not a floating-point number. */
    public static final CommandError NOT_A_FLOAT = of("ERR", "value is not a valid float");
    /** An integer is outside of its bounds. */
    public static final CommandError OUT_OF_RANGE = of("ERR", "value is out of range");
    /** The key must exist and does not. */
    public static final CommandError NO_SUCH_KEY = of("ERR", "no such key");

    private final String code;

    private CommandError(String code, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
    }

    /** An error with the given code, such as {@code ERR}, and sentence; line breaks in it are sent as spaces. */
    public static CommandError of(String code, String sentence) {
        return new CommandError(code, sentence);
    }

    /** An error with the code {@code ERR}. */
    public static CommandError err(String sentence) {
        return new CommandError("ERR", sentence);
    }

    /** The code: the reply's first word. */
    public String code() {
        return code;
    }

    /** The sentence after the code. */
    public String sentence() {
        String s = getMessage();
        return s == null ? "" : s;
    }
}
