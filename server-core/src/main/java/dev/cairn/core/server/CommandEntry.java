package dev.cairn.core.server;

import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.core.observe.LatencyHistogram;

/** A command in the table: its declaration, its handler and its statistics. Main thread. */
public final class CommandEntry {
    private static final Set<String> IMMEDIATE = Set.of("exec", "discard", "multi", "watch", "quit", "reset");
    private static final Set<String> ENDING_SUBSCRIPTIONS = Set.of("unsubscribe", "punsubscribe", "sunsubscribe");
    private static final Set<String> ALLOWED_TO_SUBSCRIBERS = Set.of("ping", "quit", "reset", "subscribe", "psubscribe", "ssubscribe",
            "unsubscribe", "punsubscribe", "sunsubscribe");

    private final CommandSpec spec;
    private final @Nullable Command handler;
    private final Registration registration;
    private final String wireName;
    private final @Nullable CommandEntry parent;
    private @Nullable CommandTable subcommands;
    private final int arity;
    private final boolean write;
    private final boolean brief;
    private final boolean fast;
    private final boolean skipsSlowLog;
    private final boolean withoutAuthentication;
    private final boolean forbiddenInTransaction;
    private final boolean isProtected;
    private final boolean immediate;
    private final boolean allowedToSubscribers;
    private final boolean forSubscribersOnly;
    private final boolean allowedWhileLoading;
    private final boolean refusedWithWrites;
    private final boolean loose;
    private final boolean mayReplicate;
    private final boolean keyspace;
    private final boolean isExec;
    private final boolean isTouch;
    private final boolean hidden;
    private final boolean allowedWhenBusy;

    /** Number in the table of stored commands, -1 as long as it never was stored. */
    int storedAs = -1;

    /** Executions in the run that is being timed. */
    int inRun;

    /** Executions. */
    public long calls;
    /** Their time, nanoseconds. */
    public long nanos;
    /** Refusals before execution. */
    public long rejected;
    /** Executions that replied with an error. */
    public long failed;

    private @Nullable LatencyHistogram histogram;

    CommandEntry(CommandSpec spec, @Nullable Command handler, Registration registration, @Nullable CommandEntry parent) {
        this.spec = spec;
        this.handler = handler;
        this.registration = registration;
        this.parent = parent;
        this.wireName = spec.name().toLowerCase(Locale.ROOT);
        this.subcommands = handler == null ? new CommandTable() : null;
        this.arity = spec.arity();
        this.write = spec.is(CommandFlag.WRITE);
        // What blocks has a time of its own, and what takes a password has words that are not to be shown.
        this.brief = spec.brief() && !spec.is(CommandFlag.BLOCKING) && !spec.is(CommandFlag.NO_AUTH);
        this.fast = spec.is(CommandFlag.FAST);
        this.skipsSlowLog = spec.is(CommandFlag.SKIP_SLOWLOG);
        this.withoutAuthentication = spec.is(CommandFlag.NO_AUTH);
        this.forbiddenInTransaction = spec.is(CommandFlag.NO_MULTI);
        this.isProtected = spec.is(CommandFlag.PROTECTED);
        this.mayReplicate = write || spec.is(CommandFlag.MAY_REPLICATE);
        this.keyspace = mayReplicate || spec.is(CommandFlag.READONLY);
        this.isExec = wireName.equals("exec");
        this.isTouch = wireName.equals("touch");
        this.hidden = spec.is(CommandFlag.SKIP_MONITOR) || spec.is(CommandFlag.ADMIN);
        this.allowedWhenBusy = spec.is(CommandFlag.ALLOW_BUSY);
        this.immediate = IMMEDIATE.contains(wireName);
        this.allowedToSubscribers = ALLOWED_TO_SUBSCRIBERS.contains(wireName);
        this.forSubscribersOnly = ENDING_SUBSCRIPTIONS.contains(wireName);
        this.allowedWhileLoading = spec.is(CommandFlag.LOADING);
        this.refusedWithWrites = write || wireName.equals("ping");
        this.loose = spec.is(CommandFlag.TOUCHES_ARBITRARY_KEYS);
    }

