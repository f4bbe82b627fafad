package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.READONLY;

import java.util.SplittableRandom;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.core.boot.Version;

/** LOLWUT: a pile of stones, another each time, and the version. Main thread. */
final class LolwutCommand {
    private static final Token VERSION = Token.of("VERSION");
    private static final int WIDTH = 40;
    private static final int MOST_STONES = 64;
    private static final int STONES = 7;

    private final SplittableRandom random = new SplittableRandom();

    /** Declares the command. */
    void register(Registrar r) {
        r.command(CommandSpec.of("LOLWUT", -1).group(CommandGroup.SERVER).flags(READONLY, FAST).since("5.0.0")
                .complexity("O(N) where N is the number of stones, at most 64.")
                .summary("Draws a pile of stones and tells the version.").syntax("[VERSION version:integer [stones:integer]]"),
                this::draw);
    }

    private void draw(Call call, Args args, Reply out) {
        int at = 1;
        if (args.size() > 2 && args.is(1, VERSION)) {
            args.integer(2);
            at = 3;
        }
        int stones = STONES;
        if (args.size() > at) {
            stones = Math.clamp(args.integer(at), 1, MOST_STONES);
        }
        out.verbatim("txt", Bytes.of(cairn(stones) + "\nCairn ver. " + Version.version() + "\n"));
    }

    /** Stones that grow from the top to the ground, each a little off the middle of the one below. */
    private String cairn(int stones) {
        StringBuilder text = new StringBuilder(stones * WIDTH);
        for (int i = 0; i < stones; i++) {
            int width = Math.min(WIDTH - 6, 3 + i * (WIDTH - 12) / Math.max(1, stones - 1) + random.nextInt(3));
            int left = (WIDTH - width) / 2 + random.nextInt(3) - 1;
            text.repeat(' ', left).append('(').repeat(random.nextBoolean() ? '_' : '.', width).append(")\n");
        }
        return text.repeat('~', WIDTH + 2).append('\n').toString();
    }
}
