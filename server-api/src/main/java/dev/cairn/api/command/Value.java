package dev.cairn.api.command;

import java.math.BigInteger;
import java.util.List;

/** A decoded reply, of either version of the protocol. Immutable, compared by content. */
public sealed interface Value {
    /** A simple string. */
    record Simple(String text) implements Value {
    }

    /** An error: its whole line, code first. */
    record Failure(String text) implements Value {
        /** The code: the first word. */
        public String code() {
            int space = text.indexOf(' ');
            return space < 0 ? text : text.substring(0, space);
        }

        /** The error as a handler gives it. */
        public CommandError asError() {
            int space = text.indexOf(' ');
            return space < 0 ? CommandError.err(text) : CommandError.of(text.substring(0, space), text.substring(space + 1));
        }
    }

    /** An integer. */
    record Int(long value) implements Value {
    }

    /** A bulk string. */
    record Bulk(Bytes bytes) implements Value {
        /** The bulk string of a text in UTF-8. */
        public static Bulk of(String text) {
            return new Bulk(Bytes.of(text));
        }

        /** The bytes decoded as UTF-8. */
        public String text() {
            return bytes.text();
        }
    }

    /** RESP2's null bulk string, and RESP3's null. */
    record Nil() implements Value {
    }

    /** RESP2's null array. */
    record NilArray() implements Value {
    }

    /** A double, with the text that was sent. */
    record Real(double value, String text) implements Value {
    }

    /** A boolean. */
    record Bool(boolean value) implements Value {
    }

    /** An integer of any size. */
    record BigNumber(BigInteger value) implements Value {
    }

    /** A text with its format. */
    record Verbatim(String format, Bytes text) implements Value {
    }

    /** An array. */
    record Array(List<Value> elements) implements Value {
    }

    /** A map: keys and values in turn, in the order that they were sent. */
    record Map(List<Value> elements) implements Value {
    }

    /** A set, in the order that it was sent. */
    record Set(List<Value> elements) implements Value {
    }

    /** A push message. */
    record Push(List<Value> elements) implements Value {
    }

    /** A value with attributes before it: keys and values in turn. */
    record Attributed(List<Value> attributes, Value value) implements Value {
    }
}
