package dev.cairn.sample.delayqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.BlockingContract;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

class DelayQueueWaitTest extends BlockingContract {
    @Override
    protected ServerModule module() {
        return new DelayQueueModule();
    }

    @Override
    protected List<Wait> waits() {
        return List.of(Wait.of("DQ.POP k 0").servedBy("DQ.PUSH k 0 m", "m").timed("DQ.POP k 100", Duration.ofSeconds(100), "nil"));
    }

    @Test
    void aMessageComesWhenItIsDue() throws Exception {
        try (TestServer server = TestServer.with(module()).start(); TestClient a = server.client(); TestClient b = server.client()) {
            b.expect("DQ.PUSH k 6000000 later", "1");
            a.send("DQ.POP", "k", "0");
            server.awaitBlocked(1);
            b.expect("DQ.PUSH k 3000000 sooner", "2");
            server.advance(Duration.ofSeconds(2900));
            server.awaitBlocked(1);
            server.advance(Duration.ofSeconds(200));
            assertEquals("sooner", a.receiveText());
            b.expect("DQ.LEN k", "1").expect("DQ.POP k 0.001", "nil");
            server.advance(Duration.ofSeconds(3000));
            b.expect("DQ.POP k 0", "later").expect("EXISTS k", "0");
        }
    }
}
