package dev.cairn.iothreads;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.ThreadedIo.Work;

/**
 * The strategy of Redis 8 and Valkey 8. Each worker has a ring of works from main and one of done works back to it; main gives a round to the
 * rings, goes on at once, and takes back what is done in later turns, for which the workers wake the loop. So commands are executed while
 * workers read and write for other clients.
 *
 * <p>How many workers are given work follows the load: one more for each so many connections that wait or are with workers, at once when it
 * rises, and one less only after some rounds that it was lower. A worker that is given nothing parks. Where all that take part are busy, main
 * does works itself.
 *
 * <p>Main thread.
 */
final class Rings implements Strategy {
    /** Works that one worker has at most; a power of two. */
    private static final int CAPACITY = 1024;
    /** Works that a worker is given while main could do them as well. */
    private static final int BACKLOG = 256;
    /** Rounds in a row with a lower load after which one worker less is given work. */
    private static final int LOWER_ROUNDS = 100;

    private final Threads threads;
    private final List<RingWorker> workers = new ArrayList<>();
    /** What main has done itself, and what was taken from workers that are gone. */
    private final ArrayDeque<Work> done = new ArrayDeque<>();
    private int worksPerThread;
    private int live;
    private int lowerRounds;
    private int outstanding;
    private int next;

    /**
     * A strategy without threads.
     *
     * @param worksPerThread how many connections that wait make another thread worth while; 0 has all take part always
     */
    Rings(Threads threads, int worksPerThread) {
        this.threads = threads;
        this.worksPerThread = worksPerThread;
    }

    /** A worker with its rings. */
    private static final class RingWorker extends Worker {
        private final Ring<Work> todo = new Ring<>(CAPACITY);
        private final Ring<Work> back = new Ring<>(CAPACITY);
        private final Threads threads;
        /** Works that it was given and that were not taken back. Main thread. */
        private int given;
        /** Whether it was given some in this round. Main thread. */
        private boolean touched;

        RingWorker(int number, Threads threads) {
            super(number, threads);
            this.threads = threads;
        }

        @Override
        boolean hasWork() {
            return !todo.isEmpty();
        }

        @Override
        void work() {
            for (Work work = todo.poll(); work != null; work = todo.poll()) {
                work.run();
                boolean room = back.offer(work);
                assert room : "a worker had more works than its rings hold";
                threads.wakeMain();
            }
        }

        /** Gives it a work; false when it has enough. Main thread. */
        boolean give(Work work) {
            if (given >= BACKLOG || !todo.offer(work)) {
                return false;
            }
            given++;
            touched = true;
            return true;
        }

        /** Takes a done work back. Main thread. */
        @Nullable
        Work take() {
            Work work = back.poll();
            if (work != null) {
                given--;
            }
            return work;
        }

        /** Whether all that it was given is done. Main thread. */
        boolean allDone() {
            return back.offered() == todo.offered();
        }
    }

    @Override
    public void worksPerThread(int works) {
        worksPerThread = works;
    }

    @Override
    public void threads(int wanted) {
        threads.count(wanted);
        while (workers.size() >= wanted) {
            RingWorker last = workers.removeLast();
            last.stop();
            for (Work work = last.take(); work != null; work = last.take()) {
                done.add(work);
            }
        }
        while (workers.size() < wanted - 1) {
            RingWorker worker = new RingWorker(workers.size() + 1, threads);
            worker.start(); // or throws, and then nothing is given to it
            workers.add(worker);
        }
        live = Math.min(live, workers.size());
    }

    @Override
    public boolean active() {
        return live > 0;
    }

    @Override
    public boolean adjust(int pending) {
        int load = pending + outstanding;
        int wanted = worksPerThread == 0 ? workers.size() : Math.min(workers.size(), load / worksPerThread - 1);
        if (wanted >= live) {
            live = Math.max(0, wanted);
            lowerRounds = 0;
        } else if (++lowerRounds >= LOWER_ROUNDS) {
            live--;
            lowerRounds = 0;
        }
        return live > 0;
    }

    @Override
    public void perform(Work[] works, int count) {
        outstanding += count;
        for (int i = 0; i < count; i++) {
            if (!give(works[i])) {
                works[i].run();
                done.add(works[i]);
            }
        }
        for (int i = 0; i < workers.size(); i++) {
            RingWorker worker = workers.get(i);
            if (worker.touched) {
                worker.touched = false;
                worker.wake();
            }
        }
    }

    private boolean give(Work work) {
        for (int i = 0; i < live; i++) {
            next = next + 1 < live ? next + 1 : 0;
            if (workers.get(next).give(work)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public @Nullable Work finished() {
        if (outstanding == 0) {
            return null;
        }
        Work work = done.poll();
        for (int i = 0; work == null && i < workers.size(); i++) {
            work = workers.get(i).take();
        }
        if (work != null) {
            outstanding--;
        }
        return work;
    }

    @Override
    public int outstanding() {
        return outstanding;
    }

    @Override
    public void await() {
        for (int i = 0; i < workers.size(); i++) {
            RingWorker worker = workers.get(i);
            for (int looks = 0; !worker.allDone(); looks++) {
                Threads.pause(looks);
            }
        }
    }
}
