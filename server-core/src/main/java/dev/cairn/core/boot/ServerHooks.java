package dev.cairn.core.boot;

import java.util.List;

import dev.cairn.api.config.OptionError;
import dev.cairn.core.config.ConfigSyntax;
import dev.cairn.core.config.CoreHooks;
import dev.cairn.core.config.CoreOptions;
import dev.cairn.core.config.OutputBufferLimits;
import dev.cairn.core.config.OutputBufferLimits.Limit;
import dev.cairn.core.db.LazyFree;
import dev.cairn.core.log.LogLevel;
import dev.cairn.core.log.LogSink;
import dev.cairn.core.os.OomScore;
import dev.cairn.core.os.OpenFilesLimit;
import dev.cairn.core.os.WorkingDirectory;
import dev.cairn.core.server.ClientLimits;
import dev.cairn.core.server.ClientLimits.OutputClass;
import dev.cairn.core.server.Server;

/** Brings the values of the core's options to where they have their effect, at boot and when CONFIG SET changes them. Main thread. */
final class ServerHooks implements CoreHooks {
    private final Server server;
    private final CoreOptions options;
    private final OomScore oomScore = new OomScore();

    ServerHooks(Server server, CoreOptions options) {
        this.server = server;
        this.options = options;
    }

    /** Applies all values that the configuration has set, but for those that boot applies at its own steps. */
    void applyAll() throws OptionError {
        ClientLimits limits = server.clients().limits();
        limits.maxClients = options.maxClients.value().intValue();
        limits.queryBuffer = options.clientQueryBufferLimit.value();
        limits.bulk = options.protoMaxBulkLen.value();
        limits.timeoutSeconds = options.timeout.value().intValue();
        outputBufferLimits(options.clientOutputBufferLimit.value());
        requirePass(options.requirePass.value());
        clientMemoryChanged();
        busyReplyThreshold(options.busyReplyThreshold.value());
        protectedMode(options.protectedMode.value());
        drainClosedListeners(options.drainClosedListeners.value());
        hz(options.hz.value());
        dynamicHz(options.dynamicHz.value());
        activeRehashing(options.activeRehashing.value());
        activeExpireEffort(options.activeExpireEffort.value());
        lfuChanged();
        monitoringChanged();
        notifyKeyspaceEvents(options.notifyKeyspaceEvents.value());
        lazyFreeChanged();
        server.settings().debugCommand = options.enableDebugCommand.value();
        server.settings().moduleCommand = options.enableModuleCommand.value();
    }

    @Override
    public void maxClients(long clients) throws OptionError {
        int before = server.clients().limits().maxClients;
        if (clients > before) {
            try {
                int allowed = OpenFilesLimit.adjust((int) clients);
                if (allowed < clients) {
                    throw new OptionError(
                            "The operating system is not able to handle the specified number of clients, try with " + allowed);
                }
            } catch (BootFailure e) {
                throw new OptionError("The operating system is not able to handle the specified number of clients: " + e.getMessage());
            }
        }
        server.clients().limits().maxClients = (int) clients;
    }

    @Override
    public void drainClosedListeners(boolean drain) {
        server.listeners().drain(drain);
    }

    @Override
    public void hz(long hz) {
        server.settings().hz = (int) hz;
    }

    @Override
    public void dynamicHz(boolean dynamic) {
        server.settings().dynamicHz = dynamic;
    }

    @Override
    public void logLevel(String level) {
        LogLevel.of(level).ifPresent(LogSink::level);
    }

    @Override
    public void requirePass(String password) {
        server.settings().password = password;
    }

    @Override
    public void directory(String path) throws OptionError {
        String wrong = WorkingDirectory.change(ConfigSyntax.text(path));
        if (!wrong.isEmpty()) {
            throw new OptionError("Can't chdir to '" + ConfigSyntax.text(path) + "': " + wrong);
        }
    }

    @Override
    public void outputBufferLimits(OutputBufferLimits limits) {
        ClientLimits to = server.clients().limits();
        to.output(OutputClass.NORMAL, limit(limits.normal()));
        to.output(OutputClass.REPLICA, limit(limits.replica()));
        to.output(OutputClass.PUBSUB, limit(limits.pubsub()));
    }

    private static ClientLimits.Output limit(Limit l) {
        return new ClientLimits.Output(l.hardBytes(), l.softBytes(), (int) Math.min(Integer.MAX_VALUE, l.softSeconds()));
    }

    @Override
    public void protoMaxBulkLen(long bytes) {
        server.clients().bulkLimit(bytes);
    }

    @Override
    public void queryBufferLimit(long bytes) {
        server.clients().limits().queryBuffer = bytes;
    }

    @Override
    public void timeout(long seconds) {
        server.clients().limits().timeoutSeconds = (int) seconds;
    }

    @Override
    public void clientMemoryChanged() {
        server.clientMemory().limit(options.maxMemoryClients.value(), options.maxMemory.value());
    }

    @Override
    public void busyReplyThreshold(long millis) {
        server.settings().busyReplyMillis = millis;
    }

    @Override
    public void protectedMode(boolean on) {
        server.settings().protectedMode = on;
    }

    @Override
    public void maxMemoryPolicy(String policy) {
        lfuChanged();
    }

    @Override
    public void lfuChanged() {
        server.databases().accessClock().policy(options.maxMemoryPolicy.value().contains("lfu"), options.lfuLogFactor.value().intValue(),
                options.lfuDecayTime.value().intValue());
    }

    @Override
    public void lazyFreeChanged() {
        LazyFree to = server.databases().lazyFree();
        to.expired = options.lazyFreeExpire.value();
        to.replaced = options.lazyFreeServerDel.value();
        to.deleted = options.lazyFreeUserDel.value();
        to.flushed = options.lazyFreeUserFlush.value();
    }

    @Override
    public void monitoringChanged() {
        server.slowLog().threshold(options.slowLogSlowerThan.value());
        server.slowLog().maxLength(options.slowLogMaxLen.value());
        server.latency().threshold(options.latencyMonitorThreshold.value());
        server.thresholdsChanged();
        server.settings().percentiles = options.latencyTrackingInfoPercentiles.value();
        server.trackLatency(options.latencyTracking.value());
    }

    @Override
    public void activeExpireEffort(long effort) {
        server.expiry().effort((int) effort);
    }

    @Override
    public void activeRehashing(boolean on) {
        server.settings().activeRehashing = on;
    }

    @Override
    public void notifyKeyspaceEvents(String letters) {
        server.notifications().enable(letters);
    }

    @Override
    public void oomScoreAdjChanged() throws OptionError {
        List<Long> values = options.oomScoreAdjValues.value();
        if (!oomScore.apply(options.oomScoreAdj.value(), values.getFirst().intValue())) {
            throw new OptionError("Failed to apply new oom_score_adj configuration, check server logs.");
        }
    }
}
