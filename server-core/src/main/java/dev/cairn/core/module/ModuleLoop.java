package dev.cairn.core.module;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import dev.cairn.api.io.Loop;

/** The server's loop as one module sees it: it knows the module's timers and watches, so that they end with the module. Main thread but for {@link #post}. */
final class ModuleLoop implements Loop {
    private final Supplier<? extends Loop> loop;
    private final Set<OwnTimer> timers = new LinkedHashSet<>();
    private final Set<OwnWatch> watches = new LinkedHashSet<>();

    ModuleLoop(Supplier<? extends Loop> loop) {
        this.loop = loop;
    }

    /** Whether a timer that runs once is still to run. */
    boolean awaitsTimer() {
        return timers.stream().anyMatch(t -> t.once);
    }

    /** Ends the timers and watches that are left; returns how many there were. */
    int end() {
        int left = timers.size() + watches.size();
        List.copyOf(timers).forEach(OwnTimer::cancel);
        List.copyOf(watches).forEach(OwnWatch::close);
        return left;
    }

    @Override
    public void post(Runnable task) {
        loop.get().post(task);
    }

    @Override
    public void wake() {
        loop.get().wake();
    }

    @Override
    public boolean onMain() {
        return loop.get().onMain();
    }

    @Override
    public Watch watch(int descriptor, ReadyHandler handler) throws IOException {
        OwnWatch watch = new OwnWatch(loop.get().watch(descriptor, handler));
        watches.add(watch);
        return watch;
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        OwnTimer timer = new OwnTimer(true);
        timer.timer = loop.get().after(delay, () -> {
            timers.remove(timer);
            task.run();
        });
        timers.add(timer);
        return timer;
    }

    @Override
    public Timer every(Duration period, Runnable task) {
        OwnTimer timer = new OwnTimer(false);
        timer.timer = loop.get().every(period, task);
        timers.add(timer);
        return timer;
    }

    private final class OwnTimer implements Timer {
        private final boolean once;
        private Timer timer = () -> {
        };

        OwnTimer(boolean once) {
            this.once = once;
        }

        @Override
        public void cancel() {
            timers.remove(this);
            timer.cancel();
        }
    }

    private final class OwnWatch implements Watch {
        private final Watch watch;

        OwnWatch(Watch watch) {
            this.watch = watch;
        }

        @Override
        public void interest(boolean readable, boolean writable) {
            watch.interest(readable, writable);
        }

        @Override
        public void close() {
            watches.remove(this);
            watch.close();
        }
    }
}
