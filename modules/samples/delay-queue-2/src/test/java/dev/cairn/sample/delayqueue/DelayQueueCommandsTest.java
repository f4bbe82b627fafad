package dev.cairn.sample.delayqueue;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.CommandContract;

class DelayQueueCommandsTest extends CommandContract {
    private static final String OLD = "DQ.PUSHAT k 1000 old";

    @Override
    protected ServerModule module() {
        return new DelayQueueModule();
    }

    @Override
    protected List<Example> examples() {
        return List.of(Example.of("DQ.PUSH k 0 m").but(Leeway.VARYING_REPLY), Example.of("DQ.PUSHAT k 5 m").after(OLD),
                Example.of("DQ.PUSHAT k -5 m"),
                Example.of("DQ.POP k 0").after(OLD), Example.of("DQ.POP k 0").after(OLD, OLD),
                Example.of("DQ.TAKE k 1000").after(OLD), Example.of("DQ.TAKE k 999").after(OLD), Example.of("DQ.TAKE k 5"),
                Example.of("DQ.PUSHAT k 5 m PRIORITY 9").after(OLD), Example.of("DQ.PUSHAT k 5 m PRIORITY"),
                Example.of("DQ.PUSHAT k 5 m PRIORITY x"), Example.of("DQ.NEXT k"), Example.of("DQ.NEXT k").after(OLD),
                Example.of("DQ.LEN k"), Example.of("DQ.LEN k").after(OLD, OLD));
    }
}
