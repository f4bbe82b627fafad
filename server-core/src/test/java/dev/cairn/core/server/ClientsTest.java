package dev.cairn.core.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.api.io.Loop;
import dev.cairn.core.boot.ServerAssembly;
import dev.cairn.core.loop.Pair;

/** Serves clients whose connections a test plays. */
class ClientsTest {
    private static final Token SET = Token.of("set");

    private final Server server = assemble();
    private final List<Ticket> tickets = new ArrayList<>();

    private static Server assemble() {
        try {
            ServerAssembly assembly = new ServerAssembly();
            assembly.configure(List.of());
            return assembly.makeServer();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void addCommands() {
        server.databases().addType(Numbers.TYPE);
        add("WAIT1", -1, (call, args, out) -> tickets.add(call.suspend(suspension(args.size() > 1 ? args.at(1) : null))));
        add("PUT", 2, (call, args, out) -> {
            WriteSlot slot = call.keyspace().write(args.at(1));
            slot.putInteger(Numbers.TYPE, 0, 1);
            slot.changed(KeyEventClass.STRING, SET);
            out.ok();
        });
        add("EXHAUST", 1, (call, args, out) -> {
            throw new OutOfMemoryError("Java heap space");
        });
    }

    private void add(String name, int arity, Command handler) {
        server.addCommand(CommandSpec.of(name, arity).group(dev.cairn.api.command.CommandGroup.GENERIC).since("1.0.0").summary("A test.")
                .complexity("O(1)").build(), handler, new Registration("test"));
    }

    private static Suspension suspension(@Nullable Bytes key) {
        return new Suspension(0, key == null ? List.of() : List.of(key), false, (c, out) -> {
            out.simple(Token.of("READY"));
            return true;
        }, (c, out) -> true, () -> {
        });
    }

    @AfterEach
    void close() {
        server.clients().closeAll();
        server.close();
    }

    private FakeConnection connect() {
        FakeConnection c = new FakeConnection();
        server.clients().accept(c);
        return c;
    }

    /** What the server does before it sleeps. */
    private void turn() {
        server.clients().resumeUnblocked();
        server.blocking().serveReady();
        server.clients().flushReplies();
        server.clients().closeScheduled();
        server.databases().releaseSlots();
    }

    /** Takes all that the client is owed. */
    private void drain(FakeConnection c) {
        turn();
        for (Runnable more = c.writable; more != null; more = c.writable) {
            more.run();
        }
        c.received();
    }

    private ServerClient last() {
        ServerClient last = null;
        for (ServerClient c : server.clients().all()) {
            last = c;
        }
        assertNotNull(last);
        return last;
    }

    private static String command(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString();
    }

    @Test
    void looksAtEveryClientThoughOthersComeAndGo() {
        for (int i = 0; i < 20; i++) {
            connect();
            last().pinned = true;
        }
        List<FakeConnection> idle = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            idle.add(connect());
        }
        server.clients().limits().timeoutSeconds = 10;
        server.clock().advance(20_000_000);
        server.clock().refresh();
        for (int i = 0; i < 20; i++) {
            connect();
            ServerClient passing = last();
            server.clients().cron(10);
            server.clients().close(passing);
        }
        assertTrue(idle.stream().allMatch(c -> c.closed));
        assertEquals(20, server.clients().count());
    }

    @Test
    void tellsAProtocolErrorBehindACommandThatBlocksOnceTheClientGoesOn() {
        FakeConnection c = connect();
        c.send(command("WAIT1", "k") + "*x\r\n");
        turn();
        assertEquals("", c.received());
        FakeConnection other = connect();
        other.send(command("PUT", "k"));
        turn();
        turn();
        assertEquals("+READY\r\n-ERR Protocol error: invalid multibulk length\r\n", c.received());
        assertTrue(c.closed);
    }

    @Test
    void wakesClientsThatWaitForOneNameInTwoDatabases() {
        FakeConnection first = connect();
        first.send(command("WAIT1", "k"));
        FakeConnection second = connect();
        second.send(command("SELECT", "1") + command("WAIT1", "k"));
        FakeConnection c = connect();
        c.send(command("MULTI") + command("PUT", "k") + command("SELECT", "1") + command("PUT", "k") + command("EXEC"));
        turn();
        assertEquals("+READY\r\n", first.received());
        assertEquals("+OK\r\n+READY\r\n", second.received());
    }

    @Test
    void refusesABulkThatNoBlockOfMemoryTakes() {
        server.clients().bulkLimit(1L << 40);
        FakeConnection c = connect();
        c.send("*2\r\n$4\r\nECHO\r\n$1000000000\r\nxyz");
        turn();
        assertEquals("-ERR Protocol error: invalid bulk length\r\n", c.received());
        assertTrue(c.closed);
    }

    @Test
    void closesAClientWhoseInputOutgrowsTheLargestBuffer() {
        server.clients().limits().queryBuffer = 1L << 40;
        FakeConnection c = connect();
        c.send(command("WAIT1"));
        c.idleBytes = 1L << 40;
        for (int i = 0; i < 100_000 && !c.closed; i++) {
            Runnable readable = c.readable;
            assertNotNull(readable);
            readable.run();
        }
        assertTrue(c.closed);
        assertEquals(1, server.stats().queryLimitDisconnections);
    }

    @Test
    void survivesACommandThatAsksForMoreMemoryThanTheHeapHas() {
        FakeConnection c = connect();
        c.send(command("EXHAUST") + command("PING"));
        turn();
        String reply = c.received();
        assertTrue(reply.startsWith("-OOM "), reply);
        assertTrue(reply.endsWith("+PONG\r\n"), reply);
    }

    /** Has a command run that lets the server breathe, and another client send something meanwhile. */
    private void whileBusy(Runnable meanwhile, Runnable after) throws Exception {
        server.settings().busyReplyMillis = 1;
        try (Pair pair = new Pair()) {
            boolean[] done = new boolean[1];
            Loop.Watch watch = server.loop().watch(pair.near(), (r, w) -> {
                pair.receive(8);
                meanwhile.run();
                done[0] = true;
            });
            watch.interest(true, false);
            add("RUN", 1, (call, args, out) -> {
                out.array(2).integer(1);
                pair.send(1);
                while (!done[0]) {
                    call.breathe();
                }
                out.integer(args.size());
            });
            after.run();
            assertTrue(done[0]);
            watch.close();
        }
    }

    @Test
    void refusesOthersWhileACommandRunsLongAndLetsThemDoLittle() throws Exception {
        FakeConnection other = connect();
        FakeConnection busy = connect();
        StringBuilder meanwhile = new StringBuilder();
        whileBusy(() -> {
            other.send(command("ECHO", "x") + command("MULTI") + command("PUT", "k") + command("EXEC") + command("RESET"));
            assertNull(busy.readable);
            meanwhile.append(busy.received());
        }, () -> busy.send(command("RUN") + command("ECHO", "y")));
        String refusal = "BUSY Redis is busy running a module command.\r\n";
        turn();
        assertEquals("-" + refusal + "+OK\r\n-" + refusal + "-EXECABORT Transaction discarded because of: " + refusal + "+RESET\r\n",
                other.received());
        assertEquals("", meanwhile.toString());
        assertEquals("*2\r\n:1\r\n:1\r\n$1\r\ny\r\n", busy.received());
        assertNotNull(busy.readable);
        other.send(command("ECHO", "z"));
        turn();
        assertEquals("$1\r\nz\r\n", other.received());
    }

    @Test
    void closesAClientOnlyAfterItsBusyCommand() throws Exception {
        FakeConnection other = connect();
        FakeConnection busy = connect();
        ServerClient client = last();
        whileBusy(() -> {
            server.clients().close(client);
            assertFalse(busy.closed);
            other.send(command("ECHO", "x"));
        }, () -> busy.send(command("RUN")));
        turn();
        assertTrue(busy.closed);
        assertTrue(other.received().startsWith("-BUSY "));
    }

    @Test
    void executesNoMoreOfABatchOnceTheRepliesAreOverTheHardLimit() {
        server.clients().limits().output(ClientLimits.OutputClass.NORMAL, new ClientLimits.Output(100_000, 0, 0));
        FakeConnection c = connect();
        c.room = 0;
        String value = "x".repeat(1000);
        add("LONG", 1, (call, args, out) -> out.bulk(Bytes.of("x".repeat(60_000))));
        c.send(command("ECHO", value) + command("LONG").repeat(50));
        assertTrue(last().commandsProcessed() < 10, "executed " + last().commandsProcessed());
        turn();
        assertTrue(c.closed);
    }

    @Test
    void keepsQueuedCommandsOutOfTheJavaHeap() {
        FakeConnection c = connect();
        c.send(command("MULTI"));
        String pings = command("PING").repeat(1000);
        c.send(pings);
        turn();
        c.received();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        ServerClient client = last();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 20; i++) {
            c.send(pings);
        }
        long perCommand = (threads.getCurrentThreadAllocatedBytes() - before) / 20_000;
        assertEquals(21_000, client.queuedCommands());
        assertTrue(perCommand < 32, "bytes allocated for each command: " + perCommand);
        drain(c);
        c.send(command("EXEC"));
        turn();
        assertTrue(c.received().startsWith("*21000\r\n+PONG\r\n"));
        assertEquals(-1, client.queuedCommands());
    }

