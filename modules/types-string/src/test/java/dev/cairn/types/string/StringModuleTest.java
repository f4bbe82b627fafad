package dev.cairn.types.string;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.withSettings;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.Answers;
import org.mockito.ArgumentCaptor;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Argument;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;

class StringModuleTest {
    private List<CommandSpec> specs;
    private Registrar registrar;

    @BeforeEach
    void configure() {
        registrar = mock(Registrar.class, withSettings().defaultAnswer(Answers.CALLS_REAL_METHODS));
        new StringModule().configure(registrar);
        ArgumentCaptor<CommandSpec> captor = ArgumentCaptor.forClass(CommandSpec.class);
        verify(registrar, atLeastOnce()).command(captor.capture(), any(Command.class));
        specs = captor.getAllValues();
    }

    @Test
    void declaresTheTypeAndTheWholeGroup() {
        verify(registrar).dataType(StringType.TYPE);
        assertEquals(
                new TreeSet<>(Set.of("APPEND", "DECR", "DECRBY", "GET", "GETDEL", "GETEX", "GETRANGE", "GETSET", "INCR", "INCRBY",
                        "INCRBYFLOAT", "LCS",
                        "MGET", "MSET", "MSETNX", "PSETEX", "SET", "SETEX", "SETNX", "SETRANGE", "STRLEN", "SUBSTR")),
                specs.stream().map(CommandSpec::name).collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void declaresEachCommandInFull() {
        for (CommandSpec spec : specs) {
            assertEquals(CommandGroup.STRING, spec.group(), spec.name());
            assertTrue(spec.summary().endsWith("."), spec.name());
            assertTrue(spec.complexity().startsWith("O("), spec.name());
            assertTrue(spec.categories().contains(AclCategory.STRING), spec.name());
            assertEquals(1, spec.keySpecs().size(), spec.name());
            assertFalse(spec.is(CommandFlag.MOVABLEKEYS), spec.name());
            assertTrue(spec.is(CommandFlag.WRITE) ^ spec.is(CommandFlag.READONLY), spec.name());
        }
    }

    @Test
    void documentsTheOptionsOfSet() {
        Argument expiration = spec("SET").arguments().get(4);
        assertEquals("expiration", expiration.name());
        assertEquals(Argument.Type.ONEOF, expiration.type());
        assertTrue(expiration.optional());
        assertEquals(List.of("EX", "PX", "EXAT", "PXAT", "KEEPTTL"), expiration.parts().stream().map(Argument::token).toList());
        assertEquals(List.of("2.6.12", "2.6.12", "6.2.0", "6.2.0", "6.0.0"), expiration.parts().stream().map(Argument::since).toList());
    }

    @Test
    void countsBothKeysOfLcsToItsOneKeySpec() {
        assertEquals(List.of(0, 0, -1, -1, -1, -1), spec("LCS").arguments().stream().map(Argument::keySpec).toList());
    }

    private CommandSpec spec(String name) {
        return specs.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    }
}
