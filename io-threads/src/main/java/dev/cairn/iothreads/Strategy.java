package dev.cairn.iothreads;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.ThreadedIo.Work;

/** How work is shared out to threads and comes back; see {@code ThreadedIo} for the methods of the same names. Main thread. */
interface Strategy {
    /** Sets how many threads take part at most, the main thread included. Work that was given before comes back all the same. */
    void threads(int threads);

    /** Sets how many connections that wait make another thread worth while; 0 has all take part always. */
    void worksPerThread(int works);

    boolean active();

    boolean adjust(int pending);

    void perform(Work[] works, int count);

    @Nullable
    Work finished();

    int outstanding();

    void await();
}
