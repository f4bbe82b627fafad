package dev.cairn.core.commands;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.core.db.Database;
import dev.cairn.core.server.Server;
import dev.cairn.resp.ChunkPool;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.structures.Memory;

/** Executes single commands against the databases of a server that has no clients, and records key events. */
final class CommandHarness implements AutoCloseable {
    final Server server;
    final Map<String, CommandSpec> specs = new LinkedHashMap<>();
    final List<String> events = new ArrayList<>();
    long now = 1_700_000_000_000L;
    int selected;
    private final Map<String, Command> handlers = new LinkedHashMap<>();
    private final ReplyWriter reply = new ReplyWriter(new ChunkPool());

    CommandHarness(Consumer<Registrar> declaration) throws IOException {
        server = new Server(4);
        server.databases().now(now);
        server.events().listenKeys(EnumSet.allOf(KeyEventClass.class),
                (database, eventClass, event, key) -> events.add(database + ":" + event + ":" + key));
        declaration.accept(registrar());
    }

    Registrar registrar() {
        return (Registrar) Proxy.newProxyInstance(Registrar.class.getClassLoader(), new Class<?>[]{Registrar.class},
                (proxy, method, args) -> {
                    if (method.isDefault()) {
                        return InvocationHandler.invokeDefault(proxy, method, args);
                    }
                    CommandSpec spec = (CommandSpec) args[0];
                    specs.put(spec.name(), spec);
                    if (args.length > 1) {
                        handlers.put(spec.name(), (Command) args[1]);
                    }
                    return null;
                });
    }

    Database database() {
        return server.databases().at(selected);
    }

    /** Executes a command line of words and returns the reply as the wire has it, without its last line break. */
    String run(String line) {
        String[] words = line.split(" ");
        return run(words);
    }

    String run(String... words) {
        String name = handlers.containsKey(words[0]) ? words[0] : words[0] + "|" + words[1];
        CommandSpec spec = specs.get(name);
        Command handler = handlers.get(name);
        if (spec == null || handler == null) {
            throw new AssertionError("no command " + name);
        }
        server.databases().now(now);
        int mark = server.databases().slotMark();
        long position = reply.position();
        try {
            handler.execute(call(spec), new Words(words), reply);
        } catch (CommandError e) {
            reply.truncateTo(position);
            reply.error(e);
        } finally {
            server.databases().releaseSlots(mark);
        }
        return text().strip().replace("\r\n", " ");
    }

    private Call call(CommandSpec spec) {
        return (Call) Proxy.newProxyInstance(Call.class.getClassLoader(), new Class<?>[]{Call.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "keyspace" -> args == null ? database() : keyspace((Integer) args[0]);
                    case "command" -> spec;
                    case "now" -> now;
                    case "effects" -> database().effects();
                    default -> throw new AssertionError("unexpected " + method);
                });
    }

    private Keyspace keyspace(int index) {
        if (index < 0 || index >= server.databases().count()) {
            throw CommandError.err("DB index is out of range");
        }
        return server.databases().at(index);
    }

    private String text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            reply.flush((address, length) -> {
                out.writeBytes(Memory.toArray(address, length));
                return length;
            }, Integer.MAX_VALUE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        reply.clear();
        server.close();
    }

    private static final class Words implements Args {
        private final Bytes[] words;

        Words(String[] texts) {
            words = new Bytes[texts.length];
            for (int i = 0; i < texts.length; i++) {
                words[i] = Bytes.of(texts[i]);
            }
        }

        @Override
        public int size() {
            return words.length;
        }

        @Override
        public Bytes at(int i) {
            return words[i];
        }

        @Override
        public boolean is(int i, Token token) {
            return token.matches(words[i]);
        }
    }
}
