package dev.cairn.api.event;

/** A point in the event loop's turn. */
public enum LoopTurn {
    /** Before the loop sleeps, after clients' commands. */
    BEFORE_SLEEP,
    /** After the loop woke. */
    AFTER_SLEEP
}
