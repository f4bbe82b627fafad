package dev.cairn.api.command;

import java.math.BigInteger;
import java.util.List;

/**
 * Takes the reply of a command, in the protocol that the client speaks: types that RESP2 lacks are written as Redis writes them there.
 *
 * <p>A reply is one value. An aggregate is begun with its number of elements, or with {@link #begin} where that is known only at the end,
 * and followed by its elements. Methods return this reply, for chains.
 */
public interface Reply {
    /** The kinds of aggregates that {@link #begin} can leave open. */
    enum Shape {
        /** An array. */
        ARRAY,
        /** A map; its count is of pairs. */
        MAP,
        /** A set. */
        SET,
        /** A push message. */
        PUSH
    }

    /**
     * Whether nobody will read what is written from now on, because the client has left too much unread and is about to be closed. A
     * handler with a long reply and nothing else left to do may end early; what is written is dropped anyway.
     */
    default boolean abandoned() {
        return false;
    }

    /** The simple string {@code OK}. */
    Reply ok();

    /** A simple string, printable ASCII without line breaks. */
    Reply simple(Token word);

    /** A simple string, printable ASCII without line breaks. */
    Reply simple(String text);

    /** An integer. */
    Reply integer(long value);

    /** A bulk string. */
    Reply bulk(Bytes value);

    /** A bulk string of the bytes {@code from} (inclusive) to {@code to} (exclusive) of {@code value}. */
    Reply bulk(Bytes value, int from, int to);

    /** A bulk string of a text in UTF-8. */
    Reply bulk(String text);

    /** A bulk string of the decimal form of an integer. */
    Reply bulk(long value);

    /** The absence of a value: a null bulk string, in RESP3 null. */
    Reply nil();

    /** The absence of an array: a null array, in RESP3 null. */
    Reply nilArray();

    /** A double; in RESP2 a bulk string. */
    Reply real(double value);

    /** A boolean; in RESP2 the integers 1 and 0. */
    Reply bool(boolean value);

    /** An integer of any size; in RESP2 a bulk string. */
    Reply bigNumber(BigInteger value);

    /** A text with its format, a three-letter word such as {@code txt}; in RESP2 a bulk string. */
    Reply verbatim(String format, Bytes text);

    /** Begins an array of {@code n} elements. */
    Reply array(int n);

    /** Begins a map of {@code pairs} keys and values in turn; in RESP2 an array. */
    Reply map(int pairs);

    /** Begins a set of {@code n} elements; in RESP2 an array. */
    Reply set(int n);

    /** Begins a push message of {@code n} elements; in RESP2 an array. */
    Reply push(int n);

    /** Begins attributes of {@code pairs} keys and values in turn, before the value that they tell about; RESP3 only. */
    Reply attribute(int pairs);

    /** An error. */
    Reply error(CommandError error);

    /**
     * Begins an aggregate whose count is not known yet.
     *
     * @return a mark for {@link #end}; marks are ended in the reverse order of their begin
     */
    int begin(Shape shape);

    /** Ends the aggregate begun with {@code mark}: it has {@code n} elements, or pairs for a map. */
    Reply end(int mark, int n);

    /** A value as it was replied by another command, in the protocol that the client speaks. */
    default Reply value(Value value) {
        switch (value) {
            case Value.Simple(String text) -> simple(text);
            case Value.Failure f -> error(f.asError());
            case Value.Int(long n) -> integer(n);
            case Value.Bulk(Bytes bytes) -> bulk(bytes);
            case Value.Nil() -> nil();
            case Value.NilArray() -> nilArray();
            case Value.Real(double d, String _) -> real(d);
            case Value.Bool(boolean b) -> bool(b);
            case Value.BigNumber(BigInteger n) -> bigNumber(n);
            case Value.Verbatim(String format, Bytes text) -> verbatim(format, text);
            case Value.Array(List<Value> elements) -> array(elements.size()).values(elements);
            case Value.Map(List<Value> elements) -> map(elements.size() / 2).values(elements);
            case Value.Set(List<Value> elements) -> set(elements.size()).values(elements);
            case Value.Push(List<Value> elements) -> push(elements.size()).values(elements);
            case Value.Attributed(List<Value> attributes, Value of) -> {
                if (attributes.size() > 0) {
                    attribute(attributes.size() / 2).values(attributes);
                }
                value(of);
            }
        }
        return this;
    }

    /** Values one after another, such as the elements of an array that was begun. */
    default Reply values(List<Value> values) {
        values.forEach(this::value);
        return this;
    }
}
