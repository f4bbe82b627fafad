package dev.cairn.distribution.differential;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.RespReply.Kind;
import dev.cairn.distribution.support.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The reference and the candidate, driven alike over two connections to each. */
final class ServerPair implements AutoCloseable {
    private static final int DATABASES = 16;
    private static final int BATCH_COMMANDS = 64;
    private static final int BATCH_BYTES = 1 << 18;
    private static final int MOST_AT_ONCE = 100_000;
    private static final Duration REPLY_DEADLINE = Duration.ofSeconds(60);

    private final ServerProcess reference;
    private final ServerProcess candidate;
    private final int protocol;
    private final List<RespClient> referenceClients = new ArrayList<>();
    private final List<RespClient> candidateClients = new ArrayList<>();

    ServerPair(ServerProcess reference, ServerProcess candidate, int protocol) throws IOException {
        this.reference = reference;
        this.candidate = candidate;
        this.protocol = protocol;
        reset();
    }

    /** Empties both servers and opens new connections that speak the run's protocol. */
    void reset() throws IOException {
        close();
        reset(reference, referenceClients);
        reset(candidate, candidateClients);
    }

    private void reset(ServerProcess server, List<RespClient> clients) throws IOException {
        for (int i = 0; i < 2; i++) {
            RespClient client = RespClient.connect(server.port(), REPLY_DEADLINE);
            clients.add(client);
            RespReply hello = client.call("HELLO", Integer.toString(protocol));
            if (hello.isError()) {
                throw new IOException(server.name() + " refuses HELLO " + protocol + ": " + hello);
            }
        }
        RespReply flushed = clients.get(0).call("FLUSHALL");
        if (flushed.isError()) {
            throw new IOException(server.name() + " refuses FLUSHALL: " + flushed);
        }
    }

    /** Runs the units on both servers; returns the first mismatch that is not an allowed difference. */
    Optional<Mismatch> run(List<Unit> units) throws IOException {
        List<Step> batch = new ArrayList<>();
        List<Integer> owners = new ArrayList<>();
        int bytes = 0;
        for (int i = 0; i < units.size(); i++) {
            for (Step step : units.get(i).steps()) {
                if (!batch.isEmpty()
                        && (step.connection() != batch.get(0).connection() || batch.size() == BATCH_COMMANDS || bytes > BATCH_BYTES)) {
                    Optional<Mismatch> mismatch = runBatch(batch, owners);
                    if (mismatch.isPresent()) {
                        return mismatch;
                    }
                    batch.clear();
                    owners.clear();
                    bytes = 0;
                }
                batch.add(step);
                owners.add(i);
                bytes += step.arguments().stream().mapToInt(a -> a.length).sum();
            }
        }
        return runBatch(batch, owners);
    }

    private Optional<Mismatch> runBatch(List<Step> batch, List<Integer> owners) throws IOException {
        if (batch.isEmpty()) {
            return Optional.empty();
        }
        RespClient first = referenceClients.get(batch.get(0).connection());
        RespClient second = candidateClients.get(batch.get(0).connection());
        for (Step step : batch) {
            first.send(step.arguments());
        }
        first.flush();
        boolean broken = false;
        try {
            for (Step step : batch) {
                second.send(step.arguments());
            }
            second.flush();
        } catch (IOException e) {
            // The replies that were written before the connection broke show where.
            broken = true;
        }
        Optional<Mismatch> found = Optional.empty();
        boolean lost = false;
        for (int i = 0; i < batch.size(); i++) {
            Step step = batch.get(i);
            if (step.replies() == 0) {
                continue;
            }
            RespReply expected = reply(first, step);
            RespReply actual = lost ? none("lost") : reply(second, step);
            lost |= actual.kind() == Kind.NONE;
            if (found.isEmpty() && !step.accepts(expected, actual)) {
                found = Optional.of(new Mismatch(owners.get(i), step, expected, actual));
            }
        }
        if (broken && found.isEmpty()) {
            found = Optional
                    .of(new Mismatch(owners.get(0), batch.get(0), none("open connection"), none("connection broken while sending")));
        }
        return found;
    }

    /** The reply to a step, or all replies and messages up to it as one array. */
    private static RespReply reply(RespClient client, Step step) {
        if (step.replies() != Step.ALL_SO_FAR) {
            return read(client);
        }
        List<RespReply> all = new ArrayList<>();
        RespReply next = read(client);
        while (!isLast(next) && all.size() < MOST_AT_ONCE) {
            if (next.kind() == Kind.NONE) {
                return next;
            }
            all.add(next);
            next = read(client);
        }
        return RespReply.aggregate(Kind.ARRAY, all);
    }

    /** PING replies with its argument, or, to a subscriber that speaks RESP2, with a word and its argument. */
    static boolean isLast(RespReply reply) {
        return reply.text().equals(Step.LAST) || !reply.elements().isEmpty() && reply.elements().getLast().text().equals(Step.LAST);
    }

    private static RespReply read(RespClient client) {
        try {
            return client.read();
        } catch (IOException e) {
            return none(e.toString());
        }
    }

    private static RespReply none(String why) {
        return RespReply.scalar(Kind.NONE, why);
    }

    /** Compares what the databases hold: keys, types, values, expiry times, encodings and sizes. */
    Optional<Mismatch> compareStates() throws IOException {
        for (int database = 0; database < DATABASES; database++) {
            Step select = Step.of("SELECT", Integer.toString(database));
            Step scan = Step.of("SCAN", "0", "COUNT", "1000000").compared(Comparison.SCAN);
            Optional<Mismatch> mismatch = run(List.of(Unit.of(select, scan, Step.of("DBSIZE"))));
            if (mismatch.isPresent()) {
                return mismatch;
            }
            RespClient client = referenceClients.get(0);
            client.send(scan.arguments());
            client.flush();
            List<Unit> questions = new ArrayList<>();
            for (RespReply key : client.read().elements().get(1).elements()) {
                byte[] name = Dice.ascii(key.text());
                questions.add(Unit.of(Words.of("TYPE").add(name).step(),
                        Words.of("OBJECT").add("ENCODING").add(name).step(),
                        Words.of("PTTL").add(name).step().compared(Comparison.MILLISECONDS), Words.of("GET").add(name).step(),
                        Words.of("LRANGE").add(name).add("0").add("-1").step(),
                        Words.of("HGETALL").add(name).step().compared(Comparison.UNORDERED)));
            }
            mismatch = run(questions);
            if (mismatch.isPresent()) {
                return mismatch;
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        for (RespClient client : referenceClients) {
            client.close();
        }
        for (RespClient client : candidateClients) {
            client.close();
        }
        referenceClients.clear();
        candidateClients.clear();
    }
}
