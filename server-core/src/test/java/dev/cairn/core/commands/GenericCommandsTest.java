package dev.cairn.core.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.core.db.Database;
import dev.cairn.resp.ScanCursor;
import dev.cairn.resp.NativeBytes;

class GenericCommandsTest {
    private static final String LONG_KEY = "k".repeat(300);

    private final Blob type = new Blob();
    private CommandHarness h;

    @BeforeEach
    void open() throws IOException {
        h = new CommandHarness(r -> {
        });
        new GenericCommands(h.server).register(h.registrar());
        new ExpireCommands().register(h.registrar());
        new ScanCommands(h.server).register(h.registrar());
        new ObjectCommands(h.server).register(h.registrar());
        h.server.databases().addType(type);
    }

    @AfterEach
    void close() {
        h.close();
    }

    private void put(String key, String value) {
        slot(key).put(type, Blob.INLINE, Bytes.of(value));
        h.events.clear();
    }

    private WriteSlot slot(String key) {
        return h.database().write(Bytes.of(key));
    }

    private String value(String key) {
        Slot slot = h.database().peek(Bytes.of(key));
        return slot.exists() ? slot.bytes().text() : "none";
    }

    @Test
    void declaresEachCommandInFull() {
        Set<String> names = Set.of("DEL", "UNLINK", "EXISTS", "TOUCH", "TYPE", "RENAME", "RENAMENX", "COPY", "MOVE", "RANDOMKEY", "KEYS",
                "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME", "PERSIST", "SCAN", "OBJECT",
                "OBJECT|ENCODING", "OBJECT|FREQ", "OBJECT|IDLETIME", "OBJECT|REFCOUNT", "OBJECT|HELP");
        assertEquals(new TreeSet<>(names), new TreeSet<>(h.specs.keySet()));
        for (CommandSpec spec : h.specs.values()) {
            assertEquals(CommandGroup.GENERIC, spec.group(), spec.name());
            assertTrue(spec.summary().endsWith("."), spec.name());
            assertFalse(spec.is(CommandFlag.MOVABLEKEYS), spec.name());
            boolean container = spec.name().equals("OBJECT");
            assertEquals(!container, spec.categories().contains(AclCategory.KEYSPACE), spec.name());
            assertEquals(!container && !spec.name().equals("OBJECT|HELP"),
                    spec.is(CommandFlag.WRITE) ^ spec.is(CommandFlag.READONLY), spec.name());
            spec.arguments();
        }
    }

    @Test
    void deletesAndCountsKeys() {
        put("a", "1");
        put("b", "2");
        assertEquals(":3", h.run("EXISTS a b a none"));
        assertEquals(":2", h.run("TOUCH a b none"));
        assertEquals(":1", h.run("DEL a a none"));
        assertEquals(":1", h.run("UNLINK b"));
        assertEquals(List.of("0:keymiss:none", "0:keymiss:none", "0:del:a", "0:del:b"), h.events);
        assertEquals(0, h.database().size());
    }

    @Test
    void deletesMoreKeysThanSlotsArePooled() {
        String[] words = new String[2001];
        for (int i = 1; i < words.length; i++) {
            words[i] = "key:" + i;
            put(words[i], "v");
        }
        words[0] = "EXISTS";
        assertEquals(":2000", h.run(words));
        words[0] = "DEL";
        assertEquals(":2000", h.run(words));
    }

    @Test
    void countsHitsAndMissesOfQuestionsAsReads() {
        put("a", "1");
        for (String question : List.of("EXISTS", "TYPE", "TTL", "PEXPIRETIME", "TOUCH", "OBJECT ENCODING")) {
            h.server.databases().stats().reset();
            h.run(question + " a");
            h.run(question + " none");
            assertEquals(1, h.server.databases().stats().hits, question);
            assertEquals(1, h.server.databases().stats().misses, question);
        }
        h.server.databases().stats().reset();
        h.run("RENAME a b");
        h.run("EXPIRE none 1");
        assertEquals(0, h.server.databases().stats().hits + h.server.databases().stats().misses);
    }

