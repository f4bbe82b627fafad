package dev.cairn.sample.survey;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.bio.BioModule;
import dev.cairn.testkit.ModuleContract;

class SurveyModuleTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new SurveyModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new BioModule());
    }
}
