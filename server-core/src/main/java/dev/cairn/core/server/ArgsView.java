package dev.cairn.core.server;

import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Token;
import dev.cairn.resp.NativeBytes;
import dev.cairn.resp.RequestBatch;
import dev.cairn.structures.Memory;

/**
 * The arguments of the command being executed: of a parsed batch, or of a stored command. Reused; main thread.
 *
 * <p>Each argument's view is the same object for the whole command, the first {@value #KEPT} are reused by the next command.
 */
final class ArgsView implements Args {
    private static final int KEPT = 1024;

    private NativeBytes[] views = new NativeBytes[16];
    private int bound;
    private @Nullable RequestBatch batch;
    private int command;
    private @Nullable StoredCommand stored;
    private int size;
    /** Whether handlers may take an argument's memory over. */
    private boolean adoptable = true;

    ArgsView() {
        fill(0);
    }

    private void fill(int from) {
        for (int i = from; i < views.length; i++) {
            views[i] = new NativeBytes();
        }
    }

    ArgsView bind(RequestBatch from, int index) {
        batch = from;
        stored = null;
        command = index;
        size = from.argumentCount(index);
        bound = 0;
        if (views.length > KEPT) {
            views = Arrays.copyOf(views, KEPT);
        }
        return this;
    }

    ArgsView bind(StoredCommand from) {
        batch = null;
        stored = from;
        size = from.size();
        bound = 0;
        if (views.length > KEPT) {
            views = Arrays.copyOf(views, KEPT);
        }
        return this;
    }

    /** Says whether handlers may take the memory of a large argument over: not where the argument is needed after the execution. */
    void adoptable(boolean value) {
        adoptable = value;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Bytes at(int i) {
        return view(i);
    }

    NativeBytes view(int i) {
        Objects.checkIndex(i, size);
        if (i >= bound) {
            bindUpTo(i);
        }
        return views[i];
    }

    private void bindUpTo(int i) {
        if (i >= views.length) {
            int from = views.length;
            views = Arrays.copyOf(views, Math.max(i + 1, Math.min(size, from * 2)));
            fill(from);
        }
        RequestBatch b = batch;
        for (int j = bound; j <= i; j++) {
            if (b != null && adoptable) {
                b.view(command, j, views[j]);
            } else if (b != null) {
                views[j].set(b.address(command, j), b.length(command, j));
            } else {
                Objects.requireNonNull(stored).view(j, views[j]);
            }
        }
        bound = i + 1;
    }

    /** Whether the command has taken the argument's memory over, so that its bytes must not be read any more. */
    boolean taken(int i) {
        RequestBatch b = batch;
        return b != null && b.taken(command, i);
    }

    /** Whether the command has taken over no argument's memory. */
    boolean allThere() {
        for (int i = 0; i < size; i++) {
            if (taken(i)) {
                return false;
            }
        }
        return true;
    }

    /** Total length of all arguments in bytes. */
    long totalLength() {
        long sum = 0;
        for (int i = 0; i < size; i++) {
            sum += view(i).length();
        }
        return sum;
    }

    @Override
    public boolean is(int i, Token token) {
        NativeBytes b = view(i);
        int n = token.length();
        if (b.length() != n) {
            return false;
        }
        long address = b.address();
        for (int j = 0; j < n; j++) {
            if (fold(Memory.getByte(address + j)) != fold(token.at(j))) {
                return false;
            }
        }
        return true;
    }

    private static int fold(byte c) {
        return c >= 'a' && c <= 'z' ? c - 32 : c;
    }
}