    @Test
    void doesNotTouchKeysThatAreOnlyAskedAbout() {
        put("a", "1");
        h.server.databases().accessClock().refresh(100_000);
        h.run("TYPE a");
        h.run("TTL a");
        h.run("EXISTS a");
        h.run("OBJECT ENCODING a");
        String idle = h.run("OBJECT IDLETIME a");
        h.run("TOUCH a");
        assertEquals(":0", h.run("OBJECT IDLETIME a"));
        assertFalse(idle.equals(":0"), idle);
    }

    @Test
    void countsAnAccessWhenAKeyIsOpenedForChange() {
        for (String change : List.of("EXPIRE a 1000", "PERSIST a", "RENAME a a")) {
            put("a", "1");
            h.server.databases().accessClock().refresh(0);
            h.run("TOUCH a");
            h.server.databases().accessClock().refresh(100_000);
            assertEquals(":100", h.run("OBJECT IDLETIME a"), change);
            h.run(change);
            assertEquals(":0", h.run("OBJECT IDLETIME a"), change);
        }
    }

    @Test
    void keepsTheAccessHistoryOfWhatIsRenamedOrMoved() {
        h.server.databases().accessClock().policy(true, 0, 1);
        put("a", "1");
        for (int i = 0; i < 40; i++) {
            h.run("TOUCH a");
        }
        h.run("RENAME a b");
        h.run("MOVE b 1");
        h.selected = 1;
        int frequency = Integer.parseInt(h.run("OBJECT FREQ b").substring(1));
        assertTrue(frequency > 20, "frequency " + frequency);
    }

    @Test
    void renamesInlineValuesWithTheirExpiry() {
        for (String to : List.of("b", LONG_KEY, "c")) {
            put("a", "value");
            slot("a").expireAt(h.now + 5000);
            put(to, "old");
            assertEquals("+OK", h.run("RENAME", "a", to));
            assertEquals("none", value("a"));
            assertEquals("value", value(to));
            assertEquals(":5000", h.run("PTTL", to));
            assertEquals(Blob.INLINE, slot(to).encoding());
            assertEquals(List.of("0:new:" + to, "0:rename_from:a", "0:rename_to:" + to), h.events);
            h.run("DEL", to);
        }
        assertEquals(0, h.database().volatileKeys());
        assertEquals(0, h.database().size());
    }

    @Test
    void renamesFromALongKeyBack() {
        put(LONG_KEY, "value");
        h.run("RENAME", LONG_KEY, "a");
        assertEquals("value", value("a"));
        assertEquals(":-1", h.run("TTL a"));
    }

    @Test
    void handsABlockOverWhenRenaming() {
        put("a", "x".repeat(2 << 20));
        long before = ((NativeBytes) slot("a").bytes()).address();
        h.run("RENAME a b");
        assertEquals(before, ((NativeBytes) slot("b").bytes()).address());
        assertEquals(2 << 20, slot("b").length());
    }

    @Test
    void handsAnObjectOverWhenRenaming() {
        Object object = new StringBuilder("x");
        slot("a").putObject(type, Blob.OBJECT, object);
        h.run("RENAME a b");
        assertSame(object, slot("b").object());
        assertEquals(0, type.released);
        put("c", "1");
        h.run("RENAME c b");
        assertEquals(1, type.released);
        assertEquals("1", value("b"));
    }

    @Test
    void refusesToRenameWhatIsNotThere() {
        put("a", "1");
        assertEquals("-ERR no such key", h.run("RENAME none b"));
        assertEquals("-ERR no such key", h.run("RENAME none none"));
        assertEquals("+OK", h.run("RENAME a a"));
        assertEquals(":0", h.run("RENAMENX a a"));
        put("b", "2");
        assertEquals(":0", h.run("RENAMENX a b"));
        assertEquals(":1", h.run("RENAMENX a c"));
        assertEquals("1", value("c"));
    }

    @Test
    void keepsManyRenamedKeysFindable() {
        for (int i = 0; i < 3000; i++) {
            put("key:" + i, "v" + i);
            if (i % 3 == 0) {
                slot("key:" + i).expireAt(h.now + 1000 + i);
            }
        }
        for (int i = 0; i < 3000; i++) {
            h.run("RENAME", "key:" + i, "other:" + i);
        }
        for (int i = 0; i < 3000; i++) {
            assertEquals("v" + i, value("other:" + i));
            assertEquals(i % 3 == 0 ? h.now + 1000 + i : -1, slot("other:" + i).expireAt());
            h.server.databases().releaseSlots();
        }
        assertEquals(3000, h.database().size());
        assertEquals(1000, h.database().volatileKeys());
    }

