package dev.cairn.sample.delayqueue;

import java.io.IOException;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;

/** The type {@code delayqueue}: a Java object behind the key. Main thread. */
final class DelayQueueType implements DataType {
    private static final TypeId ID = new TypeId("cairndlyq", 2);
    /** The version of the encoding that knew no priorities. */
    private static final int WITHOUT_PRIORITIES = 1;
    private static final Bytes PRIORITY = Bytes.of("PRIORITY");
    private static final Bytes PUSHAT = Bytes.of("DQ.PUSHAT");

    /** The queue in a slot that holds one. */
    static DelayQueue queue(Slot slot) {
        return (DelayQueue) slot.object();
    }

    @Override
    public TypeId id() {
        return ID;
    }

    @Override
    public String name() {
        return "delayqueue";
    }

    @Override
    public String encodingName(Slot value) {
        return "heap";
    }

    @Override
    public void save(Slot value, ValueWriter out) throws IOException {
        DelayQueue queue = queue(value);
        out.integer(queue.size());
        for (DelayQueue.Entry e : queue.inOrder()) {
            out.integer(e.due());
            out.integer(e.priority());
            out.bytes(Bytes.of(e.message()));
        }
    }

    @Override
    public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
        if (encodingVersion < WITHOUT_PRIORITIES || encodingVersion > ID.encodingVersion()) {
            throw new IOException("a delay queue of encoding " + encodingVersion + ", which is not known");
        }
        long size = in.integer();
        if (size <= 0) {
            throw new IOException("a delay queue of " + size + " messages");
        }
        DelayQueue queue = new DelayQueue();
        for (long i = 0; i < size; i++) {
            long due = in.integer();
            long priority = encodingVersion == WITHOUT_PRIORITIES ? 0 : in.integer();
            queue.add(due, priority, in.bytes().toArray());
        }
        into.putObject(this, 0, queue);
    }

    @Override
    public void rewrite(Slot value, CommandSink out) {
        for (DelayQueue.Entry e : queue(value).inOrder()) {
            Bytes due = Bytes.of(Long.toString(e.due()));
            if (e.priority() == 0) {
                out.command(PUSHAT, value.key(), due, Bytes.of(e.message()));
            } else {
                out.command(PUSHAT, value.key(), due, Bytes.of(e.message()), PRIORITY, Bytes.of(Long.toString(e.priority())));
            }
        }
    }

    @Override
    public void copy(Slot from, WriteSlot to) {
        DelayQueue copy = new DelayQueue();
        for (DelayQueue.Entry e : queue(from).inOrder()) {
            copy.add(e.due(), e.priority(), e.message());
        }
        to.putObject(this, 0, copy);
    }

    @Override
    public long memory(Slot value) {
        return queue(value).bytes();
    }

    @Override
    public long freeEffort(Slot value) {
        return queue(value).size();
    }
}
