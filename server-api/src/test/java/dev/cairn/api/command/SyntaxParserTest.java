package dev.cairn.api.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SyntaxParserTest {

    @Test
    void keysBelongToTheKeySpecsInTurnOrToThatWhichIsNamed() {
        assertEquals("source:KEY#0 target:KEY#1 other:KEY#1", brief("source:key target:key other:key", 2));
        assertEquals("key:KEY#0 by-pattern:PATTERN#1=BY? get-pattern:PATTERN#1=GET?+ destination:KEY#2=STORE?",
                brief("key [BY by-pattern:pattern#1] [GET get-pattern:pattern#1]... [STORE destination:key#2]", 3));
        assertEquals("key:KEY#0 pattern:PATTERN", brief("key pattern", 1));
    }

    @Test
    void tokensBelongToWhatFollowsThem() {
        assertEquals("condition:ONEOF?(nx:PURE_TOKEN=NX xx:PURE_TOKEN=XX) seconds:INTEGER=EX?",
                brief("condition=[NX|XX] [EX seconds:integer]", 0));
        assertEquals("COMMAND:STRING?+", brief("[COMMAND:string]...", 0));
        assertEquals("limit:BLOCK=LIMIT?(offset:INTEGER count:INTEGER)", brief("[LIMIT limit=(offset:integer count:integer)]", 0));
    }

    @Test
    void whatIsNoSyntaxIsRefused() {
        assertThrows(RuntimeException.class, () -> SyntaxParser.parse("[a", 0));
        assertThrows(RuntimeException.class, () -> SyntaxParser.parse("a)", 0));
        assertThrows(RuntimeException.class, () -> SyntaxParser.parse("[]", 0));
        assertThrows(RuntimeException.class, () -> SyntaxParser.parse("a:nosuchtype", 0));
    }

    private static String brief(String syntax, int keySpecs) {
        return brief(SyntaxParser.parse(syntax, keySpecs));
    }

    private static String brief(List<Argument> all) {
        return all.stream().map(a -> a.name() + ":" + a.type() + (a.keySpec() >= 0 ? "#" + a.keySpec() : "")
                + (a.token() != null ? "=" + a.token() : "") + (a.optional() ? "?" : "") + (a.multiple() ? "+" : "")
                + (a.parts().isEmpty() ? "" : "(" + brief(a.parts()) + ")")).collect(Collectors.joining(" "));
    }
}