    @Test
    void copiesValues() {
        put("a", "1");
        slot("a").expireAt(h.now + 9000);
        put("b", "2");
        assertEquals(":0", h.run("COPY a b"));
        assertEquals(":1", h.run("COPY a b REPLACE"));
        assertEquals("1", value("b"));
        assertEquals(":9000", h.run("PTTL b"));
        assertEquals(":0", h.run("COPY none c"));
        assertEquals("-ERR source and destination objects are the same", h.run("COPY a a REPLACE"));
        assertEquals("-ERR source and destination objects are the same", h.run("COPY none none DB 0"));
        assertEquals(":1", h.run("COPY a a DB 2"));
        assertEquals(List.of("0:new:b", "0:copy_to:b", "0:keymiss:none", "2:new:a", "2:copy_to:a"), h.events);
        assertEquals("-ERR DB index is out of range", h.run("COPY a b DB 4"));
        assertEquals("-ERR value is not an integer or out of range", h.run("COPY a b DB x"));
        assertEquals("-ERR syntax error", h.run("COPY a b DB"));
    }

    @Test
    void copiesObjectsByTheirType() {
        Object object = new StringBuilder("x");
        slot("a").putObject(type, Blob.OBJECT, object);
        assertEquals(":1", h.run("COPY a b"));
        assertNotSame(object, slot("b").object());
        assertEquals("x", slot("b").object().toString());
    }

    @Test
    void movesKeysBetweenDatabases() {
        put("a", "x".repeat(2 << 20));
        slot("a").expireAt(h.now + 9000);
        assertEquals("-ERR source and destination objects are the same", h.run("MOVE none 0"));
        assertEquals(":0", h.run("MOVE none 1"));
        assertEquals(":1", h.run("MOVE a 1"));
        assertEquals(List.of("1:new:a", "0:move_from:a", "1:move_to:a"), h.events);
        assertEquals(0, h.database().size());
        put("a", "2");
        assertEquals(":0", h.run("MOVE a 1"));
        h.selected = 1;
        assertEquals(":9000", h.run("PTTL a"));
        assertEquals(2 << 20, slot("a").length());
        assertEquals("-ERR DB index is out of range", h.run("MOVE a -1"));
        assertEquals("-ERR value is not an integer or out of range", h.run("MOVE a 1.5"));
        assertEquals("-ERR value is out of range, value must between -2147483648 and 2147483647", h.run("MOVE a 2147483648"));
    }

    @Test
    void releasesAnObjectThatMoved() {
        slot("a").putObject(type, Blob.OBJECT, new StringBuilder("x"));
        h.run("MOVE a 1");
        assertEquals(1, type.released);
        h.selected = 1;
        assertEquals("x", slot("a").object().toString());
    }

    @Test
    void findsKeysByPattern() {
        for (String key : List.of("foo1", "foo2", "bar", "b*r")) {
            put(key, "v");
        }
        slot("foo2").expireAt(h.now + 10);
        h.now += 11;
        assertEquals("*1 $4 foo1", h.run("KEYS foo?"));
        assertEquals("*1 $3 bar", h.run("KEYS bar"));
        assertEquals("*0", h.run("KEYS ba"));
        assertEquals("*1 $3 b*r", h.run("KEYS b\\*r"));
        assertTrue(h.run("KEYS *").startsWith("*3 "));
        assertEquals("+blob", h.run("TYPE bar"));
        assertEquals("+none", h.run("TYPE none"));
    }

    @Test
    void neverReturnsARandomKeyWhoseTimeIsOver() {
        assertEquals("$-1", h.run("RANDOMKEY"));
        put("a", "1");
        put("b", "1");
        slot("a").expireAt(h.now + 10);
        h.now += 11;
        for (int i = 0; i < 50; i++) {
            assertEquals("$1 b", h.run("RANDOMKEY"));
        }
    }

