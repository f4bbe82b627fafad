package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.Access;
import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.ClientEvent;
import dev.cairn.api.event.Cron;
import dev.cairn.api.event.DatabasesSwapped;
import dev.cairn.api.event.Flushed;
import dev.cairn.api.event.LoopTurn;
import dev.cairn.api.event.ModuleChanged;
import dev.cairn.api.event.OptionsChanged;
import dev.cairn.api.event.ShutdownBegun;
import dev.cairn.api.io.Loop;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobContext;

/** What a module may do with the server, seen through the wire. */
@Timeout(300)
class ModuleSpiTest {
    private final SampleModule sample = new SampleModule();

    /** Hears all events of the server. */
    private static final class Listening implements ServerModule {
        final List<Object> events = Collections.synchronizedList(new ArrayList<>());

        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("listening", 1);
        }

        @Override
        public void configure(Registrar r) {
            r.on(ClientEvent.class, e -> events.add("client " + e.client().id() + " " + e.connected()));
            r.on(Cron.class, events::add);
            r.on(DatabasesSwapped.class, events::add);
            r.on(Flushed.class, events::add);
            r.on(LoopTurn.class, events::add);
            r.on(ModuleChanged.class, events::add);
            r.on(OptionsChanged.class, events::add);
            r.on(ShutdownBegun.class, events::add);
        }
    }

    @Test
    void hearsTheEventsOfTheServer() {
        Listening listening = new Listening();
        TestServer server = TestServer.with(listening, sample).config("hz 500").start();
        try (server; TestClient client = server.client()) {
            client.line("SWAPDB 0 1");
            client.line("FLUSHDB");
            client.line("FLUSHALL");
            client.line("CONFIG SET sample-limit 5 hz 100");
        }
        List<Object> events = listening.events;
        assertTrue(events.contains("client 1 true"));
        assertTrue(events.contains("client 1 false"));
        assertTrue(events.contains(new DatabasesSwapped(0, 1)));
        assertTrue(events.contains(new Flushed(0)));
        assertTrue(events.contains(new Flushed(-1)));
        assertTrue(events.contains(LoopTurn.BEFORE_SLEEP) && events.contains(LoopTurn.AFTER_SLEEP));
        assertTrue(events.contains(new ModuleChanged(sample.info(), true)));
        assertTrue(events.contains(new OptionsChanged(java.util.Set.of("sample-limit", "hz"))));
        assertTrue(events.contains(new ShutdownBegun()));
        assertTrue(sample.heard.contains("stopped for SHUTDOWN"));
    }

    @Test
    void hearsWhatHappensToKeys() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            client.line("BOX.PUT k v");
            client.line("BOX.PUT k w");
            client.line("SELECT 3");
            client.line("BOX.PUT l v");
            client.line("PEXPIRE l 100000");
            server.advance(Duration.ofSeconds(200));
            assertEquals("nil", client.line("BOX.GET l"));
            assertEquals(List.of("new k in 0", "put k in 0", "put k in 0", "new l in 3", "put l in 3", "expired l in 3"),
                    server.onMain(() -> List.copyOf(sample.heard)));
        }
    }

    @Test
    void reachesTheKeyspaceFromItsOwnThreads() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            Access access = sample.context.access();
            Bytes key = Bytes.of("counter");
            List<Thread> threads = new ArrayList<>();
            AtomicInteger done = new AtomicInteger();
            for (int t = 0; t < 4; t++) {
                threads.add(sample.context.thread("worker-" + t, () -> {
                    for (int i = 0; i < 500; i++) {
                        access.on(2, keyspace -> {
                            WriteSlot slot = keyspace.write(key, SampleModule.TYPE);
                            long count = slot.exists() ? slot.bytes().asLong() : 0;
                            slot.put(SampleModule.TYPE, 0, Bytes.of(Long.toString(count + 1)));
                            return count;
                        }).thenAccept(count -> done.incrementAndGet());
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread t : threads) {
                t.join();
            }
            server.await("all work is done", () -> done.get() == 2000);
            client.line("SELECT 2");
            assertEquals("2000", client.line("BOX.GET counter"));
        }
    }

    @Test
    void tellsWhatWorkOnTheKeyspaceThrew() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            Access access = sample.context.access();
            for (Throwable wrong : List.of(new IllegalStateException("no"), new NoClassDefFoundError("no"), new AssertionError("no"))) {
                CompletableFuture<Object> result = access.on(0, keyspace -> SampleModule.thrown(wrong)).toCompletableFuture();
                assertEquals(wrong, assertThrows(ExecutionException.class, () -> result.get(60, TimeUnit.SECONDS)).getCause());
            }
            CompletableFuture<String> outside = access.on(99, keyspace -> "never").toCompletableFuture();
            assertInstanceOf(IllegalArgumentException.class,
                    assertThrows(ExecutionException.class, () -> outside.get(60, TimeUnit.SECONDS)).getCause());
            assertEquals("PONG", client.line("PING"));
        }
    }

    @Test
    void setsTimers() throws Exception {
        try (TestServer server = TestServer.with(sample).start()) {
            AtomicInteger once = new AtomicInteger();
            AtomicInteger often = new AtomicInteger();
            AtomicInteger never = new AtomicInteger();
            Loop loop = sample.context.loop();
            Loop.Timer repeating = server.onMain(() -> {
                loop.after(Duration.ofMinutes(10), once::incrementAndGet);
                loop.after(Duration.ofMinutes(10), never::incrementAndGet).cancel();
                return loop.every(Duration.ofMinutes(10), often::incrementAndGet);
            });
            server.advance(Duration.ofMinutes(5));
            assertEquals(0, once.get() + often.get());
            for (int i = 1; i <= 3; i++) {
                server.advance(Duration.ofMinutes(11));
                int expected = i;
                server.await("the timer ran", () -> often.get() == expected);
            }
            server.onMain(() -> {
                repeating.cancel();
                return true;
            });
            server.advance(Duration.ofMinutes(100));
            assertEquals(1, once.get());
            assertEquals(3, often.get());
            assertEquals(0, never.get());
        }
    }

    @Test
    void findsWhatOtherModulesExport() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            client.line("BOX.PUT k v");
            ModuleContext context = sample.context;
            assertEquals(1L, server.onMain(() -> context.require(SampleModule.Boxes.class).orElseThrow().puts()));
            assertTrue(server.onMain(() -> context.require(Runnable.class)).isEmpty());
        }
    }

    @Test
    void infoTellsWhoUsesWhoseApis() throws Exception {
        ServerModule user = new ServerModule() {
            @Override
            public ModuleInfo info() {
                return ModuleInfo.of("user", 2);
            }

            @Override
            public void configure(Registrar r) {
                r.filter(words -> {
                });
            }

            @Override
            public void start(ModuleContext context) {
                assertTrue(context.require(SampleModule.Boxes.class).isPresent());
            }
        };
        try (TestServer server = TestServer.with(sample, user).start(); TestClient client = server.client()) {
            String info = client.line("INFO modules");
            assertTrue(info.contains("module:name=sample,ver=3,api=1,filters=0,usedby=[user],using=[],options=[]\r\n"), info);
            assertTrue(info.contains("module:name=user,ver=2,api=1,filters=1,usedby=[],using=[sample],options=[]\r\n"), info);
        }
    }

    @Test
    void saysThatNobodyRunsBackgroundJobs() throws Exception {
        BackgroundJobType<String, String> type = new BackgroundJobType<>() {
            @Override
            public String name() {
                return "sweep";
            }

            @Override
            public String lane() {
                return "sweeper";
            }

            @Override
            public String run(String job, JobContext context) {
                return job;
            }
        };
        try (TestServer server = TestServer.with(sample).start()) {
            ModuleContext context = sample.context;
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> server.onMain(() -> context.jobs(type)));
            assertEquals("job type 'sweep' has no lane: no module on the module path runs background jobs", e.getMessage());
        }
    }

    @Test
    void readsItsOptionsAndThoseOfOthers() throws Exception {
        try (TestServer server = TestServer.with(sample).config("sample-limit 7", "hz 42").start(); TestClient client = server.client()) {
            assertEquals(7L, sample.limit.value());
            assertEquals(42L, sample.hz.orElseThrow().value());
            assertEquals("[sample-limit, 7]", client.line("CONFIG GET sample-limit"));
            assertEquals("OK", client.line("CONFIG SET sample-limit 8"));
            assertEquals(8L, sample.limit.value());
            assertTrue(client.line("CONFIG SET sample-limit 101").startsWith("ERR CONFIG SET failed (possibly related to argument"));
            assertEquals(8L, sample.limit.value());
            assertTrue(sample.context.option("hz", String.class).isEmpty());
            assertTrue(sample.context.option("no-such-option", Long.class).isEmpty());
        }
    }

    @Test
    void refusesAWrongLineForItsOption() {
        IllegalStateException e = assertThrows(IllegalStateException.class,
                () -> TestServer.with(new SampleModule()).config("sample-limit many").start());
        assertTrue(String.valueOf(e.getCause().getMessage()).contains("sample-limit many"), () -> e.getCause().getMessage());
    }

    @Test
    void hasItsSectionInInfo() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            client.line("BOX.PUT k v");
            assertEquals("# Sample\r\nsample_puts:1\r\nsample_name:box\r\nsample_part:0.50\r\n", client.line("INFO sample"));
            assertTrue(client.line("INFO").contains("# Sample\r\n"));
            assertTrue(client.line("INFO modules").contains("name=sample,ver=3"), () -> client.line("INFO modules"));
        }
    }

    @Test
    void aFailingHandlerCostsOneErrorReply() throws Exception {
        try (TestServer server = TestServer.with(sample).expectFailures().start(); TestClient client = server.client()) {
            String prefix = "ERR internal error in command 'box.fail' of module 'sample': ";
            assertEquals(prefix + "UnsupportedOperationException", client.line("BOX.FAIL now"));
            assertEquals(prefix + "IllegalStateException", client.line("BOX.FAIL late"));
            assertEquals(prefix + "StackOverflowError", client.line("BOX.FAIL deep"));
            assertEquals(prefix + "NoClassDefFoundError (dev.cairn.Missing)", client.line("BOX.FAIL link"));
            List<String> replies = client.pipeline(List.of(new String[]{"PING"}, new String[]{"BOX.FAIL", "late"}, new String[]{"PING"}))
                    .stream().map(Values::text).toList();
            assertEquals(List.of("PONG", prefix + "IllegalStateException", "PONG"), replies);
            assertTrue(client.line("INFO commandstats").contains("cmdstat_box.fail:calls=5,"));
            assertTrue(client.line("INFO errorstats").contains("errorstat_ERR:count=5"));
        }
    }

    @Test
    void aModuleThatCannotStartIsNamed() {
        ServerModule failing = new ServerModule() {
            @Override
            public ModuleInfo info() {
                return ModuleInfo.of("failing", 1);
            }

            @Override
            public void configure(Registrar registrar) {
            }

            @Override
            public void start(ModuleContext context) throws Exception {
                throw new java.io.IOException("no licence");
            }
        };
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> TestServer.with(failing).start());
        assertEquals("module 'failing' cannot start: no licence", e.getCause().getMessage());
    }

    @Test
    void aThreadThatOutlivesItsModuleIsNoticed() {
        CompletableFuture<Void> release = new CompletableFuture<>();
        TestServer server = TestServer.with(sample).start();
        sample.context.thread("stays", release::join).start();
        AssertionError e = assertThrows(AssertionError.class, server::close);
        assertTrue(String.valueOf(e.getMessage()).contains("stays"));
        release.complete(null);
    }
}
