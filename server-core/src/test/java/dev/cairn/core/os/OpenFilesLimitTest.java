package dev.cairn.core.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.core.boot.BootFailure;
import dev.cairn.core.log.CapturedLog;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenFilesLimitTest {
    private static final int EPERM = 1;

    /** A system that grants soft limits up to a bound. */
    private static final class Fake implements OpenFilesLimit.System {
        Posix.Limit limit;
        final long bound;

        Fake(long soft, long hard, long bound) {
            this.limit = new Posix.Limit(soft, hard);
            this.bound = bound;
        }

        @Override
        public Posix.Limit get() throws PosixException {
            if (limit.soft() == 0) {
                throw new PosixException(EPERM);
            }
            return limit;
        }

        @Override
        public void set(Posix.Limit wanted) throws PosixException {
            if (wanted.soft() > bound) {
                throw new PosixException(EPERM);
            }
            limit = wanted;
        }
    }

    @Test
    void leavesALimitThatIsEnough() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            assertEquals(10_000, OpenFilesLimit.adjust(10_000, new Fake(10_032, 10_032, 0)));
            assertEquals(10_000, OpenFilesLimit.adjust(10_000, new Fake(-1, -1, 0)));
            assertEquals(List.of(), log.messages());
        }
    }

    @Test
    void raisesTheLimitAndKeepsAHigherHardOne() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            Fake system = new Fake(1024, 20_000, 20_000);
            assertEquals(10_000, OpenFilesLimit.adjust(10_000, system));
            assertEquals(new Posix.Limit(10_032, 20_000), system.limit);
            assertEquals(List.of("* Increased maximum number of open files to 10032 (it was originally set to 1024)."), log.messages());
        }
    }

    @Test
    void reducesTheClientsToWhatTheSystemAllows() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            Fake system = new Fake(1024, 4096, 4096);
            assertEquals(4096 - 32, OpenFilesLimit.adjust(10_000, system));
            assertEquals(
                    List.of("# You requested maxclients of 10000 requiring at least 10032 max file descriptors.",
                            "# Server can't set maximum open files to 10032 because of OS error: Operation not permitted.",
                            "# Current maximum open files is 4096. maxclients has been reduced to 4064 to compensate for low ulimit. "
                                    + "If you need higher maxclients increase 'ulimit -n'."),
                    log.messages());
        }
    }

    @Test
    void neverLowersTheLimit() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            Fake system = new Fake(1030, 1030, 1030);
            assertEquals(1030 - 32, OpenFilesLimit.adjust(10_000, system));
            assertEquals(new Posix.Limit(1030, 1030), system.limit);
            assertEquals(3, log.messages().size());
        }
    }

    @Test
    void refusesToStartWhereNoClientFits() {
        try (CapturedLog log = new CapturedLog()) {
            BootFailure failure = assertThrows(BootFailure.class, () -> OpenFilesLimit.adjust(10_000, new Fake(32, 32, 32)));
            assertEquals("Your current 'ulimit -n' of 32 is not enough for the server to start. "
                    + "Please increase your open file limit to at least 10032. Exiting.", failure.getMessage());
            assertEquals(1, failure.exitCode());
            assertTrue(log.messages().isEmpty());
        }
    }

    @Test
    void assumesTheUsualLimitWhereItCannotBeRead() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            assertEquals(992, OpenFilesLimit.adjust(10_000, new Fake(0, 0, 0)));
            assertEquals(List.of("# Unable to obtain the current NOFILE limit (Operation not permitted), assuming 1024 and setting the max "
                    + "clients configuration accordingly."), log.messages());
        }
    }
}
