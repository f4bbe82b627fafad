package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.KeySpec.Flag.RO;

import java.util.ArrayList;
import java.util.List;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Slot;
import dev.cairn.core.db.Database;
import dev.cairn.core.server.FixedPoint;
import dev.cairn.core.server.MemoryFigures;
import dev.cairn.core.server.Server;
import dev.cairn.structures.Pages;

/** The container MEMORY: where the memory is. Main thread. */
final class MemoryCommands {
    private static final Token SAMPLES = Token.of("SAMPLES");
    private static final long LITTLE_DATA = 5 << 20;
    private static final long PIECE = 64 << 20;
    private static final long LARGE_CLIENT = 200 << 10;

    private final Server server;

    MemoryCommands(Server server) {
        this.server = server;
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.container(spec("MEMORY", -2).complexity("Depends on subcommand.").summary("A container for commands on the use of memory."));
        r.command(spec("MEMORY|USAGE", -3).flags(READONLY).keys(KeySpec.at(2, RO))
                .complexity("O(1); of some types O(N) where N is the number of samples.")
                .summary("Returns the bytes that a key and its value take.").syntax("key [SAMPLES count:integer]"), this::usage);
        r.command(report("MEMORY|STATS").complexity("O(1)").summary("Returns figures on the use of memory."), this::stats);
        r.command(report("MEMORY|DOCTOR").complexity("O(1)").summary("Reports on the use of memory, with advice."), this::doctor);
        r.command(spec("MEMORY|PURGE", 2).tips("request_policy:all_shards", "response_policy:all_succeeded")
                .complexity("Depends on how much memory can be given back.")
                .summary("Gives the operating system back what is not used any more."), this::purge);
        r.command(report("MEMORY|MALLOC-STATS").complexity("Depends on the number of databases.")
                .summary("Describes the slabs of keys and values, and the heap of the JVM."), this::mallocStats);
        HelpText.declare(r, server, "MEMORY", "4.0.0");
    }

    private static CommandSpec.Builder spec(String name, int arity) {
        return CommandSpec.of(name, arity).group(CommandGroup.SERVER).since("4.0.0");
    }

    private static CommandSpec.Builder report(String name) {
        return spec(name, 2).tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special");
    }

    /** SAMPLES is taken and not needed: the types know their sizes without looking at elements. */
    private void usage(Call call, Args args, Reply out) {
        for (int i = 3; i < args.size(); i += 2) {
            if (!args.is(i, SAMPLES) || i + 1 == args.size()) {
                throw CommandError.SYNTAX;
            }
            if (args.integer(i + 1) < 0) {
                throw CommandError.SYNTAX;
            }
        }
        Slot slot = call.keyspace().peek(args.at(2));
        if (slot.exists()) {
            out.integer(slot.memory());
        } else {
            out.nil();
        }
    }

    private void stats(Call call, Args args, Reply out) {
        MemoryFigures m = MemoryFigures.of(server);
        int mark = out.begin(Reply.Shape.MAP);
        out.bulk("peak.allocated").integer(m.peak()).bulk("total.allocated").integer(m.used()).bulk("startup.allocated")
                .integer(m.startup()).bulk("replication.backlog").integer(0).bulk("clients.slaves").integer(0).bulk("clients.normal")
                .integer(m.clients()).bulk("cluster.links").integer(0).bulk("aof.buffer").integer(server.durability().bufferBytes())
                .bulk("lua.caches").integer(0)
                .bulk("functions.caches").integer(0);
        int n = 10 + databases(out);
        out.bulk("overhead.db.hashtable.lut").integer(m.keys() == 0 ? 0 : m.indexes()).bulk("overhead.db.hashtable.rehashing")
                .integer(m.rehashing()).bulk("overhead.total").integer(m.overhead()).bulk("db.dict.rehashing.count")
                .integer(m.rehashingIndexes()).bulk("keys.count").integer(m.keys()).bulk("keys.bytes-per-key")
                .integer(m.keys() == 0 ? 0 : m.dataset() / m.keys()).bulk("dataset.bytes").integer(m.dataset())
                .bulk("dataset.percentage").real(m.datasetShare() * 100).bulk("peak.percentage").real(m.peakShare() * 100);
        out.bulk("allocator.allocated").integer(m.allocated()).bulk("allocator.active").integer(m.active()).bulk("allocator.resident")
                .integer(m.active()).bulk("allocator.muzzy").integer(Pages.releaseBytes()).bulk("allocator-fragmentation.ratio")
                .real(m.slabRatio()).bulk("allocator-fragmentation.bytes").integer(m.slabGaps()).bulk("allocator-rss.ratio").real(1)
                .bulk("allocator-rss.bytes").integer(0).bulk("rss-overhead.ratio").real((double) m.resident() / Math.max(1, m.active()))
                .bulk("rss-overhead.bytes").integer(m.besideSlabs()).bulk("fragmentation").real(m.residentRatio())
                .bulk("fragmentation.bytes").integer(m.resident() - m.used());
        out.bulk("jvm.heap.used").integer(m.heapUsed()).bulk("jvm.heap.committed").integer(m.heapCommitted());
        out.end(mark, n + 9 + 12 + 2);
    }

