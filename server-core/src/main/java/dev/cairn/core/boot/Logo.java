package dev.cairn.core.boot;

import java.util.List;

/** What the log shows first: a cairn, with the version and the mode beside it. */
public final class Logo {
    private static final List<String> STONES = List.of(
            "                 __                ",
            "               _(  )_              ",
            "              (______)             ",
            "            __(      )__           ",
            "           (____________)          ",
            "         _(              )_        ",
            "        (__________________)       ",
            "      __(                  )__     ",
            "     (________________________)    ",
            "   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~  ");

    private Logo() {}

    /**
     * The logo as text, its lines ended.
     *
     * @param mode {@code standalone} or {@code cluster}
     * @param port the port it listens on, 0 for none
     * @param pid the process id
     */
    public static String art(String mode, int port, long pid) {
        String[] notes = new String[STONES.size()];
        notes[2] = "Cairn " + Version.version() + " (" + Version.sha() + "/" + (Version.dirty() ? 1 : 0) + ") 64 bit";
        notes[4] = "Running in " + mode + " mode";
        notes[5] = "Port: " + port;
        notes[6] = "PID: " + pid;
        StringBuilder out = new StringBuilder(1024).append('\n');
        for (int i = 0; i < notes.length; i++) {
            String note = notes[i];
            out.append(note == null ? STONES.get(i).stripTrailing() : STONES.get(i) + note).append('\n');
        }
        return out.append('\n').toString();
    }

    /** The one line that stands for the logo where nobody looks at a terminal. */
    public static String line(String mode, int port) {
        return "Running mode=" + mode + ", port=" + port + ".";
    }
}
