package dev.cairn.iothreads;

class RingsContractTest extends ForkJoinContractTest {
    @Override
    Strategy strategy(Threads threads, int works) {
        return new Rings(threads, works);
    }
}
