package dev.cairn.sample.survey;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import dev.cairn.api.Access;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.testkit.JobTypeContract;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.string.StringModule;

class SurveyJobTest extends JobTypeContract<SurveyJob.Survey, List<SurveyJob.Line>> {
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.with(new StringModule()).start();
        try (TestClient client = server.client()) {
            client.expect("MSET a:1 x a:2 x b y", "OK");
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    protected BackgroundJobType<SurveyJob.Survey, List<SurveyJob.Line>> type() {
        return new SurveyJob(new Access() {
            @Override
            public <R> CompletionStage<R> on(int database, Function<? super Keyspace, ? extends R> work) {
                try {
                    return CompletableFuture.completedFuture(server.onMain(() -> work.apply(server.database(database))));
                } catch (Exception e) {
                    return CompletableFuture.failedFuture(e);
                }
            }
        }, (survey, lines) -> {
        });
    }

    @Override
    protected List<SurveyJob.Survey> jobs() {
        return List.of(new SurveyJob.Survey(0, (byte) ':', 100));
    }

    @Override
    protected void check(SurveyJob.Survey job, List<SurveyJob.Line> lines) {
        assertEquals("done", job.state());
        assertEquals(List.of("a 2", "b 1"), lines.stream().map(l -> l.prefix().text() + " " + l.keys()).toList());
    }
}
