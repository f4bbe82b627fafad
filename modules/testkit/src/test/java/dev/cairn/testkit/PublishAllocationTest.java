package dev.cairn.testkit;

import java.util.List;

import dev.cairn.api.ServerModule;

class PublishAllocationTest extends AllocationContract {
    private static final String LARGE = "PUBLISH channel " + "x".repeat(40_000);

    @Override
    protected ServerModule module() {
        return new SampleModule();
    }

    @Override
    protected List<String> configuration() {
        return List.of("notify-keyspace-events KEA");
    }

    @Override
    protected List<String> commands() {
        return List.of("PUBLISH channel text-of-the-message", "PUBLISH news.today text-of-the-message",
                "SPUBLISH shard text-of-the-message",
                LARGE, "PEXPIRE key 1000000", "PUBLISH nobody text");
    }

    /** Of each message; large ones fill the connections, and waiting for one takes a handler. */
    @Override
    protected double budget(String command) {
        return command.equals(LARGE) ? 200 : 8;
    }

    @Override
    protected void prepare(TestServer server, TestClient client) {
        client.line("BOX.PUT key value");
        for (int protocol = 2; protocol <= 3; protocol++) {
            TestClient subscriber = server.client(protocol);
            for (String line : new String[]{"SUBSCRIBE channel", "PSUBSCRIBE news.*", "PSUBSCRIBE *.today", "SSUBSCRIBE shard",
                    "PSUBSCRIBE __key*"}) {
                subscriber.line(line);
            }
            Thread.ofPlatform().daemon().start(() -> drain(subscriber));
        }
    }

    private static void drain(TestClient subscriber) {
        int piece = 1 << 12;
        while (subscriber.receiveBytes(piece).length == piece) {
            Thread.onSpinWait();
        }
    }
}
