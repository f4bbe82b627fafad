package dev.cairn.core.boot;

import dev.cairn.core.os.Posix;
import dev.cairn.core.os.PosixException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager that watches over this process: upstart, which waits for the process to stop itself, or systemd, which takes
 * notifications on the socket of {@code NOTIFY_SOCKET}. Main thread.
 */
public enum Supervision {
    /** Nobody supervises. */
    NONE,
    /** Supervised by upstart. */
    UPSTART,
    /** Supervised by systemd. */
    SYSTEMD;

    private static final Logger LOG = LoggerFactory.getLogger(Supervision.class);

    /**
     * Finds the supervisor and tells it that the server is loading. Under upstart the process stops until upstart continues it.
     *
     * @param option {@code no}, {@code upstart}, {@code systemd} or {@code auto}
     * @return the supervisor; none if the one that was asked for is not there, which is logged
     */
    public static Supervision detect(String option) {
        return detect(option, System.getenv());
    }

    static Supervision detect(String option, Map<String, String> environment) {
        String mode = option;
        if (mode.equals("auto")) {
            if (environment.containsKey("UPSTART_JOB")) {
                LOG.debug("Upstart supervision detected.");
                mode = "upstart";
            } else if (environment.containsKey("NOTIFY_SOCKET")) {
                LOG.debug("Systemd supervision detected.");
                mode = "systemd";
            }
        }
        return switch (mode) {
            case "upstart" -> upstart(environment);
            case "systemd" -> systemd();
            default -> NONE;
        };
    }

    private static Supervision upstart(Map<String, String> environment) {
        if (!environment.containsKey("UPSTART_JOB")) {
            LOG.warn("upstart supervision requested, but UPSTART_JOB not found!");
            return NONE;
        }
        LOG.info("supervised by upstart, will stop to signal readiness.");
        try {
            Posix.kill(Posix.pid(), Posix.SIGSTOP);
        } catch (PosixException e) {
            LOG.warn("upstart supervision error: {}", e.getMessage());
            return NONE;
        }
        return UPSTART;
    }

    private static Supervision systemd() {
        if (!send("STATUS=Cairn is loading...\n")) {
            return NONE;
        }
        LOG.info("Supervised by systemd. Please make sure you set appropriate values for TimeoutStartSec and TimeoutStopSec in your "
                + "service unit.");
        return SYSTEMD;
    }

    /** Says what the server does, for people. */
    public void status(String text) {
        notify("STATUS=" + text + "\n");
    }

    /** Says that the server accepts connections; once, at the end of the boot. */
    public void ready() {
        notify("STATUS=Ready to accept connections\n");
        notify("READY=1\n");
    }

    /** Says that the server shuts down. */
    public void stopping() {
        notify("STOPPING=1\n");
    }

    /** Says that the server loads its data or configuration anew; {@link #ready} ends it. */
    public void reloading() {
        notify("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000 + "\n");
    }

    private void notify(String state) {
        if (this == SYSTEMD) {
            send(state);
        }
    }

    /** Sends a state, or logs why it cannot. */
    private static boolean send(String state) {
        try {
            if (Posix.sdNotify(state)) {
                return true;
            }
            LOG.warn("systemd supervision error: NOTIFY_SOCKET not found!");
        } catch (PosixException e) {
            LOG.warn("systemd supervision error: sd_notify: {}", e.getMessage());
        }
        return false;
    }
}
