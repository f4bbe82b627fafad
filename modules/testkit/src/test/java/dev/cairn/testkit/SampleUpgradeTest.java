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
import dev.cairn.api.ModuleRejected;
import dev.cairn.api.ServerModule;

class SampleUpgradeTest extends UpgradeContract {
    @TempDir Path folder;

    @Override
    protected ServerModule module() {
        return new SampleModule(3, new SampleModule.Box(2));
    }

    @Override
    protected ServerModule older() {
        return new SampleModule(2, new SampleModule.Box(1));
    }

    @Override
    protected List<String> configuration() {
        return List.of("sample-limit 20");
    }

    @Override
    protected List<List<String>> keys() {
        return List.of(List.of("BOX.PUT", "a", ""), List.of("BOX.PUT", "b", "content"), List.of("BOX.PUT", "c", "x".repeat(100_000)));
    }

    @Override
    protected List<List<String>> changes() {
        return List.of(List.of("BOX.PUT", "b", "other"), List.of("BOX.TAKE", "c", "1"), List.of("BOX.PUT", "c", "again"));
    }

    @Override
    protected List<BlockingContract.Wait> waits() {
        return List.of(BlockingContract.Wait.of("BOX.TAKE k 0").servedBy("BOX.PUT k v", "v")
                .timed("BOX.TAKE k 100000", Duration.ofSeconds(100), "nil"));
    }

    @Test
    void whatIsRefusedSaysWhy() throws Exception {
        SampleModule.Box one = new SampleModule.Box(1);
        try (TestServer server = TestServer.with(new SampleModule(2, one)).start(); TestClient client = server.client()) {
            ModuleRejected refused = assertThrows(ModuleRejected.class, () -> server.upgrade(new SampleModule(3, one)));
            assertTrue(String.valueOf(refused.getMessage()).contains("'sample-bx' is one object in both versions"), refused::getMessage);
            client.send("BOX.WAIT");
            server.awaitBlocked(1);
            refused = assertThrows(ModuleRejected.class, () -> server.upgrade(module()));
            assertTrue(String.valueOf(refused.getMessage()).contains("clients blocked in 'box.wait'"), refused::getMessage);
        }
    }

    @Test
    void aThreadThatOutlivesItsVersionIsNoticed() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        ServerModule older = new SampleModule(2, new SampleModule.Box(1)) {
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
