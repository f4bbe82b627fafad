package dev.cairn.resp;

import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The commands that parsers found, flattened to arrays of addresses and lengths. One per thread, cleared and filled again; {@link RequestParser#parse}
 * appends to it.
 *
 * <p>The addresses point into the buffers that were parsed, and stay valid as long as those are neither moved nor refilled. Two things belong to the batch
 * and live until {@link #clear}: arguments of inline commands that had to be unquoted, and the mappings of big arguments that nobody took.
 */
public final class RequestBatch {
    private static final int ARGUMENTS = 1024;
    private static final int COMMANDS = 256;
    /* Arrays beyond this are given back by clear: one huge command must not hold its memory for ever. */
    private static final int KEPT = 1 << 16;
    private static final int SCRATCH_BYTES = 1 << 17;
    private static final int LAZY_RELEASE = 4 << 20;

    private final int initialArguments;
    private final int initialCommands;
    private final int kept;
    long[] addresses;
    int[] lengths;
    int[] firstArgument;
    int[] ends;
    int commands;
    /** Committed arguments: equals {@code firstArgument[commands]}. */
    int arguments;

    private int bigs;
    private int[] bigArgument = new int[4];
    private long[] bigAddress = new long[4];
    private long[] bigMapped = new long[4];
    private boolean[] bigTaken = new boolean[4];

    private int scratchBlocks;
    private long[] scratch = new long[4];
    private int scratchUsed;

    /** An empty batch. */
    public RequestBatch() {
        this(ARGUMENTS, COMMANDS, KEPT);
    }

    private RequestBatch(int arguments, int commands, int kept) {
        initialArguments = arguments;
        initialCommands = commands;
        this.kept = kept;
        addresses = new long[arguments];
        lengths = new int[arguments];
        firstArgument = new int[commands + 1];
        ends = new int[commands];
    }

    /** An empty batch that begins small, a kilobyte, and keeps at most some more, for when there are many. */
    public static RequestBatch small() {
        return new RequestBatch(64, 16, 256);
    }

    /** Number of commands. */
    public int commands() {
        return commands;
    }

    /** Number of arguments of a command, its name included: at least 1. */
    public int argumentCount(int command) {
        Objects.checkIndex(command, commands);
        return firstArgument[command + 1] - firstArgument[command];
    }

    /** Number of arguments of all commands. */
    public int arguments() {
        return arguments;
    }

    /** The place of a command's first argument in the flattened order, for {@link #addressAt} and {@link #lengthAt}. */
    public int firstArgument(int command) {
        return firstArgument[command];
    }

    /** The address of the argument at a place in the flattened order. */
    public long addressAt(int place) {
        return addresses[place];
    }

    /** The length of the argument at a place in the flattened order. */
    public int lengthAt(int place) {
        return lengths[place];
    }

    /** The address of an argument. */
    public long address(int command, int i) {
        return addresses[place(command, i)];
    }

    /** The length of an argument in bytes. */
    public int length(int command, int i) {
        return lengths[place(command, i)];
    }

    private int place(int command, int i) {
        return firstArgument[command] + Objects.checkIndex(i, firstArgument[command + 1] - firstArgument[command]);
    }

    /**
     * The offset in the parsed buffer right after the command. A caller that cannot execute the commands after this one now may drop them, put the buffer
     * aside and parse again from here after {@link RequestParser#reset}, unless the parser waits for a big argument.
     */
    public int end(int command) {
        return ends[Objects.checkIndex(command, commands)];
    }

    /** Whether an argument stands in a mapping of its own that may be taken. */
    public boolean adoptable(int command, int i) {
        if (bigs == 0) {
            return false;
        }
        int big = big(place(command, i));
        return big >= 0 && !bigTaken[big];
    }

    /** Whether the memory of an argument was taken over, so that its bytes may be others by now, or gone. */
    public boolean taken(int command, int i) {
        if (bigs == 0) {
            return false;
        }
        int big = big(place(command, i));
        return big >= 0 && bigTaken[big];
    }

    /** Points a view at an argument; the view is adoptable if the argument is, and taking it takes it from the batch. Returns the view. */
    public NativeBytes view(int command, int i, NativeBytes view) {
        int place = place(command, i);
        view.set(addresses[place], lengths[place]);
        if (bigs != 0) {
            int big = big(place);
            if (big >= 0 && !bigTaken[big]) {
                view.setAdoptable(bigMapped[big], this, big);
            }
        }
        return view;
    }

    private int big(int place) {
        for (int i = 0; i < bigs; i++) {
            if (bigArgument[i] == place) {
                return i;
            }
        }
        return -1;
    }

    void taken(int big) {
        bigTaken[big] = true;
    }

    /** Forgets all commands and releases what the batch owns. */
    public void clear() {
        commands = 0;
        arguments = 0;
        if (bigs != 0) {
            releaseBigs();
        }
        if (scratchUsed != 0) {
            releaseScratch(1);
        }
        if (addresses.length > kept) {
            addresses = new long[initialArguments];
            lengths = new int[initialArguments];
        }
        if (ends.length > kept) {
            firstArgument = new int[initialCommands + 1];
            ends = new int[initialCommands];
        }
    }

    /** Clears the batch and releases all its off-heap memory; it may be used again. */
    public void free() {
        clear();
        releaseScratch(0);
    }

    private void releaseBigs() {
        for (int i = 0; i < bigs; i++) {
            if (!bigTaken[i]) {
                Heap.freeDetached(bigAddress[i]);
            }
        }
        bigs = 0;
    }

    static void release(long address, long mapped) {
        if (mapped > LAZY_RELEASE) {
            Pages.releaseLater(address, mapped);
        } else {
            Pages.unmap(address, mapped);
        }
    }

    private void releaseScratch(int kept) {
        while (scratchBlocks > kept) {
            Pages.unmap(scratch[--scratchBlocks], SCRATCH_BYTES);
        }
        scratchUsed = 0;
    }

    /** Returns scratch memory that stays where it is until clear, for what is left of a line: at most 64 KB. */
    long scratch(int bytes) {
        if (scratchBlocks == 0 || scratchUsed + bytes > SCRATCH_BYTES) {
            if (scratchBlocks == scratch.length) {
                scratch = Arrays.copyOf(scratch, 2 * scratchBlocks);
            }
            scratch[scratchBlocks++] = Pages.map(SCRATCH_BYTES);
            scratchUsed = 0;
        }
        long address = scratch[scratchBlocks - 1] + scratchUsed;
        scratchUsed += bytes;
        return address;
    }

    /** Takes back the unused end of the scratch memory given last. */
    void unused(int bytes) {
        scratchUsed -= bytes;
    }

    /** Makes room for {@code more} arguments after {@code used}. */
    void reserve(int used, int more) {
        if (addresses.length - used < more) {
            int capacity = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(2L * addresses.length, (long) used + more));
            addresses = Arrays.copyOf(addresses, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
        }
    }

    /** Ends a command whose arguments stand in the arrays up to {@code last} exclusive. */
    void commit(int last, int end) {
        int n = commands;
        if (n == ends.length) {
            ends = Arrays.copyOf(ends, 2 * n);
            firstArgument = Arrays.copyOf(firstArgument, 2 * n + 1);
        }
        ends[n] = end;
        firstArgument[n + 1] = last;
        commands = n + 1;
        arguments = last;
    }

    /** Hands the batch the mapping of the argument at a place. */
    void own(int place, long address, long mapped) {
        if (bigs == bigArgument.length) {
            bigArgument = Arrays.copyOf(bigArgument, 2 * bigs);
            bigAddress = Arrays.copyOf(bigAddress, 2 * bigs);
            bigMapped = Arrays.copyOf(bigMapped, 2 * bigs);
            bigTaken = Arrays.copyOf(bigTaken, 2 * bigs);
        }
        bigArgument[bigs] = place;
        bigAddress[bigs] = address;
        bigMapped[bigs] = mapped;
        bigTaken[bigs] = false;
        bigs++;
    }

    /** The text of an argument, for messages and tests. */
    public String text(int command, int i) {
        return new String(Memory.toArray(address(command, i), length(command, i)), StandardCharsets.UTF_8);
    }
}