    /** The declaration. */
    public CommandSpec spec() {
        return spec;
    }

    /** The handler; null for a container that is not a command itself. */
    public @Nullable Command handler() {
        return handler;
    }

    /** The name of the module that brought it. */
    public String module() {
        return registration.module();
    }

    /** What it was brought with. */
    Registration registration() {
        return registration;
    }

    /** The full name as the wire shows it, such as {@code client|id}. */
    public String wireName() {
        return wireName;
    }

    /** The container of a subcommand. */
    public @Nullable CommandEntry parent() {
        return parent;
    }

    /** The subcommands of a container; null for others. */
    public @Nullable CommandTable subcommands() {
        return subcommands;
    }

    /** The subcommands, which make it a container if it was not one. */
    CommandTable container() {
        CommandTable table = subcommands;
        if (table == null) {
            table = new CommandTable();
            subcommands = table;
        }
        return table;
    }

    boolean accepts(int size) {
        return arity >= 0 ? size == arity : size >= -arity;
    }

    boolean write() {
        return write;
    }

    boolean brief() {
        return brief;
    }

    boolean fast() {
        return fast;
    }

    boolean skipsSlowLog() {
        return skipsSlowLog;
    }

    /** Charges executions with a time each. */
    void took(long each, int count, boolean tracking) {
        nanos += each * count;
        if (tracking) {
            LatencyHistogram h = histogram;
            if (h == null) {
                h = new LatencyHistogram();
                histogram = h;
            }
            h.record(each, count);
        }
    }

    /** The distribution of its times; null while nothing was recorded. */
    public @Nullable LatencyHistogram histogram() {
        return histogram;
    }

    boolean withoutAuthentication() {
        return withoutAuthentication;
    }

    boolean forbiddenInTransaction() {
        return forbiddenInTransaction;
    }

    boolean isProtected() {
        return isProtected;
    }

    /** Whether it is executed at once inside MULTI instead of being queued. */
    boolean immediate() {
        return immediate;
    }

    /** Whether a client of RESP2 that has subscriptions may use it. */
    boolean allowedToSubscribers() {
        return allowedToSubscribers;
    }

    /** Whether it is an error without a subscription. */
    boolean forSubscribersOnly() {
        return forSubscribersOnly;
    }

    boolean allowedWhileLoading() {
        return allowedWhileLoading;
    }

    /** Whether it is refused as long as writes are: PING is, so that who looks after the server sees it. */
    boolean refusedWithWrites() {
        return refusedWithWrites;
    }

    /** Whether what it has logged need not stay together: keys that it happened to find expired. */
    boolean loose() {
        return loose;
    }

    /** Whether it may change the data or be replicated. */
    boolean mayReplicate() {
        return mayReplicate;
    }

    /** Whether it reads or changes the data, or may be replicated. */
    boolean usesKeyspace() {
        return keyspace;
    }

    boolean isExec() {
        return isExec;
    }

    boolean isTouch() {
        return isTouch;
    }

    /** Whether MONITOR does not show it. */
    boolean hidden() {
        return hidden;
    }

    /** Whether it runs while another command keeps the server busy. */
    boolean allowedWhenBusy() {
        return allowedWhenBusy;
    }

    /** Goes on with the statistics of the command that it succeeds, and stands for it where that was stored. */
    void inherit(CommandEntry before) {
        calls = before.calls;
        nanos = before.nanos;
        rejected = before.rejected;
        failed = before.failed;
        histogram = before.histogram;
        storedAs = before.storedAs;
    }

    /** Whether it would have been queued in a transaction where another command was, with so many arguments. */
    boolean queuesLike(CommandEntry other, int size) {
        return accepts(size) && handler != null && !forbiddenInTransaction && !immediate && write == other.write
                && mayReplicate == other.mayReplicate;
    }

    /** Sets the statistics to zero, those of subcommands, too. */
    public void resetStatistics() {
        calls = 0;
        nanos = 0;
        rejected = 0;
        failed = 0;
        histogram = null;
        if (subcommands != null) {
            subcommands.all().forEach(CommandEntry::resetStatistics);
        }
    }

    @Override
    public String toString() {
        return wireName;
    }
}
