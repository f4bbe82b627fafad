package dev.cairn.sample.survey;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Access;
import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.SpiVersion;
import dev.cairn.api.StopReason;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.api.command.Timeouts;
import dev.cairn.api.command.Token;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.job.JobQueue;

/**
 * The module {@code survey}: SURVEY START begins to look through the keys in the background, SURVEY PROGRESS tells how far it is, SURVEY
 * WAIT waits for its end, SURVEY RESULT tells the prefixes that take most memory. Main thread.
 */
public final class SurveyModule implements ServerModule {
    private static final CommandError RUNNING = CommandError.of("BUSYSURVEY", "a survey is running, see SURVEY PROGRESS");
    private static final CommandError NONE = CommandError.err("no survey has been made");
    private static final CommandError SEPARATOR_SIZE = CommandError.err("the separator is one byte");
    private static final Token SEPARATOR = Token.of("SEPARATOR");
    private static final int DEFAULT_LINES = 20;

    private final SurveyJob job = new SurveyJob(new Later(), this::ended);
    private final List<Ticket> waiting = new ArrayList<>();
    private @Nullable ModuleContext context;
    private @Nullable JobQueue<SurveyJob.Survey, List<SurveyJob.Line>> queue;
    private @Nullable Option<Long> mostPrefixes;
    private SurveyJob.@Nullable Survey latest;
    private @Nullable List<SurveyJob.Line> result;
    private boolean running;
    private long surveys;

    /** The way to the keys, which is there once the module has started. */
    private final class Later implements Access {
        @Override
        public <R> CompletionStage<R> on(int database, Function<? super Keyspace, ? extends R> work) {
            return context().access().on(database, work);
        }
    }

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public SurveyModule() {
    }

    @Override
    public ModuleInfo info() {
        return new ModuleInfo("survey", 1, new SpiVersion(1, 0));
    }

    @Override
    public void configure(Registrar r) {
        r.jobType(job);
        mostPrefixes = r.option(OptionSpec.integer("survey-max-prefixes", 10_000, 1, 1_000_000)
                .doc("The most prefixes that a survey tells apart; keys of others are counted together, without a prefix."));
        r.container(CommandSpec.of("SURVEY", -2).summary("A container for commands that look through the keys in the background.")
                .complexity("Depends on subcommand."));
        r.command(spec("SURVEY|START", -2).summary("Begins to look through the keys of the database.")
                .syntax("[SEPARATOR separator]"), this::start);
        r.command(spec("SURVEY|PROGRESS", 2).summary("Tells how far the survey is."), this::progress);
        r.command(spec("SURVEY|WAIT", 3).summary("Waits for the end of the survey and tells what has become of it.")
                .flags(CommandFlag.BLOCKING).syntax("timeout:double"), this::await);
        r.command(spec("SURVEY|CANCEL", 2).summary("Has the survey end early."), this::cancel);
        r.command(spec("SURVEY|RESULT", -2).summary("Tells the prefixes that take most memory, with their keys and bytes.")
                .complexity("O(N) where N is the number of prefixes that are told.").syntax("[count:integer]"), this::result);
        r.info("Survey", false, out -> out.field("survey_runs", surveys).field("survey_running", running ? 1 : 0));
    }

    private static CommandSpec.Builder spec(String name, int arity) {
        return CommandSpec.of(name, arity).complexity("O(1)").acl(AclCategory.KEYSPACE, AclCategory.DANGEROUS);
    }

    @Override
    public void start(ModuleContext c) {
        context = c;
        queue = c.jobs(job);
    }

    @Override
    public void stop(StopReason reason) {
        if (latest != null) {
            latest.cancel();
        }
    }

    private ModuleContext context() {
        return java.util.Objects.requireNonNull(context, "used before its start");
    }

    private void start(Call call, Args args, Reply out) {
        byte separator = ':';
        if (args.size() != 2) {
            if (args.size() != 4 || !args.is(2, SEPARATOR)) {
                throw CommandError.SYNTAX;
            }
            if (args.at(3).length() != 1) {
                throw SEPARATOR_SIZE;
            }
            separator = args.at(3).at(0);
        }
        if (running) {
            throw RUNNING;
        }
        int most = mostPrefixes == null ? 0 : Math.toIntExact(mostPrefixes.value());
        SurveyJob.Survey survey = new SurveyJob.Survey(call.keyspace().index(), separator, most);
        if (queue == null || !queue.offer(survey)) {
            throw CommandError.err("the lane takes no more jobs");
        }
        latest = survey;
        result = null;
        running = true;
        surveys++;
        out.ok();
    }

    /** A survey has ended, in whichever way. */
    private void ended(SurveyJob.Survey survey, @Nullable List<SurveyJob.Line> lines) {
        running = false;
        result = lines;
        waiting.forEach(t -> t.complete((call, out) -> {
            out.bulk(survey.state());
            return true;
        }));
        waiting.clear();
    }

    private SurveyJob.Survey latest() {
        SurveyJob.Survey survey = latest;
        if (survey == null) {
            throw NONE;
        }
        return survey;
    }

    private void progress(Call call, Args args, Reply out) {
        SurveyJob.Survey survey = latest();
        out.map(3).bulk("state").bulk(survey.state()).bulk("visited").integer(survey.visited()).bulk("keys").integer(survey.total());
    }

    private void await(Call call, Args args, Reply out) {
        long timeout = Timeouts.seconds(args.at(2), call.now());
        SurveyJob.Survey survey = latest();
        if (!running || call.inTransaction()) {
            out.bulk(survey.state());
            return;
        }
        waiting.removeIf(t -> !t.waiting());
        waiting.add(call.suspend(new Suspension(timeout, List.of(), false, (c, o) -> false, (c, o) -> {
            o.bulk(survey.state());
            return true;
        }, () -> waiting.removeIf(t -> !t.waiting()))));
    }

    private void cancel(Call call, Args args, Reply out) {
        latest().cancel();
        out.ok();
    }

    private void result(Call call, Args args, Reply out) {
        long count = args.size() > 2 ? args.integer(2, 1, Integer.MAX_VALUE) : DEFAULT_LINES;
        if (args.size() > 3) {
            throw CommandError.SYNTAX;
        }
        SurveyJob.Survey survey = latest();
        List<SurveyJob.Line> lines = result;
        if (lines == null) {
            throw running ? RUNNING : CommandError.err("the last survey is " + survey.state());
        }
        int n = (int) Math.min(count, lines.size());
        out.array(n);
        for (SurveyJob.Line line : lines.subList(0, n)) {
            out.array(3).bulk(line.prefix()).integer(line.keys()).integer(line.bytes());
        }
    }
}