    @Test
    void setsAndTellsExpiry() {
        put("a", "1");
        assertEquals(":-1", h.run("TTL a"));
        assertEquals(":-2", h.run("TTL none"));
        assertEquals(":-2", h.run("PEXPIRETIME none"));
        assertEquals(":1", h.run("PEXPIRE a 1500"));
        assertEquals(":2", h.run("TTL a"));
        h.now++;
        assertEquals(":1", h.run("TTL a"));
        assertEquals(":1499", h.run("PTTL a"));
        assertEquals(":" + (h.now + 1499), h.run("PEXPIRETIME a"));
        assertEquals(":1", h.run("PERSIST a"));
        assertEquals(":0", h.run("PERSIST a"));
        assertEquals(":1", h.run("EXPIREAT a 33177117420"));
        assertEquals(":33177117420", h.run("EXPIRETIME a"));
        assertEquals(":0", h.run("EXPIRE none 10"));
        assertEquals(List.of("0:keymiss:none", "0:keymiss:none", "0:expire:a", "0:persist:a", "0:expire:a"), h.events);
    }

    @Test
    void deletesAKeyThatIsGivenATimeThatIsOver() {
        for (String command : List.of("EXPIRE a 0", "EXPIRE a -1", "PEXPIREAT a -9223372036854775808", "EXPIREAT a 1", "PEXPIRE a -5 LT")) {
            put("a", "1");
            assertEquals(":1", h.run(command));
            assertEquals(List.of("0:del:a"), h.events);
            assertEquals(0, h.database().size());
        }
    }

    @Test
    void refusesTimesThatOverflow() {
        put("a", "1");
        assertEquals("-ERR invalid expire time in 'expire' command", h.run("EXPIRE a 9223372036854775807"));
        assertEquals("-ERR invalid expire time in 'expire' command", h.run("EXPIRE a -9223372036854775807"));
        assertEquals("-ERR invalid expire time in 'pexpire' command", h.run("PEXPIRE a 9223372036854775807"));
        assertEquals("-ERR invalid expire time in 'expireat' command", h.run("EXPIREAT a 9223372036854775807"));
        assertEquals(":1", h.run("PEXPIREAT a 9223372036854775807"));
        assertEquals(":9223372036854775807", h.run("PEXPIRETIME a"));
        assertEquals(":9223372036854776", h.run("EXPIRETIME a"));
        assertEquals("-ERR value is not an integer or out of range", h.run("EXPIRE a 1.5"));
    }

    @Test
    void heedsTheConditionsOfExpire() {
        put("a", "1");
        assertEquals(":0", h.run("EXPIRE a 100 XX"));
        assertEquals(":0", h.run("EXPIRE a 100 gt"));
        assertEquals(":1", h.run("EXPIRE a 100 NX"));
        assertEquals(":0", h.run("EXPIRE a 200 NX"));
        assertEquals(":0", h.run("EXPIRE a 100 GT"));
        assertEquals(":1", h.run("EXPIRE a 101 XX GT"));
        assertEquals(":0", h.run("EXPIRE a 101 LT"));
        assertEquals(":1", h.run("EXPIRE a 100 LT"));
        assertEquals(":100", h.run("TTL a"));
        assertEquals("-ERR Unsupported option foo", h.run("EXPIRE a x foo"));
        assertEquals("-ERR Unsupported option né", h.run("EXPIRE a x né\0more"));
        assertEquals("-ERR NX and XX, GT or LT options at the same time are not compatible", h.run("EXPIRE a x NX LT"));
        assertEquals("-ERR GT and LT options at the same time are not compatible", h.run("EXPIRE a x GT LT"));
    }

    @Test
    void scansAllKeys() {
        Set<String> expected = new TreeSet<>();
        for (int i = 0; i < 1000; i++) {
            put("key:" + i, "v");
            expected.add("key:" + i);
        }
        Set<String> seen = new TreeSet<>();
        String cursor = "0";
        do {
            String[] reply = h.run("SCAN", cursor, "COUNT", "7", "MATCH", "key*", "TYPE", "BLOB").split(" ");
            cursor = reply[2];
            assertTrue(reply.length <= 4 + 2 * 40, Arrays.toString(reply));
            for (int i = 5; i < reply.length; i += 2) {
                seen.add(reply[i]);
            }
        } while (!cursor.equals("0"));
        assertEquals(expected, seen);
        assertEquals("*2 $1 0 *0", h.run("SCAN 0 COUNT 100000 TYPE list"));
        assertEquals("-ERR unknown type name 'nosuchtype'", h.run("SCAN 0 TYPE nosuchtype"));
        assertEquals("*2 $1 0 *1 $5 key:7", h.run("SCAN 0 COUNT 9223372036854775807 MATCH key:7"));
    }

