package dev.cairn.iothreads;

class RingsContractTest extends ForkJoinContractTest {
    @Override
    Strategy strategy(Threads threads) {
        return new Rings(threads, 2);
    }
}
