package dev.cairn.sample.delayqueue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.api.data.Slot;
import dev.cairn.api.io.Loop;

/**
 * A client that waits in DQ.POP. Main thread.
 *
 * <p>The server wakes it when a message is pushed. That one may be due later, as may be those that are there already: a timer runs until the
 * first of them is. So whoever has waited longest is woken first, and nobody polls.
 */
final class Waiting {
    private static final long LONGEST_TIMER = Duration.ofDays(1).toMillis();

    private final DelayQueueModule module;
    private final Bytes key;
    private @Nullable Ticket ticket;
    private Loop.@Nullable Timer timer;

    private Waiting(DelayQueueModule module, Bytes key) {
        this.module = module;
        this.key = key;
    }

    /** Has the client of the call wait for a message, for so many milliseconds at most; 0 is for ever. */
    static void begin(DelayQueueModule module, Call call, Bytes key, long timeout) {
        Waiting w = new Waiting(module, key.retain());
        module.waiting().add(w);
        w.ticket =
                call.suspend(new Suspension(timeout, List.of(w.key), Optional.of(module.type()), false, w::attempt, w::timedOut, w::end));
        w.await(call);
    }

    private boolean attempt(Call call, Reply out) {
        if (module.take(call, key, call.now(), out)) {
            end();
            return true;
        }
        await(call);
        return false;
    }

    /** Sets the timer for the first message, if there is one. */
    private void await(Call call) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        Slot slot = call.keyspace().peek(key);
        if (slot.exists() && slot.type() == module.type()) {
            long millis = Math.max(1, DelayQueueType.queue(slot).nextDue() - call.now());
            timer = module.loop().after(Duration.ofMillis(Math.min(millis, LONGEST_TIMER)), this::wake);
        }
    }

    private void wake() {
        timer = null;
        if (ticket != null) {
            ticket.signal();
        }
    }

    private boolean timedOut(Call call, Reply out) {
        end();
        out.nil();
        return true;
    }

    /** Forgets the timer: the wait is over. */
    void end() {
        module.waiting().remove(this);
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
