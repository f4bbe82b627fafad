package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.MAY_REPLICATE;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.PUBSUB;
import static dev.cairn.api.command.CommandFlag.STALE;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.core.server.CallContext;
import dev.cairn.core.server.PubSub;
import dev.cairn.core.server.PubSub.Kind;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.ServerClient;

/** The commands of publish and subscribe: SUBSCRIBE, PUBLISH, their forms for patterns and shards, and the container PUBSUB. Main thread. */
final class PubSubCommands {
    private static final CommandError NOT_FOR_SHARDS = CommandError.err("SSUBSCRIBE isn't allowed for a DENY BLOCKING client");

    private static final String EACH_CHANNEL = "O(N) where N is the number of channels.";
    private static final String EACH_PATTERN = "O(N) where N is the number of patterns.";

    private final PubSub pubsub;

    PubSubCommands(Server server) {
        this.pubsub = server.pubsub();
    }

    /** Declares the commands. */
    void register(Registrar r) {
        registerSubscribing(r);
        registerPublishing(r);
        registerLooking(r);
    }

    private void registerSubscribing(Registrar r) {
        r.command(subscribing("SUBSCRIBE", -2, "2.0.0").summary("Subscribes to channels.").complexity(EACH_CHANNEL).syntax("channel..."),
                (call, args, out) -> subscribe(Kind.CHANNEL, call, args));
        r.command(subscribing("UNSUBSCRIBE", -1, "2.0.0").summary("Ends the subscriptions to channels, to all if none is named.")
                .complexity(EACH_CHANNEL).syntax("[channel...]"), (call, args, out) -> unsubscribe(Kind.CHANNEL, call, args));
        r.command(subscribing("PSUBSCRIBE", -2, "2.0.0").summary("Subscribes to all channels that match one of the patterns.")
                .complexity(EACH_PATTERN).syntax("pattern..."), (call, args, out) -> subscribe(Kind.PATTERN, call, args));
        r.command(subscribing("PUNSUBSCRIBE", -1, "2.0.0").summary("Ends the subscriptions to patterns, to all if none is named.")
                .complexity(EACH_PATTERN).syntax("[pattern...]"), (call, args, out) -> unsubscribe(Kind.PATTERN, call, args));
        r.command(subscribing("SSUBSCRIBE", -2, "7.0.0").summary("Subscribes to channels of a shard.").complexity(EACH_CHANNEL)
                .keys(KeySpec.range(1, -1, 1, KeySpec.Flag.NOT_KEY)).syntax("shardchannel..."), this::subscribeToShard);
        r.command(
                subscribing("SUNSUBSCRIBE", -1, "7.0.0").summary("Ends the subscriptions to channels of a shard, to all if none is named.")
                        .complexity(EACH_CHANNEL).keys(KeySpec.range(1, -1, 1, KeySpec.Flag.NOT_KEY)).syntax("[shardchannel...]"),
                (call, args, out) -> unsubscribe(Kind.SHARD, call, args));
    }

    private void registerPublishing(Registrar r) {
        r.command(publishing("PUBLISH", "2.0.0").summary("Sends a message to all who have subscribed to the channel or to a pattern of it.")
                .complexity("O(N+M) where N is the number of receivers and M the number of patterns that begin or end like the channel.")
                .syntax("channel message"), this::publish);
        r.command(publishing("SPUBLISH", "7.0.0").summary("Sends a message to all who have subscribed to the channel of a shard.")
                .complexity("O(N) where N is the number of receivers.").keys(KeySpec.at(1, KeySpec.Flag.NOT_KEY))
                .syntax("shardchannel message"), this::publishToShard);
    }

