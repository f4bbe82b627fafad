/**
 * Background jobs: work that must not hold up the main thread, done on lanes of one thread each. A module declares a
 * {@link dev.cairn.api.job.BackgroundJobType} and hands jobs to its {@link dev.cairn.api.job.JobQueue}; the result is told on main.
 */
package dev.cairn.api.job;
