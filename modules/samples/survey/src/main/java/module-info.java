/** A sample of a background job: which prefixes of keys take how much memory, counted while the server serves. */
@org.jspecify.annotations.NullMarked
module dev.cairn.sample.survey {
    requires dev.cairn.api;
    requires static org.jspecify;

    provides dev.cairn.api.ServerModule with
            dev.cairn.sample.survey.SurveyModule;
}