    private void registerLooking(Registrar r) {
        r.container(CommandSpec.of("PUBSUB", -2).group(CommandGroup.PUBSUB).since("2.8.0")
                .summary("Holds the commands that tell about channels and who has subscribed.").complexity("Depends on the subcommand."));
        r.command(looking("CHANNELS", -2, "2.8.0").summary("Returns the channels that somebody has subscribed to.").complexity(EACH_CHANNEL)
                .syntax("[pattern]"), (call, args, out) -> channels(Kind.CHANNEL, args, out));
        r.command(looking("NUMSUB", -2, "2.8.0").summary("Returns how many have subscribed to each of the channels.")
                .complexity(EACH_CHANNEL).syntax("[channel...]"), (call, args, out) -> subscribers(Kind.CHANNEL, args, out));
        r.command(looking("NUMPAT", 2, "2.8.0").summary("Returns how many patterns somebody has subscribed to.").complexity("O(1)"),
                (call, args, out) -> out.integer(pubsub.patterns()));
        r.command(looking("SHARDCHANNELS", -2, "7.0.0").summary("Returns the channels of shards that somebody has subscribed to.")
                .complexity(EACH_CHANNEL).syntax("[pattern]"), (call, args, out) -> channels(Kind.SHARD, args, out));
        r.command(looking("SHARDNUMSUB", -2, "7.0.0").summary("Returns how many have subscribed to each of the channels of shards.")
                .complexity(EACH_CHANNEL).syntax("[shardchannel...]"), (call, args, out) -> subscribers(Kind.SHARD, args, out));
        r.command(CommandSpec.of("PUBSUB|HELP", 2).group(CommandGroup.PUBSUB).since("6.2.0").flags(LOADING, STALE)
                .summary("Explains the subcommands of PUBSUB.").complexity("O(1)"), help());
    }

    private static CommandSpec.Builder subscribing(String name, int arity, String since) {
        return CommandSpec.of(name, arity).group(CommandGroup.PUBSUB).since(since).flags(PUBSUB, NOSCRIPT, LOADING, STALE);
    }

    private static CommandSpec.Builder publishing(String name, String since) {
        return CommandSpec.of(name, 3).group(CommandGroup.PUBSUB).since(since).flags(PUBSUB, LOADING, STALE, FAST, MAY_REPLICATE);
    }

    private static CommandSpec.Builder looking(String name, int arity, String since) {
        return CommandSpec.of("PUBSUB|" + name, arity).group(CommandGroup.PUBSUB).since(since).flags(PUBSUB, LOADING, STALE);
    }

    private static ServerClient client(Call call) {
        return ((CallContext) call).serverClient();
    }

    private void subscribe(Kind kind, Call call, Args args) {
        for (int i = 1; i < args.size(); i++) {
            pubsub.subscribe(kind, client(call), args.at(i));
        }
    }

    /** Refused inside a transaction, whose commands have one reply each; SUBSCRIBE and PSUBSCRIBE are allowed there for the sake of old clients. */
    private void subscribeToShard(Call call, Args args, Reply out) {
        if (call.inTransaction()) {
            throw NOT_FOR_SHARDS;
        }
        subscribe(Kind.SHARD, call, args);
    }

    private void unsubscribe(Kind kind, Call call, Args args) {
        if (args.size() == 1) {
            pubsub.unsubscribe(kind, client(call));
        }
        for (int i = 1; i < args.size(); i++) {
            pubsub.unsubscribe(kind, client(call), args.at(i));
        }
    }

    private void publish(Call call, Args args, Reply out) {
        out.integer(pubsub.publish(args.at(1), args.at(2)));
    }

    private void publishToShard(Call call, Args args, Reply out) {
        out.integer(pubsub.publishToShard(args.at(1), args.at(2)));
    }

    private void channels(Kind kind, Args args, Reply out) {
        if (args.size() > 3) {
            throw CommandError.err("unknown subcommand or wrong number of arguments for '" + args.at(1).text() + "'. Try PUBSUB HELP.");
        }
        @Nullable Bytes pattern = args.size() == 3 ? args.at(2) : null;
        pubsub.channels(kind, pattern, out);
    }

    private void subscribers(Kind kind, Args args, Reply out) {
        out.array(2 * (args.size() - 2));
        for (int i = 2; i < args.size(); i++) {
            out.bulk(args.at(i)).integer(pubsub.subscribers(kind, args.at(i)));
        }
    }

    private static Command help() {
        return HelpText.of("PUBSUB",
                "CHANNELS [<pattern>]", "    List the channels with subscribers, those that match the pattern if one is given.",
                "NUMPAT", "    Count the patterns with subscribers.",
                "NUMSUB [<channel> ...]", "    Count the subscribers of each channel; those of patterns do not count.",
                "SHARDCHANNELS [<pattern>]",
                "    List the channels of shards with subscribers, those that match the pattern if one is given.",
                "SHARDNUMSUB [<shardchannel> ...]", "    Count the subscribers of each channel of a shard.");
    }
}
