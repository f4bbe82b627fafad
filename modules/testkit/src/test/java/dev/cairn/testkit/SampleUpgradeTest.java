package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ModuleRejected;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Token;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;

class SampleUpgradeTest extends UpgradeContract {
    @TempDir Path folder;

    /** A module in versions, with a type of bytes, an option and a command that waits. */
    private static class Notes implements ServerModule {
        private static final Token EVENT = Token.of("note");
        private final int version;
        private final DataType type;

        Notes(int version) {
            this(version, new Note(version));
        }

        Notes(int version, DataType type) {
            this.version = version;
            this.type = type;
        }

        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("notes", version);
        }

        @Override
        public void configure(Registrar r) {
            r.dataType(type);
            r.option(OptionSpec.integer("notes-limit", 10, 0, 100).doc("The most of something."));
            KeySpec key = KeySpec.at(1, KeySpec.Flag.RW, KeySpec.Flag.UPDATE);
            r.command(CommandSpec.of("NOTE.PUT", 3).flags(CommandFlag.WRITE).keys(key), this::put);
            r.command(CommandSpec.of("NOTE.TAKE", 3).flags(CommandFlag.WRITE, CommandFlag.BLOCKING).keys(key), this::take);
            r.command(CommandSpec.of("NOTE.STAY", 1).flags(CommandFlag.BLOCKING), (call, args, out) -> call.suspend(
                    new Suspension(0, List.of(), false, (c, o) -> false, (c, o) -> false, () -> {
                    })));
        }

        private void put(Call call, Args args, Reply out) {
            WriteSlot slot = call.keyspace().write(args.at(1), type);
            slot.put(type, 0, args.at(2));
            slot.changed(KeyEventClass.MODULE, EVENT);
            out.ok();
        }

        private void take(Call call, Args args, Reply out) {
            Bytes key = args.at(1).retain();
            if (!taken(call, key, out)) {
                call.suspend(new Suspension(args.integer(2), List.of(key), false, (c, o) -> taken(c, key, o), (c, o) -> {
                    o.nil();
                    return true;
                }, () -> {
                }));
            }
        }

        private boolean taken(Call call, Bytes key, Reply out) {
            WriteSlot slot = call.keyspace().write(key, type);
            if (!slot.exists()) {
                return false;
            }
            out.bulk(slot.bytes());
            slot.delete();
            slot.changed(KeyEventClass.MODULE, EVENT);
            return true;
        }
    }

    private record Note(int version) implements DataType {
        @Override
        public TypeId id() {
            return new TypeId("note-type", version);
        }

        @Override
        public String name() {
            return "note";
        }

        @Override
        public String encodingName(Slot value) {
            return "raw";
        }

        @Override
        public void save(Slot value, ValueWriter out) throws IOException {
            out.bytes(value.bytes());
        }

        @Override
        public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
            into.put(this, 0, in.bytes());
        }

        @Override
        public void rewrite(Slot value, CommandSink out) {
            out.command(Bytes.of("NOTE.PUT"), value.key(), value.bytes());
        }
    }

    @Override
    protected ServerModule module() {
        return new Notes(2);
    }

    @Override
    protected ServerModule older() {
        return new Notes(1);
    }

    @Override
    protected List<String> configuration() {
        return List.of("notes-limit 20");
    }

    @Override
    protected List<List<String>> keys() {
        return List.of(List.of("NOTE.PUT", "a", ""), List.of("NOTE.PUT", "b", "content"), List.of("NOTE.PUT", "c", "x".repeat(100_000)));
    }

    @Override
    protected List<List<String>> changes() {
        return List.of(List.of("NOTE.PUT", "b", "other"), List.of("NOTE.TAKE", "c", "1"), List.of("NOTE.PUT", "c", "again"));
    }

    @Override
    protected List<BlockingContract.Wait> waits() {
        return List.of(BlockingContract.Wait.of("NOTE.TAKE k 0").servedBy("NOTE.PUT k v", "v")
                .timed("NOTE.TAKE k 100000", Duration.ofSeconds(100), "nil"));
    }

    @Test
    void whatIsRefusedSaysWhy() throws Exception {
        DataType one = new Note(1);
        try (TestServer server = TestServer.with(new Notes(1, one)).start(); TestClient client = server.client()) {
            ModuleRejected refused = assertThrows(ModuleRejected.class, () -> server.upgrade(new Notes(2, one)));
            assertTrue(String.valueOf(refused.getMessage()).contains("'note-type' is one object in both versions"), refused::getMessage);
            client.send("NOTE.STAY");
            server.awaitBlocked(1);
            refused = assertThrows(ModuleRejected.class, () -> server.upgrade(module()));
            assertTrue(String.valueOf(refused.getMessage()).contains("clients blocked in 'note.stay'"), refused::getMessage);
        }
    }

    @Test
    void aThreadThatOutlivesItsVersionIsNoticed() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        ServerModule older = new Notes(1) {
            @Override
            public void start(ModuleContext context) {
                context.thread("stays", () -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }).start();
            }
        };
        try (TestServer server = TestServer.with(older).start()) {
            AssertionError left = assertThrows(AssertionError.class, () -> server.upgrade(module()));
            assertTrue(String.valueOf(left.getMessage()).contains("stays"), left::getMessage);
            end.countDown();
        }
    }

    @Test
    void aJarWithoutAModuleIsRefusedByItsName() throws Exception {
        Path absent = folder.resolve("absent.jar");
        assertEquals("there is no " + absent, assertThrows(IOException.class, () -> ModuleJar.read(absent)).getMessage());
        Path text = Files.writeString(folder.resolve("text.jar"), "no jar");
        assertTrue(String.valueOf(assertThrows(IOException.class, () -> ModuleJar.read(text)).getMessage()).contains("text.jar"));
    }
}
