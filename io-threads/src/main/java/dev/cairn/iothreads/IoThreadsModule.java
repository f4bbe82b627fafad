package dev.cairn.iothreads;

import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;

/** The plug-in with the threads that read and write. Main thread. */
public final class IoThreadsModule implements ServerModule {
    private static final int MOST_THREADS = 128;
    private static final String FORK_JOIN = "fork-join";
    private static final String RINGS = "rings";

    private @Nullable IoThreads io;
    private @Nullable Option<Long> threads;
    private @Nullable Option<Boolean> reads;
    private @Nullable Option<Long> worksPerThread;
    private @Nullable Option<String> strategy;

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public IoThreadsModule() {
    }

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("io-threads", 1);
    }

    @Override
    public void configure(Registrar registrar) {
        IoThreads made = new IoThreads();
        threads = registrar.option(OptionSpec.integer("io-threads", 1, Integer.MIN_VALUE, Integer.MAX_VALUE)
                .check(IoThreadsModule::checkThreads).onChange(n -> made.threads(n.intValue()))
                .doc("How many threads read and write sockets, the main thread included: 1 to " + MOST_THREADS + "."));
        reads = registrar.option(OptionSpec.flag("io-threads-do-reads", false).onChange(made::reads)
                .doc("Whether threads read and parse commands, too, and not only write replies."));
        worksPerThread = registrar.option(OptionSpec.integer("events-per-io-thread", 2, 0, Integer.MAX_VALUE)
                .onChange(n -> made.worksPerThread(n.intValue()))
                .doc("How many connections that wait make another I/O thread worth while; 0 has all take part always."));
        strategy = registrar.option(OptionSpec.choice("io-threads-strategy", RINGS, RINGS, FORK_JOIN)
                .onChange(made::strategy)
                .doc("How work is shared out to I/O threads: fork-join has the main thread wait for them, rings lets it go on."));
        registrar.threadedIo(made);
        io = made;
    }

    private static void checkThreads(long n) throws OptionError {
        if (n > MOST_THREADS) {
            throw new OptionError("Fatal: too many I/O threads configured. The maximum number is " + MOST_THREADS + ".");
        }
        if (n < 1) {
            throw new OptionError("argument must be between 1 and " + MOST_THREADS + " inclusive");
        }
    }

    @Override
    public void start(ModuleContext context) {
        String cpus = context.option("server-cpulist", String.class).map(Option::value).orElse("");
        Threads made = new Threads(context::thread, context.loop()::wake, cpus);
        IntFunction<Strategy> forkJoin = works -> new ForkJoin(made, works);
        IntFunction<Strategy> withRings = works -> new Rings(made, works);
        Objects.requireNonNull(io).start(Map.of(FORK_JOIN, forkJoin, RINGS, withRings), value(strategy), value(threads).intValue(),
                value(worksPerThread).intValue(), value(reads));
    }

    private static <T> T value(@Nullable Option<T> option) {
        return Objects.requireNonNull(option, "used before it was configured").value();
    }

    @Override
    public void stop(StopReason reason) {
        if (io != null) {
            io.stop();
        }
    }
}
