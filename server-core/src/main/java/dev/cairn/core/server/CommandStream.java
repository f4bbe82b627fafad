package dev.cairn.core.server;

import java.util.Arrays;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Effects;
import dev.cairn.api.persistence.CommandLog;
import dev.cairn.resp.CommandBuffer;
import dev.cairn.structures.Memory;

/**
 * The stream of commands that repeat every change, encoded in RESP for logs and replicas. Main thread.
 *
 * <p>Design. The commands of a turn are collected in one off-heap buffer and given to the logs at its end, before replies are written. What
 * one command of a client changed is a unit: what expired on its way, then its own words if it changed something and its handler gave
 * nothing else, or what the handler gave. A unit of more than one command is wrapped in {@code MULTI} and {@code EXEC}, so that who reads
 * the stream takes it whole; the {@code MULTI} is moved in when the second command comes, which spares the many units of one any thought.
 * An execution inside another, such as of the commands of a transaction, stands for the outer one: EXEC has no words of its own.
 *
 * <p>As long as there is no log, {@link #active} is false and nothing of this is entered.
 */
final class CommandStream {
    private static final byte[] MULTI = Ascii.bytes("*1\r\n$5\r\nMULTI\r\n");
    private static final byte[] EXEC = Ascii.bytes("*1\r\n$4\r\nEXEC\r\n");
    private static final byte[] SELECT = Ascii.bytes("*2\r\n$6\r\nSELECT\r\n");
    private static final Bytes DEL = Bytes.of("DEL");
    private static final int FIRST_CAPACITY = 64 << 10;
    /** What the buffer may keep between turns. */
    private static final int KEPT_CAPACITY = 1 << 20;
    /** A unit's end beyond this has the buffer given to the logs at once. */
    private static final int FULL = 16 << 20;

    private CommandLog[] logs = new CommandLog[0];
    private final Effects[] effects;
    private final CommandBuffer buffer = new CommandBuffer(FIRST_CAPACITY, 0);
    private long delivered;
    private int selected;
    private int firstDatabase;
    /** Executions inside each other. */
    private int depth;
    /** Whether the execution going on has something else than its own words logged. */
    private boolean replaced;
    private boolean wrapped;
    private boolean muted;
    /** Whether the words of an outer execution stand for what is changed. */
    private boolean hushed;
    private int unitCommands;
    private long unitStart;

    CommandStream(int databases) {
        effects = new Effects[databases];
        for (int i = 0; i < databases; i++) {
            effects[i] = new StreamEffects(i);
        }
    }

    /** Whether there is a log, and what happens is for it. */
    boolean active() {
        return logs.length > 0 && !muted;
    }

    /** Has what happens from now on not logged, as while it comes from a log. */
    void mute(boolean value) {
        muted = value;
    }

    /**
     * Has the words of the execution going on stand, or not any more, for those of executions inside of it.
     *
     * @return what it was before
     */
    boolean hush(boolean value) {
        boolean before = hushed;
        hushed = value;
        return before;
    }

    /** Whether the words of an outer execution stand for what is changed. */
    boolean hushed() {
        return hushed;
    }

    /** Adds a log, which takes what comes from now on. Between commands only. */
    void attach(CommandLog log) {
        assert depth == 0;
        deliver();
        logs = Arrays.copyOf(logs, logs.length + 1);
        logs[logs.length - 1] = log;
    }

    /** Removes a log, which gets what came so far. Between commands only. */
    void detach(CommandLog log) {
        assert depth == 0;
        deliver();
        logs = Arrays.stream(logs).filter(l -> l != log).toArray(CommandLog[]::new);
        if (logs.length == 0) {
            buffer.close();
        }
    }

    /** Bytes of the stream so far. */
    long offset() {
        return delivered + buffer.length();
    }

    /** Bytes of memory that the buffer takes. */
    long bufferBytes() {
        return buffer.capacity();
    }

    /** Whether there is something that the logs have not got yet. */
    boolean waiting() {
        return !buffer.isEmpty();
    }

    /** What handlers say of changes in a database. */
    Effects effects(int database) {
        return effects[database];
    }

    /** Gives the logs what has come since the last call; nothing within a unit that has begun. */
    void deliver() {
        if (!buffer.isEmpty() && (depth == 0 || unitCommands == 0)) {
            for (CommandLog log : logs) {
                log.append(Memory.ALL, buffer.address(), buffer.length(), firstDatabase);
            }
            delivered += buffer.length();
            buffer.clear(KEPT_CAPACITY);
            firstDatabase = selected;
        }
    }

    /**
     * Begins an execution.
     *
     * @return what {@link #leave} wants to have
     */
    boolean enter() {
        boolean outer = replaced;
        replaced = false;
        if (depth++ == 0) {
            beginUnit();
        }
        return outer;
    }

    /** Notes the words of the command that was executed, unless others stand for them. */
    void executed(ArgsView args, int database) {
        if (!replaced && !hushed) {
            int n = args.size();
            begin(database, n);
            for (int i = 0; i < n; i++) {
                buffer.word(args.view(i));
            }
        }
    }

    /**
     * Ends an execution.
     *
     * @param loose whether its commands need not stay together, as those of keys found expired by a command on any key
     * @return whether anything was logged since the outermost execution began
     */
    boolean leave(boolean outer, boolean loose) {
        boolean inner = --depth > 0;
        replaced = outer || inner && !hushed;
        if (inner) {
            return false;
        }
        return endUnit(loose);
    }

    private void beginUnit() {
        unitStart = -1;
        unitCommands = 0;
        wrapped = false;
    }

    private boolean endUnit(boolean loose) {
        if (wrapped && !loose) {
            buffer.insert(unitStart, MULTI);
            buffer.put(EXEC);
        }
        boolean any = unitCommands > 0;
        if (buffer.length() > FULL) {
            deliver();
        }
        return any;
    }

    /** Notes that a key was deleted because its time was over. */
    void expired(int database, Bytes key) {
        begin(database, 2);
        buffer.word(DEL);
        buffer.word(key);
    }

    private void begin(int database, int words) {
        if (database != selected) {
            select(database);
        }
        if (depth > 0) {
            if (unitCommands++ == 0) {
                unitStart = buffer.length();
            } else {
                wrapped = true;
            }
        }
        buffer.begin(words);
    }

    private void select(int database) {
        selected = database;
        if (buffer.isEmpty()) {
            firstDatabase = database;
        } else {
            buffer.put(SELECT);
            buffer.word(database);
        }
    }

    /** Gives the buffer back. */
    void close() {
        buffer.close();
    }

    /** What handlers say of changes in one database. */
    private final class StreamEffects implements Effects {
        private final int database;

        StreamEffects(int database) {
            this.database = database;
        }

        @Override
        public boolean wanted() {
            return active() && !hushed;
        }

        @Override
        public Effects none() {
            replaced = true;
            return this;
        }

        @Override
        public Effects begin(int words) {
            if (wanted()) {
                CommandStream.this.begin(database, words);
                replaced = true;
            }
            return this;
        }

        @Override
        public Effects word(Bytes word) {
            if (wanted()) {
                buffer.word(word);
            }
            return this;
        }

        @Override
        public Effects word(long number) {
            if (wanted()) {
                buffer.word(number);
            }
            return this;
        }
    }
}
