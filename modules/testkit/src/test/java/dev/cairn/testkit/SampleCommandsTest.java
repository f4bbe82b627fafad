package dev.cairn.testkit;

import java.util.List;
import java.util.Set;

import dev.cairn.api.ServerModule;

class SampleCommandsTest extends CommandContract {
    @Override
    protected ServerModule module() {
        return new SampleModule();
    }

    @Override
    protected Set<String> testedElsewhere() {
        return Set.of("BOX.WAIT");
    }

    @Override
    protected List<Example> examples() {
        return List.of(Example.of("BOX.PUT k v"), Example.of("BOX.GET k"), Example.of("BOX.GET k").after("BOX.PUT k v"),
                Example.of("BOX.TAKE k 0").after("BOX.PUT k v"), Example.of("BOX.TAKE k x"), Example.of("BOX.FAIL now").but(Leeway.FAILS),
                Example.of("BOX.SHAPES"), Example.of("BOX.BYTES 1000"), Example.of("BOX.SAY c hello"),
                Example.of("BOX.FILL 3"));
    }
}
