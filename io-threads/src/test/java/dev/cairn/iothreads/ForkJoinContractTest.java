package dev.cairn.iothreads;

import java.util.Map;
import java.util.function.BiFunction;

import dev.cairn.api.io.ThreadedIo;
import dev.cairn.testkit.ThreadedIoContract;

/** The contract by the strategy fork-join; {@link RingsContractTest} is the same by rings. */
class ForkJoinContractTest extends ThreadedIoContract {
    private static final BiFunction<String, Runnable, Thread> MAKER =
            (name, body) -> Thread.ofPlatform().name(name).daemon().unstarted(body);

    Strategy strategy(Threads threads, int works) {
        return new ForkJoin(threads, works);
    }

    @Override
    protected ThreadedIo make(int threads, Runnable wake) {
        IoThreads io = new IoThreads();
        Threads made = new Threads(MAKER, wake, "");
        io.start(Map.of("the one", works -> strategy(made, works)), "the one", threads, 2, true);
        return io;
    }

    @Override
    protected void stop(ThreadedIo io) {
        ((IoThreads) io).stop();
    }
}
