package dev.cairn.api.event;

/** CONFIG RESETSTAT: a module sets the counters to zero that it shows in INFO and that tell of the past. */
public record StatisticsReset() {
}
