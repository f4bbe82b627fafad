package dev.cairn.sample.survey;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Access;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobContext;

/**
 * The job type {@code survey}: walks the keys of a database and adds up what they take, by prefix.
 *
 * <p>The keys belong to the main thread. So the lane asks it, again and again, for a step of some keys, whose names and sizes the step copies,
 * and adds up between the steps: the server is never held up for longer than a step takes, however many keys there are.
 */
final class SurveyJob implements BackgroundJobType<SurveyJob.Survey, List<SurveyJob.Line>> {
    private static final int KEYS_OF_A_STEP = 100;
    private static final int MOST_BUCKETS_OF_A_STEP = 50;
    private static final long PATIENCE_MILLIS = 100;

    private final Access access;
    private final BiConsumer<Survey, @Nullable List<Line>> ended;

    /** What one prefix takes. */
    record Line(Bytes prefix, long keys, long bytes) {
    }

    /** A survey under way. The fields are written by the lane, {@code cancelled} by the main thread; any thread reads them. */
    static final class Survey {
        private final int database;
        private final byte separator;
        private final int mostPrefixes;
        private volatile long visited;
        private volatile long total;
        private volatile boolean cancelled;
        private volatile String state = "running";

        Survey(int database, byte separator, int mostPrefixes) {
            this.database = database;
            this.separator = separator;
            this.mostPrefixes = mostPrefixes;
        }

        /** How many keys were looked at. */
        long visited() {
            return visited;
        }

        /** How many there were when it began. */
        long total() {
            return total;
        }

        /** What has become of it. */
        String state() {
            return state;
        }

        /** Has it end early. */
        void cancel() {
            cancelled = true;
        }
    }

    /** What a step brings: names and sizes, and where the next begins. */
    private record Step(long next, long total, List<Bytes> prefixes, List<Long> sizes) {
    }

    private static final class Sum {
        long keys;
        long bytes;
    }

    SurveyJob(Access access, BiConsumer<Survey, @Nullable List<Line>> ended) {
        this.access = access;
        this.ended = ended;
    }

    @Override
    public String name() {
        return "survey";
    }

    @Override
    public String lane() {
        return "survey";
    }

    /** What is known of the keys goes with the process. */
    @Override
    public boolean runsAtStop() {
        return false;
    }

    @Override
    public List<Line> run(Survey survey, JobContext context) throws Exception {
        Map<Bytes, Sum> sums = new HashMap<>();
        long cursor = 0;
        do {
            long from = cursor;
            Step step =
                    await(access.on(survey.database, keys -> step(keys, from, survey.separator)).toCompletableFuture(), survey, context);
            for (int i = 0; i < step.prefixes.size(); i++) {
                Bytes prefix = step.prefixes.get(i);
                if (sums.size() >= survey.mostPrefixes && !sums.containsKey(prefix)) {
                    prefix = Bytes.EMPTY; // the rest together
                }
                Sum sum = sums.computeIfAbsent(prefix, p -> new Sum());
                sum.keys++;
                sum.bytes += step.sizes.get(i);
            }
            survey.visited += step.prefixes.size();
            survey.total = step.total;
            cursor = step.next;
        } while (cursor != 0);
        return sums.entrySet().stream().map(e -> new Line(e.getKey(), e.getValue().keys, e.getValue().bytes))
                .sorted(Comparator.comparingLong(Line::bytes).reversed()).toList();
    }

    /** Waits for the main thread, unless it wants to stop or somebody has cancelled. */
    private static Step await(CompletableFuture<Step> step, Survey survey, JobContext context) throws Exception {
        while (true) {
            if (survey.cancelled || context.stopping()) {
                throw new InterruptedException("cancelled");
            }
            try {
                return step.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                continue; // main is busy
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
    }

    /** Looks at some keys. Main thread. */
    private static Step step(Keyspace keys, long from, byte separator) {
        List<Bytes> prefixes = new ArrayList<>(KEYS_OF_A_STEP);
        List<Long> sizes = new ArrayList<>(KEYS_OF_A_STEP);
        long cursor = from;
        int buckets = 0;
        do {
            cursor = keys.scan(cursor, slot -> {
                prefixes.add(prefix(slot, separator));
                sizes.add(slot.memory());
            });
        } while (cursor != 0 && prefixes.size() < KEYS_OF_A_STEP && ++buckets < MOST_BUCKETS_OF_A_STEP);
        return new Step(cursor, keys.size(), prefixes, sizes);
    }

    private static Bytes prefix(Slot slot, byte separator) {
        Bytes key = slot.key();
        for (int i = 0; i < key.length(); i++) {
            if (key.at(i) == separator) {
                return key.slice(0, i).retain();
            }
        }
        return key.retain();
    }

    @Override
    public void completed(Survey survey, List<Line> lines) {
        survey.state = "done";
        ended.accept(survey, lines);
    }

    @Override
    public void failed(Survey survey, Throwable failure) {
        survey.state = survey.cancelled ? "cancelled" : "failed: " + failure.getMessage();
        ended.accept(survey, null);
    }

    @Override
    public void abandoned(Survey survey) {
        survey.state = "cancelled";
        ended.accept(survey, null);
    }
}
