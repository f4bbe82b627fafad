package dev.cairn.sample.delayqueue;

import java.util.List;
import java.util.stream.IntStream;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.DataTypeContract;

class DelayQueueTypeTest extends DataTypeContract {
    @Override
    protected ServerModule module() {
        return new DelayQueueModule();
    }

    @Override
    protected String typeName() {
        return "delayqueue";
    }

    @Override
    protected List<List<List<String>>> samples() {
        return List.of(List.of(push(9, "one")), List.of(push(9, "later"), push(5, ""), push(9, "last")),
                IntStream.range(0, 500).mapToObj(i -> push(i * 7919 % 100, "message " + i)).toList());
    }

    private static List<String> push(int moment, String message) {
        return List.of("DQ.PUSHAT", KEY, Integer.toString(moment), message);
    }

    @Override
    protected List<String> change() {
        return push(7, "another");
    }
}