    @Test
    void forgetsAllThatAClientQueuedWhenItLeaves() {
        FakeConnection c = connect();
        c.send(command("WATCH", "k") + command("MULTI") + command("PUT", "k").repeat(100));
        ServerClient client = last();
        assertTrue(client.queuedBytes() > 0);
        server.clients().close(client);
        assertEquals(0, server.transactions().watchedKeys());
        assertNull(client.transaction);
        assertFalse(server.clients().all().contains(client));
    }

    @Test
    void expiresInADatabaseBehindManyEmptyOnes() throws Exception {
        try (Server many = new Server(40)) {
            many.databases().addType(Numbers.TYPE);
            putExpired(many, 39, 1);
            many.expiry().slow(10);
            assertEquals(0, many.databases().at(39).size());
        }
    }

    @Test
    void looksAtAllDatabasesAfterACycleThatRanOutOfTime() throws Exception {
        try (Server many = new Server(40)) {
            many.databases().addType(Numbers.TYPE);
            putExpired(many, 0, 2000);
            for (int i = 1; i < 40; i++) {
                putExpired(many, i, 1);
            }
            many.expiry().slow(1_000_000_000);
            assertEquals(1, many.stats().expiryTimeCaps);
            many.expiry().slow(1);
            assertEquals(0, many.databases().at(39).size());
        }
    }

    private static void putExpired(Server of, int database, int keys) {
        for (int i = 0; i < keys; i++) {
            of.databases().at(database).write(Bytes.of("k" + i)).replaceInteger(Numbers.TYPE, 0, 1, of.databases().now() - 1);
            of.databases().releaseSlots();
        }
    }

    /** A type of inline integers. */
    private static final class Numbers implements DataType {
        static final Numbers TYPE = new Numbers();

        @Override
        public TypeId id() {
            return new TypeId("test-nums", 1);
        }

        @Override
        public String name() {
            return "numbers";
        }

        @Override
        public String encodingName(Slot value) {
            return "int";
        }

        @Override
        public void save(Slot value, ValueWriter out) {
            throw new AssertionError();
        }

        @Override
        public void load(ValueReader in, int encodingVersion, WriteSlot into) {
            throw new AssertionError();
        }

        @Override
        public void rewrite(Slot value, CommandSink out) {
            throw new AssertionError();
        }
    }
}
