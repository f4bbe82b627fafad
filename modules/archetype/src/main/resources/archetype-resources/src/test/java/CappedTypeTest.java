package ${package};

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.DataTypeContract;

class CappedTypeTest extends DataTypeContract {
    @Override
    protected ServerModule module() {
        return new CappedModule();
    }

    @Override
    protected String typeName() {
        return "capped";
    }

    @Override
    protected List<List<List<String>>> samples() {
        return List.of(List.of(List.of("${prefix}.ADD", KEY, "0")), List.of(List.of("${prefix}.RESTORE", KEY, "9223372036854775806")));
    }

    @Override
    protected List<String> change() {
        return List.of("${prefix}.RESTORE", KEY, "17");
    }
}
