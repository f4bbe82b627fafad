package dev.cairn.core.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.cairn.api.command.CommandSpec;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

class CommandTableTest {
    private final CommandTable table = new CommandTable();
    private final Registration builtIn = new Registration("built-in", false);
    private final Registration loaded = new Registration("loaded", true);

    private final long memory = Pages.map(Pages.PAGE);

    @AfterEach
    void unmap() {
        Pages.unmap(memory, Pages.PAGE);
    }

    private CommandEntry add(String name, Registration of) {
        CommandEntry e = new CommandEntry(CommandSpec.of(name, 1).build(), (call, args, out) -> out.ok(), of, null);
        assertTrue(table.add(name, e));
        return e;
    }

    private @Nullable CommandEntry sent(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(memory + i, bytes[i]);
        }
        return table.find(memory, bytes.length);
    }

    @Test
    void findsEachOfManyInAnyCaseAndNothingElse() {
        List<CommandEntry> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            all.add(add((i % 3 == 0 ? "SET" : i % 3 == 1 ? "MODULE.COMMAND-WITH-A-LONG-NAME" : "PROBE.ADD") + i, builtIn));
        }
        for (CommandEntry e : all) {
            assertSame(e, sent(e.spec().name()));
            assertSame(e, sent(e.spec().name().toLowerCase(Locale.ROOT)));
            assertSame(e, table.find(e.wireName()));
            assertNull(sent(e.spec().name() + "X"));
        }
        assertNull(sent("SET"));
        assertNull(sent(""));
        assertNull(sent("X".repeat(65)));
    }

    @Test
    void whatIsAddedAndRemovedCountsFromTheNextLookupOn() {
        assertNull(sent("GET"));
        CommandEntry get = add("GET", builtIn);
        assertSame(get, sent("get"));
        CommandEntry probe = add("PROBE.GET", loaded);
        assertSame(probe, sent("probe.get"));
        assertFalse(table.add("probe.get", get));
        table.succeed(loaded, e -> get);
        assertSame(get, sent("probe.get"));
        assertSame(get, table.remove("PROBE.GET"));
        assertNull(sent("probe.get"));
        add("PROBE.SET", loaded);
        table.removeAll(loaded);
        assertNull(sent("probe.set"));
        assertEquals(List.of(get), List.copyOf(table.all()));
    }
}
