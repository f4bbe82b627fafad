package dev.cairn.persistence.aof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.BiConsumer;

import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobContext;
import dev.cairn.structures.Pages;
import org.jspecify.annotations.Nullable;

/** The kinds of work that the append-only file has done in the background. */
final class Jobs {
    private Jobs() {
    }

    /**
     * A job and who is told of its end, on the main thread: with null, or with what went wrong.
     *
     * @param work what is done, on the lane's thread
     * @param done is told
     */
    record Job(Work work, BiConsumer<Job, @Nullable Throwable> done) {
    }

    /** What a job does. */
    @FunctionalInterface
    interface Work {
        /** Does it. */
        void run() throws IOException;
    }

    /** A lane of such jobs. */
    static final class Type implements BackgroundJobType<Job, Boolean> {
        private final String name;
        private final String lane;

        Type(String name, String lane) {
            this.name = name;
            this.lane = lane;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String lane() {
            return lane;
        }

        @Override
        public Boolean run(Job job, JobContext context) throws IOException {
            job.work().run();
            return true;
        }

        @Override
        public void completed(Job job, Boolean result) {
            job.done().accept(job, null);
        }

        @Override
        public void failed(Job job, Throwable failure) {
            job.done().accept(job, failure);
        }
    }

    /** Writes a base, piece by piece. The lane's thread, but for the constructor and {@link #discarded}. */
    static final class BaseJob {
        private final Path temporary;
        private final Path file;
        private final boolean incrementalForce;
        private BaseFile.@Nullable Writer writer;
        private volatile boolean discarded;
        private volatile long size;

        BaseJob(Path file, boolean incrementalForce) {
            this.file = file;
            this.temporary = file.resolveSibling("temp-" + file.getFileName());
            this.incrementalForce = incrementalForce;
        }

        /** Has what is still to be written dropped. Any thread. */
        void discarded() {
            discarded = true;
        }

        /** Bytes of the finished file. Any thread. */
        long size() {
            return size;
        }

        /** Writes a piece and gives its memory back. */
        void piece(long block, long capacity, long commands, int database) throws IOException {
            try {
                if (!discarded) {
                    writer().block(block, commands, database);
                }
            } finally {
                Pages.unmap(block, capacity);
            }
        }

        private BaseFile.Writer writer() throws IOException {
            BaseFile.Writer w = writer;
            if (w == null) {
                w = new BaseFile.Writer(temporary, incrementalForce);
                writer = w;
            }
            return w;
        }

        /** Finishes the file and gives it its name. */
        void finish() throws IOException {
            if (discarded) {
                drop();
                return;
            }
            try (BaseFile.Writer w = writer()) {
                size = w.finish();
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Directories.force(Directories.containing(file));
        }

        /** Deletes what was written. */
        void drop() throws IOException {
            BaseFile.Writer w = writer;
            if (w != null) {
                w.close();
            }
            Files.deleteIfExists(temporary);
        }
    }

    /** Deletes files that are history. */
    static void delete(List<Path> files) throws IOException {
        for (Path p : files) {
            Directories.delete(p);
        }
    }
}