    @Test
    void boundsTheWorkOfOneScanOverKeysWhoseTimeIsOver() {
        for (int i = 0; i < 1000; i++) {
            put("key:" + i, "v");
            slot("key:" + i).expireAt(h.now + 10);
            h.server.databases().releaseSlots();
        }
        h.now += 11;
        assertTrue(h.run("SCAN 0").endsWith(" *0"));
        assertTrue(h.database().size() > 900, "deleted " + (1000 - h.database().size()));
    }

    @Test
    void aScanDeletesOnlyThoseKeysWhoseTimeIsOverThatItWouldReturn() {
        for (String key : List.of("a", "b")) {
            put(key, "v");
            slot(key).expireAt(h.now + 10);
            h.server.databases().releaseSlots();
        }
        h.now += 11;
        assertEquals("*2 $1 0 *0", h.run("SCAN 0 COUNT 1000 TYPE list"));
        assertEquals(2, h.database().size());
        assertEquals("*2 $1 0 *0", h.run("SCAN 0 COUNT 1000 TYPE blob MATCH a*"));
        assertEquals(1, h.database().size());
        assertEquals("*2 $1 0 *0", h.run("SCAN 0 COUNT 1000"));
        assertEquals(0, h.database().size());
    }

    @Test
    void refusesScansThatMakeNoSense() {
        assertEquals("-ERR syntax error", h.run("SCAN 0 COUNT 0"));
        assertEquals("-ERR syntax error", h.run("SCAN 0 COUNT"));
        assertEquals("-ERR syntax error", h.run("SCAN 0 NOVALUES"));
        assertEquals("-ERR value is not an integer or out of range", h.run("SCAN 0 COUNT x"));
        assertEquals("-ERR invalid cursor", h.run("SCAN x"));
    }

    @Test
    void readsCursorsAsUnsignedIntegers() {
        assertEquals(0, cursor(""));
        assertEquals(42, cursor("042"));
        assertEquals(-1, cursor("18446744073709551615"));
        assertEquals(-1, cursor("-1"));
        assertEquals(5, cursor("+5"));
        for (String wrong : List.of("-", " 1", "1 ", "1x", "18446744073709551616", "99999999999999999999", "184467440737095516150")) {
            assertEquals("invalid cursor", assertThrows(CommandError.class, () -> cursor(wrong), wrong).sentence());
        }
    }

    private static long cursor(String text) {
        return ScanCursor.parse(Bytes.of(text));
    }

    @Test
    void tellsHowValuesAreHeld() {
        put("a", "1");
        assertEquals("$6 inline", h.run("OBJECT ENCODING a"));
        assertEquals("$-1", h.run("OBJECT ENCODING none"));
        assertEquals(":1", h.run("OBJECT REFCOUNT a"));
        assertTrue(h.run("OBJECT FREQ a").startsWith("-ERR An LFU maxmemory policy is not selected"));
        h.server.databases().accessClock().policy(true, 10, 1);
        assertTrue(h.run("OBJECT IDLETIME a").startsWith("-ERR An LFU maxmemory policy is selected"));
        assertTrue(h.run("OBJECT FREQ a").startsWith(":"));
        assertEquals(List.of(), h.events);
    }

    @Test
    void leavesNoMemoryBehind() {
        long empty = h.database().usedBytes();
        put("a", "x".repeat(2 << 20));
        slot("a").expireAt(h.now + 1000);
        h.run("RENAME", "a", LONG_KEY);
        h.run("COPY", LONG_KEY, "b");
        h.run("MOVE b 1");
        h.run("RENAME", LONG_KEY, "a");
        h.run("DEL a");
        Database other = h.server.databases().at(1);
        h.selected = 1;
        h.run("DEL b");
        assertEquals(0, h.server.databases().keys());
        assertTrue(h.server.databases().at(0).usedBytes() - empty < 4096, "left " + (h.server.databases().at(0).usedBytes() - empty));
        assertTrue(other.usedBytes() < 4096 + empty);
    }
}
