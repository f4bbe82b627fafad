package dev.cairn.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.InfoSource;
import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ModuleRejected;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.Client;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Effects;
import dev.cairn.api.command.Publisher;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeStore;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.api.event.KeyListener;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobLanes;

/** A module that does what another one does and notes which keys its commands open. */
final class KeySpy implements ServerModule {
    /** A key that was opened, and whether it was for change. */
    record Opened(String key, boolean forChange) {
    }

    private final ServerModule module;
    /** What was opened since the list was cleared. */
    final List<Opened> opened = new CopyOnWriteArrayList<>();

    KeySpy(ServerModule module) {
        this.module = module;
    }

    @Override
    public ModuleInfo info() {
        return module.info();
    }

    @Override
    public void configure(Registrar registrar) throws ModuleRejected {
        module.configure(new SpyingRegistrar(registrar));
    }

    @Override
    public void start(ModuleContext context) throws Exception {
        module.start(context);
    }

    @Override
    public void stop(StopReason reason) {
        module.stop(reason);
    }

    private final class SpyingRegistrar implements Registrar {
        private final Registrar to;

        SpyingRegistrar(Registrar to) {
            this.to = to;
        }

        @Override
        public void command(CommandSpec spec, Command handler) {
            to.command(spec, (call, args, out) -> handler.execute(new SpyingCall(call), args, out));
        }

        @Override
        public void container(CommandSpec spec) {
            to.container(spec);
        }

        @Override
        public void dataType(DataType type) {
            to.dataType(type);
        }

        @Override
        public void connectionType(ConnectionType type) {
            to.connectionType(type);
        }

        @Override
        public void jobType(BackgroundJobType<?, ?> type) {
            to.jobType(type);
        }

        @Override
        public void jobLanes(JobLanes lanes) {
            to.jobLanes(lanes);
        }

        @Override
        public <T> Option<T> option(OptionSpec<T> spec) {
            return to.option(spec);
        }

        @Override
        public void info(String title, boolean byDefault, InfoSource source) {
            to.info(title, byDefault, source);
        }

        @Override
        public <E> void on(Class<E> eventClass, Consumer<? super E> listener) {
            to.on(eventClass, listener);
        }

        @Override
        public void onKeys(Set<KeyEventClass> classes, KeyListener listener) {
            to.onKeys(classes, listener);
        }

        @Override
        public <A> void export(Class<A> api, A implementation) {
            to.export(api, implementation);
        }
    }

    private final class SpyingCall implements Call {
        private final Call to;

        SpyingCall(Call to) {
            this.to = to;
        }

        @Override
        public Client client() {
            return to.client();
        }

        @Override
        public Keyspace keyspace() {
            return new SpyingKeyspace(to.keyspace());
        }

        @Override
        public Keyspace keyspace(int database) {
            return new SpyingKeyspace(to.keyspace(database));
        }

        @Override
        public int databases() {
            return to.databases();
        }

        @Override
        public CommandSpec command() {
            return to.command();
        }

        @Override
        public Publisher publisher() {
            return to.publisher();
        }

        @Override
        public long now() {
            return to.now();
        }

        @Override
        public long micros() {
            return to.micros();
        }

        @Override
        public void redact(int argument) {
            to.redact(argument);
        }

        @Override
        public void breathe() {
            to.breathe();
        }

        @Override
        public boolean inTransaction() {
            return to.inTransaction();
        }

        @Override
        public Ticket suspend(Suspension suspension) {
            return to.suspend(suspension);
        }
    }

    private final class SpyingKeyspace implements Keyspace {
        private final Keyspace to;

        SpyingKeyspace(Keyspace to) {
            this.to = to;
        }

        private Bytes note(Bytes key, boolean forChange) {
            opened.add(new Opened(new String(key.toArray(), java.nio.charset.StandardCharsets.ISO_8859_1), forChange));
            return key;
        }

        @Override
        public int index() {
            return to.index();
        }

        @Override
        public long size() {
            return to.size();
        }

        @Override
        public Slot read(Bytes key) {
            return to.read(note(key, false));
        }

        @Override
        public Slot read(Bytes key, DataType type) {
            return to.read(note(key, false), type);
        }

        @Override
        public Slot peek(Bytes key) {
            return to.peek(note(key, false));
        }

        @Override
        public WriteSlot write(Bytes key) {
            return to.write(note(key, true));
        }

        @Override
        public WriteSlot write(Bytes key, DataType type) {
            return to.write(note(key, true), type);
        }

        @Override
        public WriteSlot readWrite(Bytes key, DataType type) {
            return to.readWrite(note(key, true), type);
        }

        @Override
        public boolean delete(Bytes key, boolean lazily) {
            return to.delete(note(key, true), lazily);
        }

        @Override
        public long scan(long cursor, Visitor visitor) {
            return to.scan(cursor, visitor);
        }

        @Override
        public @Nullable Bytes randomKey() {
            return to.randomKey();
        }

        @Override
        public TypeStore store(DataType type) {
            return to.store(type);
        }

        @Override
        public Effects effects() {
            return to.effects();
        }

        @Override
        public boolean isOver(long time) {
            return to.isOver(time);
        }

        @Override
        public void countExpired(long parts) {
            to.countExpired(parts);
        }

        @Override
        public int mark() {
            return to.mark();
        }

        @Override
        public void release(int mark) {
            to.release(mark);
        }

        @Override
        public void flush(boolean lazily) {
            to.flush(lazily);
        }
    }

    /** The keys that were opened, each once, in the order of their first opening. */
    List<String> keys() {
        return new ArrayList<>(new java.util.LinkedHashSet<>(opened.stream().map(Opened::key).toList()));
    }
}
