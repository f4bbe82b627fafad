package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Client;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandFilter;
import dev.cairn.api.command.FilteredCommand;
import dev.cairn.api.command.Token;
import dev.cairn.resp.CommandBuffer;
import dev.cairn.resp.RequestBatch;
import dev.cairn.resp.RequestParser;

/**
 * The filters of modules, which see what clients send before it is looked up. Main thread.
 *
 * <p>A command that a filter changed is encoded and parsed anew, so that what executes it has arguments in memory as ever. That memory is one
 * for each depth of executions inside each other: a command may be received while another breathes.
 */
public final class Filters {
    private static final Logger LOG = LoggerFactory.getLogger(Filters.class);
    /** What a buffer may keep between commands. */
    private static final int KEPT_CAPACITY = 1 << 16;
    private static final CommandError TOO_LONG = CommandError.err("a filter has made the command too long");

    private final List<CommandFilter> filters = new ArrayList<>();
    private final FailureLog failures = new FailureLog(LOG);
    private final List<Rewritten> rewritten = new ArrayList<>();

    Filters() {
    }

    /** Adds a filter, which runs after those that are there. */
    public void add(CommandFilter filter) {
        filters.add(filter);
    }

    /** Removes a filter. */
    public void remove(CommandFilter filter) {
        filters.remove(filter);
    }

    /** Puts filters in the place of others, among those of other modules. */
    public void exchange(List<CommandFilter> leaving, List<CommandFilter> coming) {
        Succession.exchange(filters, leaving, coming);
    }

    /** Whether there is a filter. */
    boolean active() {
        return !filters.isEmpty();
    }

    /**
     * The arguments as the filters leave them, valid until the next command of this depth.
     *
     * @throws CommandError when a filter refuses the command
     */
    ArgsView apply(ServerClient client, ArgsView sent, int depth) {
        Words words = new Words(client, sent);
        for (CommandFilter filter : List.copyOf(filters)) {
            List<Bytes> before = words.changed == null ? null : new ArrayList<>(words.changed);
            try {
                filter.filter(words);
            } catch (CommandError refusal) {
                throw refusal;
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                failures.warn("A filter of commands of " + filter.getClass().getModule() + " failed; the command goes on without it", e);
                words.changed = before;
            }
        }
        List<Bytes> changed = words.changed;
        if (changed == null) {
            return sent;
        }
        while (rewritten.size() <= depth) {
            rewritten.add(new Rewritten());
        }
        return rewritten.get(depth).set(changed);
    }

    /** Gives all memory back. */
    void close() {
        rewritten.forEach(Rewritten::free);
        rewritten.clear();
    }

    /** The words of a command while filters look at them. */
    private static final class Words implements FilteredCommand {
        private final ServerClient client;
        private final ArgsView sent;
        private @Nullable List<Bytes> changed;

        Words(ServerClient client, ArgsView sent) {
            this.client = client;
            this.sent = sent;
        }

        private List<Bytes> changing() {
            List<Bytes> list = changed;
            if (list == null) {
                list = new ArrayList<>(sent.size() + 1);
                for (int i = 0; i < sent.size(); i++) {
                    list.add(sent.at(i));
                }
                changed = list;
            }
            return list;
        }

        @Override
        public Client client() {
            return client;
        }

        @Override
        public int size() {
            return changed == null ? sent.size() : changed.size();
        }

        @Override
        public Bytes at(int i) {
            return changed == null ? sent.at(i) : changed.get(i);
        }

        @Override
        public boolean is(int i, Token token) {
            return token.matches(at(i));
        }

        @Override
        public void replace(int i, Bytes word) {
            Objects.checkIndex(i, size());
            changing().set(i, word.retain());
        }

        @Override
        public void insert(int i, Bytes word) {
            Objects.checkIndex(i, size() + 1);
            changing().add(i, word.retain());
        }

        @Override
        public void delete(int i) {
            Objects.checkIndex(i, size());
            if (size() == 1) {
                throw new IllegalStateException("a command has at least one word");
            }
            changing().remove(i);
        }
    }

    /** A changed command, parsed anew. */
    private static final class Rewritten {
        private final CommandBuffer buffer = new CommandBuffer(1 << 12, 0);
        private final RequestParser parser = new RequestParser();
        private final RequestBatch batch = new RequestBatch();
        private final ArgsView args = new ArgsView();

        ArgsView set(List<Bytes> words) {
            parser.reset();
            batch.clear();
            buffer.clear(KEPT_CAPACITY);
            buffer.begin(words.size());
            words.forEach(buffer::word);
            if (buffer.length() > Integer.MAX_VALUE) {
                throw TOO_LONG;
            }
            parser.parse(buffer.address(), 0, (int) buffer.length(), batch, 1);
            if (parser.failed() || batch.commands() == 0) {
                throw TOO_LONG;
            }
            args.adoptable(false);
            return args.bind(batch, 0);
        }

        void free() {
            parser.free();
            batch.free();
            buffer.close();
        }
    }
}
