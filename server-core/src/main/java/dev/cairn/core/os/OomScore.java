package dev.cairn.core.os;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The out-of-memory score under the options {@code oom-score-adj} and {@code oom-score-adj-values}. Main thread. */
public final class OomScore {
    private static final Logger LOG = LoggerFactory.getLogger(OomScore.class);
    private boolean adjusted;
    private int base;

    /** A score that has not been touched. */
    public OomScore() {}

    /**
     * Sets the score, or puts the original one back.
     *
     * @param mode {@code no} (put back), {@code relative} (to the original score; also written {@code yes}) or {@code absolute}
     * @param value the value of the present role
     * @return whether the system let it be set
     */
    public boolean apply(String mode, int value) {
        int score;
        if (mode.equals("no")) {
            if (!adjusted) {
                return true;
            }
            adjusted = false;
            score = base;
        } else {
            if (!adjusted) {
                try {
                    base = Posix.oomScoreAdj();
                } catch (IOException e) {
                    LOG.warn("Unable to read oom_score_adj: {}", e.getMessage());
                    return false;
                }
                adjusted = true;
            }
            score = mode.equals("absolute") ? value : base + value;
        }
        try {
            Posix.oomScoreAdj(score);
            return true;
        } catch (IOException e) {
            LOG.warn("Unable to write oom_score_adj: {}", e.getMessage());
            return false;
        }
    }
}
