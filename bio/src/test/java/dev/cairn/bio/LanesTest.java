package dev.cairn.bio;

import dev.cairn.api.job.JobLanes;
import dev.cairn.testkit.JobLanesContract;

/** Our lanes under the contract of lanes. */
class LanesTest extends JobLanesContract {
    @Override
    protected JobLanes newLanes() {
        return new Lanes(() -> {
        });
    }
}
