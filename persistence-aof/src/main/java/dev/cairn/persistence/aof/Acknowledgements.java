package dev.cairn.persistence.aof;

import java.util.ArrayList;
import java.util.List;

import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;

/** The clients that wait in WAITAOF for their writes to be safe on disk. Main thread. */
final class Acknowledgements {
    private static final CommandError SWITCHED_OFF = CommandError
            .err("WAITAOF cannot be used when numlocal is set but appendonly is disabled.");

    private final AofPersistence aof;
    private List<Ticket> waiting = new ArrayList<>();

    Acknowledgements(AofPersistence aof) {
        this.aof = aof;
    }

    /** Replies at once where nothing is left to wait for, else when it is or the time is over. */
    void await(Call call, boolean local, long replicas, long timeoutMillis, Reply out) {
        if (local && !aof.enabled()) {
            throw SWITCHED_OFF;
        }
        long offset = call.client().writeOffset();
        if (replicas == 0 && (!local || safe(offset)) || call.inTransaction()) {
            reply(out, offset);
            return;
        }
        Suspension suspension = new Suspension(timeoutMillis, List.of(), false, (c, o) -> resume(local, replicas, offset, o), (c, o) -> {
            reply(o, offset);
            return true;
        }, () -> {
        });
        waiting.add(call.suspend(suspension));
    }

    private boolean safe(long offset) {
        return aof.enabled() && aof.syncedOffset() >= offset;
    }

    private boolean resume(boolean local, long replicas, long offset, Reply out) {
        if (local && !aof.enabled()) {
            out.error(SWITCHED_OFF);
            return true;
        }
        if (replicas > 0 || local && !safe(offset)) {
            return false;
        }
        reply(out, offset);
        return true;
    }

    private void reply(Reply out, long offset) {
        out.array(2).integer(safe(offset) ? 1 : 0).integer(0);
    }

    /** Has those served who need not wait any more. */
    void check() {
        if (!waiting.isEmpty()) {
            List<Ticket> left = new ArrayList<>();
            for (Ticket t : waiting) {
                if (t.waiting()) {
                    t.signal();
                    left.add(t);
                }
            }
            waiting = left;
        }
    }
}
