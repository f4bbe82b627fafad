package dev.cairn.iothreads;

class RingsAllocationTest extends ForkJoinAllocationTest {
    @Override
    String strategy() {
        return "rings";
    }
}
