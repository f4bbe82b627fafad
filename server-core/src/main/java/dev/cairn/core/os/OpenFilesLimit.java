package dev.cairn.core.os;

import dev.cairn.core.boot.BootFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fits the limit on open files to {@code maxclients}, or {@code maxclients} to the limit. Called once by the thread that boots, and
 * again when {@code maxclients} is raised at run time.
 *
 * <p>The JVM raises its soft limit to the hard one when it starts unless it runs with {@code -XX:-MaxFDLimit}; the limit that this class
 * finds, and reports as the original one, is then the hard one. The hard limit is never lowered, so that a later, larger
 * {@code maxclients} stays possible.
 */
public final class OpenFilesLimit {
    /** File descriptors kept for other things than clients: listening sockets, log and data files, the JVM's own. */
    public static final int RESERVED = 32;

    private static final int STEP = 16;
    private static final Logger LOG = LoggerFactory.getLogger(OpenFilesLimit.class);

    /** The limit as the system keeps it. */
    interface System {
        Posix.Limit get() throws PosixException;

        void set(Posix.Limit limit) throws PosixException;
    }

    private OpenFilesLimit() {}

    /**
     * Raises the limit to {@code maxclients + 32} if it is lower, as far as the system allows, and logs what it did.
     *
     * @return the number of clients that the limit has room for: {@code maxclients}, or less
     * @throws BootFailure if not even one client has room
     */
    public static int adjust(int maxclients) throws BootFailure {
        return adjust(maxclients, new System() {
            @Override
            public Posix.Limit get() throws PosixException {
                return Posix.openFilesLimit();
            }

            @Override
            public void set(Posix.Limit limit) throws PosixException {
                Posix.openFilesLimit(limit);
            }
        });
    }

    static int adjust(int maxclients, System system) throws BootFailure {
        long wanted = (long) maxclients + RESERVED;
        Posix.Limit limit;
        try {
            limit = system.get();
        } catch (PosixException e) {
            LOG.warn(
                    "Unable to obtain the current NOFILE limit ({}), assuming 1024 and setting the max clients configuration accordingly.",
                    e.getMessage());
            return 1024 - RESERVED;
        }
        long old = limit.soft();
        if (Long.compareUnsigned(old, wanted) >= 0) {
            return maxclients;
        }
        long best = wanted;
        String error = "";
        while (best > old) {
            try {
                long hard = Long.compareUnsigned(limit.hard(), best) > 0 ? limit.hard() : best;
                system.set(new Posix.Limit(best, hard));
                break;
            } catch (PosixException e) {
                error = e.getMessage();
                best = best < STEP ? old : best - STEP;
            }
        }
        best = Math.max(best, old);
        if (best >= wanted) {
            LOG.info("Increased maximum number of open files to {} (it was originally set to {}).", wanted, old);
            return maxclients;
        }
        if (best <= RESERVED) {
            throw new BootFailure("Your current 'ulimit -n' of " + old + " is not enough for the server to start. "
                    + "Please increase your open file limit to at least " + wanted + ". Exiting.");
        }
        int reduced = (int) (best - RESERVED);
        LOG.warn("You requested maxclients of {} requiring at least {} max file descriptors.", maxclients, wanted);
        LOG.warn("Server can't set maximum open files to {} because of OS error: {}.", wanted, error);
        LOG.warn(
                "Current maximum open files is {}. maxclients has been reduced to {} to compensate for low ulimit. "
                        + "If you need higher maxclients increase 'ulimit -n'.",
                best,
                reduced);
        return reduced;
    }
}
