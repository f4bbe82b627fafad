package dev.cairn.testkit;

import java.time.Duration;
import java.util.List;

import dev.cairn.api.ServerModule;

class SampleBlockingTest extends BlockingContract {
    @Override
    protected ServerModule module() {
        return new SampleModule();
    }

    @Override
    protected List<Wait> waits() {
        return List.of(Wait.of("BOX.TAKE k 0").servedBy("BOX.PUT k v", "v").timed("BOX.TAKE k 100000", Duration.ofSeconds(100), "nil"));
    }
}