    private int databases(Reply out) {
        int n = 0;
        for (int i = 0; i < server.databases().count(); i++) {
            Database db = server.databases().at(i);
            if (db.size() > 0) {
                out.bulk("db." + i).map(2).bulk("overhead.hashtable.main").integer(db.keyIndexBytes()).bulk("overhead.hashtable.expires")
                        .integer(db.expiryIndexBytes());
                n++;
            }
        }
        return n;
    }

    private void doctor(Call call, Args args, Reply out) {
        out.verbatim("txt", Bytes.of(report(MemoryFigures.of(server), server.clients().count())));
    }

    /** The report of MEMORY DOCTOR. */
    static String report(MemoryFigures m, int clients) {
        if (m.used() < LITTLE_DATA) {
            return "There is little data in this server, less than " + FixedPoint.bytes(LITTLE_DATA)
                    + ": what could be said of its memory would mislead.\n";
        }
        List<String> findings = new ArrayList<>();
        if (m.peak() > m.used() + m.used() / 2) {
            findings.add("Peak: the most memory that was ever used is " + FixedPoint.bytes(m.peak()) + ", more than one and a half times"
                    + " what is used now. Figures that compare the resident size with the use may mislead until MEMORY PURGE.");
        }
        if (m.slabRatio() > 1.4 && m.slabGaps() > 10 << 20) {
            findings.add("Gaps: the slabs hold " + FixedPoint.bytes(m.active()) + " for data of " + FixedPoint.bytes(m.allocated())
                    + ". Values that shrank or were deleted left them; keys that come will fill them.");
        }
        if (m.besideSlabs() > m.active() && m.besideSlabs() > 512L << 20) {
            findings.add("JVM: the process has " + FixedPoint.bytes(m.besideSlabs()) + " beside the data. Look at INFO jvm, and at the"
                    + " flags in conf/jvm.options.");
        }
        if (clients > 0 && m.clients() / clients > LARGE_CLIENT) {
            findings.add("Clients: their buffers take " + FixedPoint.bytes(m.clients() / clients) + " each on average. CLIENT LIST shows"
                    + " who does not read what was sent; client-output-buffer-limit bounds it.");
        }
        if (findings.isEmpty()) {
            return "Nothing about the memory of this server is out of the ordinary.\n";
        }
        return "What is noteworthy about the memory of this server:\n\n * " + String.join("\n\n * ", findings) + "\n";
    }

    private void purge(Call call, Args args, Reply out) {
        for (long left = Pages.releaseBytes(); left > 0; left -= PIECE) {
            Pages.releaseSome(PIECE);
        }
        out.ok();
    }

    private void mallocStats(Call call, Args args, Reply out) {
        MemoryFigures m = MemoryFigures.of(server);
        StringBuilder text = new StringBuilder(512);
        text.append("Slabs: ").append(m.allocated()).append(" bytes of keys, values and indexes in ").append(m.active())
                .append(" bytes of pages; ").append(Pages.releaseBytes()).append(" bytes wait to be given back\n");
        for (int i = 0; i < server.databases().count(); i++) {
            Database db = server.databases().at(i);
            if (db.size() > 0) {
                text.append("db").append(i).append(": ").append(db.size()).append(" keys, ").append(db.usedBytes())
                        .append(" bytes, of which indexes ").append(db.keyIndexBytes() + db.expiryIndexBytes()).append('\n');
            }
        }
        text.append("Clients: ").append(server.clients().queryBytes()).append(" bytes of requests, ")
                .append(server.clients().replyBytes()).append(" bytes of replies\n").append("Heap of the JVM: ").append(m.heapUsed())
                .append(" bytes in ").append(m.heapCommitted()).append('\n');
        out.verbatim("txt", Bytes.of(text.toString()));
    }
}
