package dev.cairn.types.string;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Argument;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.data.DataType;

class StringModuleTest {
    private final List<CommandSpec> specs = new ArrayList<>();
    private final List<DataType> types = new ArrayList<>();

    @BeforeEach
    void configure() {
        Registrar registrar = (Registrar) Proxy.newProxyInstance(Registrar.class.getClassLoader(), new Class<?>[]{Registrar.class},
                (proxy, method, args) -> {
                    if (method.isDefault()) {
                        return InvocationHandler.invokeDefault(proxy, method, args);
                    }
                    switch (args[0]) {
                        case CommandSpec spec -> specs.add(spec);
                        case DataType type -> types.add(type);
                        default -> throw new AssertionError("unexpected " + method);
                    }
                    return null;
                });
        new StringModule().configure(registrar);
    }

    @Test
    void declaresTheTypeAndTheWholeGroup() {
        assertEquals(List.of(StringType.TYPE), types);
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
