/**
 * The place of the background jobs' lanes: of the {@code JobLanes} that run each {@code BackgroundJobType}. It provides nothing yet, and the
 * distribution does not ship it: a module that asks for a queue of jobs is told that no module runs them.
 */
module dev.cairn.bio {}
