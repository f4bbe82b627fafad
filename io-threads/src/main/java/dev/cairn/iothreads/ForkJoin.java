package dev.cairn.iothreads;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.ThreadedIo.Work;

/**
 * The strategy of Redis 6 and 7. A round of works is dealt in turn to as many lists as there are threads, of which the first is main's own;
 * each worker's number of pending works is published, main does its share and waits until all numbers are zero. So while commands are
 * executed no worker runs.
 *
 * <p>Threads take part once a round has some works a thread, two usually, and no more when a round has fewer: then they find nothing and park.
 *
 * <p>Main thread.
 */
final class ForkJoin implements Strategy {
    private final Threads threads;
    /** The lists; number 0 is main's own. */
    private final List<DealtList> lists = new ArrayList<>();
    /** The worker of each list but the first. */
    private final List<ListWorker> workers = new ArrayList<>();
    private final ArrayDeque<Work> done = new ArrayDeque<>();
    private int worksPerThread;
    private boolean active;

    /**
     * A strategy without threads.
     *
     * @param worksPerThread how many works a thread make threads worth while; 0 has them take part always
     */
    ForkJoin(Threads threads, int worksPerThread) {
        this.threads = threads;
        this.worksPerThread = worksPerThread;
        lists.add(new DealtList());
    }

    /** A worker of a list. */
    private static final class ListWorker extends Worker {
        private final DealtList list;

        ListWorker(int number, DealtList list, Threads threads) {
            super(number, threads);
            this.list = list;
        }

        @Override
        boolean hasWork() {
            return list.pending() != 0;
        }

        @Override
        void work() {
            list.runAll();
        }
    }

    @Override
    public void threads(int wanted) {
        threads.count(wanted);
        while (lists.size() > wanted) {
            workers.removeLast().stop();
            lists.removeLast();
        }
        while (lists.size() < wanted) {
            DealtList list = new DealtList();
            ListWorker worker = new ListWorker(lists.size(), list, threads);
            worker.start(); // or throws, and then nothing is dealt to it
            lists.add(list);
            workers.add(worker);
        }
        active = active && wanted > 1;
    }

    @Override
    public void worksPerThread(int works) {
        worksPerThread = works;
    }

    @Override
    public boolean active() {
        return active;
    }

    @Override
    public boolean adjust(int pending) {
        int n = lists.size();
        active = n > 1 && pending >= (long) worksPerThread * n;
        return active;
    }

    @Override
    public void perform(Work[] works, int count) {
        int n = lists.size();
        for (int i = 0; i < count; i++) {
            lists.get(i % n).add(works[i]);
        }
        for (int i = 1; i < n; i++) {
            if (lists.get(i).publish()) {
                workers.get(i - 1).wake();
            }
        }
        lists.getFirst().runAll();
        await();
        for (int i = 0; i < count; i++) {
            done.add(works[i]);
        }
    }

    @Override
    public void await() {
        for (int i = 1; i < lists.size(); i++) {
            DealtList list = lists.get(i);
            for (int spins = 0; list.pending() != 0; spins++) {
                Threads.pause(spins);
            }
        }
    }

    @Override
    public @Nullable Work finished() {
        return done.poll();
    }

    @Override
    public int outstanding() {
        return done.size();
    }
}
