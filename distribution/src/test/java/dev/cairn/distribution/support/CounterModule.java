package dev.cairn.distribution.support;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A module with a data type, in versions: numbers that are counted up. The first version holds a number in the record of its key, later ones
 * in a Java object; what they save and the commands that they log are the same.
 */
public final class CounterModule {
    private static final String COMMON = """
            private static final Token EVENT = Token.of("counter");
            private static final KeySpec KEY = KeySpec.at(1, KeySpec.Flag.RW, KeySpec.Flag.UPDATE);
            private final Counter type = new Counter();
            private Option<Long> step;
            private String arguments = "";
            private long ticks;
            private int waiting;

            public void configure(Registrar r) throws ModuleRejected {
                step = r.option(OptionSpec.integer("step", 1, 1, MAX_STEP).doc("How much one COUNTER.ADD adds."));
                r.option(OptionSpec.text("color", "none").doc("A color."));
                r.dataType(type);
                r.command(CommandSpec.of("COUNTER.ADD", 2).summary("Adds.").flags(CommandFlag.WRITE, CommandFlag.FAST).keys(KEY).syntax("key"),
                        (call, args, out) -> {
                            WriteSlot slot = call.keyspace().write(args.at(1), type);
                            long n = (slot.exists() ? type.number(slot) : 0) + step.value();
                            type.put(slot, n);
                            slot.changed(KeyEventClass.MODULE, EVENT);
                            out.integer(n);
                        });
                r.command(CommandSpec.of("COUNTER.SET", 3).summary("Sets.").flags(CommandFlag.WRITE).keys(KEY).syntax("key number"),
                        (call, args, out) -> {
                            WriteSlot slot = call.keyspace().write(args.at(1), type);
                            type.put(slot, args.integer(2));
                            slot.changed(KeyEventClass.MODULE, EVENT);
                            out.ok();
                        });
                r.command(CommandSpec.of("COUNTER.GET", 2).summary("Tells.").flags(CommandFlag.READONLY).keys(KEY).syntax("key"),
                        (call, args, out) -> {
                            Slot slot = call.keyspace().read(args.at(1), type);
                            out.integer(slot.exists() ? type.number(slot) : 0);
                        });
                r.command(CommandSpec.of("COUNTER.WAIT", 3).summary("Waits for a number of at least 100.").flags(CommandFlag.BLOCKING)
                        .keys(KEY).syntax("key milliseconds"), (call, args, out) -> {
                            Bytes key = args.at(1).retain();
                            waiting++;
                            call.suspend(new Suspension(args.integer(2), List.of(key), false, (c, o) -> {
                                Slot slot = c.keyspace().read(key, type);
                                if (!slot.exists() || type.number(slot) < 100) {
                                    return false;
                                }
                                waiting--;
                                o.bulk("version " + info().version());
                                return true;
                            }, (c, o) -> {
                                waiting--;
                                o.bulk("over in version " + info().version());
                                return true;
                            }, () -> waiting--));
                        });
                r.command(CommandSpec.of("COUNTER.VERSION", 1).summary("Tells the version.").flags(CommandFlag.FAST),
                        (call, args, out) -> out.integer(info().version()));
                r.info("Counter", true, out -> out.field("counter_version", info().version()).field("counter_arguments", arguments)
                        .field("counter_waiting", waiting).field("counter_ticks", ticks));
                more(r);
            }

            public void start(ModuleContext c) throws Exception {
                arguments = String.join("+", c.arguments());
                c.loop().every(Duration.ofMillis(1), () -> ticks++);
                begin(c);
            }

            abstract static class Base implements DataType {
                public String name() {
                    return "counter";
                }

                abstract long number(Slot slot);

                abstract void put(WriteSlot slot, long n);

                public void save(Slot slot, ValueWriter out) throws java.io.IOException {
                    out.integer(number(slot));
                }

                public void rewrite(Slot slot, CommandSink out) {
                    out.command(Bytes.of("COUNTER.SET"), slot.key(), Bytes.of(Long.toString(number(slot))));
                }
            }
            """;
    /** Nothing but what all versions have. */
    public static final String PLAIN =
            "void more(Registrar r) throws ModuleRejected {}\n void begin(ModuleContext c) throws Exception {}\n";
    /** A load that gives the value. */
    public static final String LOAD = "put(into, in.integer());";

    private CounterModule() {
    }

    /** Compiles the first version. */
    public static Path first(Path folder, String members) throws IOException {
        return compile(folder, 1, 9, members, """
                static final class Counter extends Base {
                    public TypeId id() {
                        return new TypeId("counter-t", 1);
                    }

                    public String encodingName(Slot value) {
                        return "number";
                    }

                    long number(Slot slot) {
                        return slot.integer();
                    }

                    void put(WriteSlot slot, long n) {
                        slot.putInteger(this, 0, n);
                    }

                    public void load(ValueReader in, int encodingVersion, WriteSlot into) throws java.io.IOException {
                        put(into, in.integer());
                    }
                }
                """);
    }

    /**
     * Compiles a later version.
     *
     * @param load the statement that loads a value
     */
    public static Path later(Path folder, int version, String members, String load) throws IOException {
        return compile(folder, version, 5, members, """
                static final class Number {
                    long n;
                }

                static final class Counter extends Base {
                    public TypeId id() {
                        return new TypeId("counter-t", 2);
                    }

                    public String encodingName(Slot value) {
                        return "object";
                    }

                    long number(Slot slot) {
                        return ((Number) slot.object()).n;
                    }

                    void put(WriteSlot slot, long n) {
                        if (!slot.exists()) {
                            slot.putObject(this, 0, new Number());
                        }
                        ((Number) slot.object()).n = n;
                    }

                    public void load(ValueReader in, int encodingVersion, WriteSlot into) throws java.io.IOException {
                        %s
                    }
                }
                """.formatted(load));
    }

    private static Path compile(Path folder, int version, int maxStep, String members, String type) throws IOException {
        String all = COMMON.replace("MAX_STEP", Integer.toString(maxStep)) + members + type;
        return ModuleJar.compile(folder, "test.counter", version, all);
    }
}
