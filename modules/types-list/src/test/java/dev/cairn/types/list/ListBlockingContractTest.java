package dev.cairn.types.list;

import java.time.Duration;
import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.BlockingContract;

class ListBlockingContractTest extends BlockingContract {
    private static final Duration SECONDS = Duration.ofSeconds(100);

    @Override
    protected ServerModule module() {
        return new ListModule();
    }

    @Override
    protected List<Wait> waits() {
        return List.of(Wait.of("BLPOP j k 0").servedBy("RPUSH k v", "[k, v]").timed("BLPOP j k 100", SECONDS, "nil"),
                Wait.of("BRPOP k 0").servedBy("LPUSH k v", "[k, v]").timed("BRPOP k 100", SECONDS, "nil"),
                Wait.of("BLMOVE k l LEFT RIGHT 0").servedBy("RPUSH k v", "v").timed("BLMOVE k l LEFT RIGHT 100", SECONDS, "nil"),
                Wait.of("BRPOPLPUSH k l 0").servedBy("RPUSH k v", "v").timed("BRPOPLPUSH k l 100", SECONDS, "nil"),
                Wait.of("BLMPOP 0 2 j k LEFT").servedBy("RPUSH k v", "[k, [v]]").timed("BLMPOP 100 2 j k LEFT", SECONDS, "nil"));
    }
}
