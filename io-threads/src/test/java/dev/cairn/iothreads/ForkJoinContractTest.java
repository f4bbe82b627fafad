package dev.cairn.iothreads;

import java.util.function.BiFunction;

import dev.cairn.api.io.ThreadedIo;
import dev.cairn.testkit.ThreadedIoContract;

/** The contract by the strategy fork-join; {@link RingsContractTest} is the same by rings. */
class ForkJoinContractTest extends ThreadedIoContract {
    private static final BiFunction<String, Runnable, Thread> MAKER =
            (name, body) -> Thread.ofPlatform().name(name).daemon().unstarted(body);

    Strategy strategy(Threads threads) {
        return new ForkJoin(threads, 2);
    }

    @Override
    protected ThreadedIo make(int threads, Runnable wake) {
        IoThreads io = new IoThreads();
        io.start(strategy(new Threads(MAKER, wake, "")), threads, true);
        return io;
    }

    @Override
    protected void stop(ThreadedIo io) {
        ((IoThreads) io).stop();
    }
}
