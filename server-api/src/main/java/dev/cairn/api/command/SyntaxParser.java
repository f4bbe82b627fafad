package dev.cairn.api.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Reads the syntax notation of {@link CommandSpec.Builder#syntax} by recursive descent:
 *
 * <pre>
 * sequence = { element }
 * element  = [ name "=" ] primary [ "@" version ] [ "..." ]
 * primary  = "[" choices "]" | "(" choices ")" | TOKEN | name [ ":" type [ "#" key specification ] ]
 * choices  = sequence { "|" sequence }
 * </pre>
 *
 * A token directly before another element in the same sequence belongs to it; a token at the end of a sequence or before another token is
 * an argument by itself. Without a number the first key belongs to the first key specification, the next to the second, and so on.
 */
final class SyntaxParser {
    private final String text;
    private final int keySpecs;
    private int at;
    private int keys;

    private SyntaxParser(String text, int keySpecs) {
        this.text = text;
        this.keySpecs = keySpecs;
    }

    static List<Argument> parse(String syntax, int keySpecs) {
        SyntaxParser p = new SyntaxParser(syntax, keySpecs);
        List<Argument> all = p.sequence();
        if (p.peek() != 0) {
            throw p.error("unexpected '" + p.peek() + "'");
        }
        return all;
    }

    private List<Argument> sequence() {
        List<Argument> all = new ArrayList<>();
        for (char c = peek(); c != 0 && c != '|' && c != ']' && c != ')'; c = peek()) {
            all.add(element());
        }
        return List.copyOf(all);
    }

    private Argument element() {
        char c = peek();
        String name = null;
        int start = at;
        if (c != '[' && c != '(') {
            String word = word();
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                name = word;
            } else {
                at = start;
            }
        }
        c = peek();
        Argument a = switch (c) {
            case '[' -> group(']', name);
            case '(' -> group(')', name);
            default -> leaf(name);
        };
        if (at < text.length() && text.charAt(at) == '@') {
            at++;
            a = new Argument(a.name(), a.type(), a.keySpec(), a.token(), a.optional(), a.multiple(), a.multipleToken(), word(), a.parts());
        }
        if (text.startsWith("...", at)) {
            at += 3;
            boolean withToken = a.token() != null && c == '[' && a.type() != Argument.Type.PURE_TOKEN;
            a = new Argument(a.name(), a.type(), a.keySpec(), a.token(), a.optional(), true, withToken, a.since(), a.parts());
        }
        return a;
    }

    private Argument leaf(@Nullable String name) {
        String word = word();
        if (word.isEmpty()) {
            throw error("expected a word");
        }
        if (isToken(word)) {
            char next = peek();
            boolean alone = next == 0 || next == '|' || next == ']' || next == ')' || next == '[' || next == '@' || isToken(lookahead());
            if (!alone && name == null) {
                Argument a = element();
                return new Argument(a.name(), a.type(), a.keySpec(), word, a.optional(), a.multiple(), a.multipleToken(), a.since(),
                        a.parts());
            }
            String label = name != null ? name : word.toLowerCase(Locale.ROOT);
            return new Argument(label, Argument.Type.PURE_TOKEN, -1, word, false, false, false, null, List.of());
        }
        String label = word;
        Argument.Type type = switch (word) {
            case "key" -> Argument.Type.KEY;
            case "pattern" -> Argument.Type.PATTERN;
            default -> Argument.Type.STRING;
        };
        int hash = word.indexOf('#');
        int colon = word.indexOf(':');
        if (colon > 0) {
            label = word.substring(0, colon);
            String typeName = word.substring(colon + 1, hash > 0 ? hash : word.length());
            type = Argument.Type.valueOf(typeName.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
        int keySpec = hash > 0 ? Integer.parseInt(word, hash + 1, word.length(), 10)
                : type == Argument.Type.KEY ? Math.min(keys++, keySpecs - 1) : -1;
        return new Argument(label, type, keySpec, null, false, false, false, null, List.of());
    }

    private Argument group(char close, @Nullable String name) {
        at++;
        boolean optional = close == ']';
        List<List<Argument>> choices = new ArrayList<>();
        choices.add(sequence());
        while (peek() == '|') {
            at++;
            choices.add(sequence());
        }
        if (peek() != close) {
            throw error("expected '" + close + "'");
        }
        at++;
        if (choices.size() > 1) {
            List<Argument> alternatives = new ArrayList<>();
            for (List<Argument> choice : choices) {
                alternatives.add(choice.size() == 1 ? choice.getFirst() : block(null, choice));
            }
            String label = name != null ? name : alternatives.getFirst().name();
            return new Argument(label, Argument.Type.ONEOF, -1, null, optional, false, false, null, List.copyOf(alternatives));
        }
        List<Argument> parts = choices.getFirst();
        if (parts.size() == 1 && (optional || name == null)) {
            Argument a = parts.getFirst();
            return new Argument(name != null ? name : a.name(), a.type(), a.keySpec(), a.token(), optional || a.optional(), a.multiple(),
                    a.multipleToken(), a.since(), a.parts());
        }
        Argument b = block(name, parts);
        return new Argument(b.name(), b.type(), -1, null, optional, false, false, null, b.parts());
    }

    private Argument block(@Nullable String name, List<Argument> parts) {
        if (parts.isEmpty()) {
            throw error("an empty group");
        }
        return new Argument(name != null ? name : parts.getFirst().name(), Argument.Type.BLOCK, -1, null, false, false, false, null, parts);
    }

    private String lookahead() {
        int saved = at;
        peek();
        String w = word();
        at = saved;
        return w;
    }

    private static boolean isToken(String word) {
        return !word.isEmpty() && word.equals(word.toUpperCase(Locale.ROOT)) && Character.isLetter(word.charAt(0)) && word.indexOf(':') < 0;
    }

    private String word() {
        int start = at;
        while (at < text.length() && " []()|=@".indexOf(text.charAt(at)) < 0 && !text.startsWith("...", at)) {
            at++;
        }
        return text.substring(start, at);
    }

    private char peek() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private IllegalArgumentException error(String what) {
        return new IllegalArgumentException("syntax \"" + text + "\", column " + (at + 1) + ": " + what);
    }
}
