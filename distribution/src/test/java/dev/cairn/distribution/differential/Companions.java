package dev.cairn.distribution.differential;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Clients that ask a server without end for what touches no key, so that its I/O threads have something to share. */
final class Companions implements AutoCloseable {
    private static final int CLIENTS = 6;

    private final List<RespClient> clients = new ArrayList<>();
    private final CompletableFuture<Long> done;
    private volatile boolean ending;

    Companions(ServerProcess server) throws IOException {
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(server.connect());
        }
        done = CompletableFuture.supplyAsync(this::ask, task -> Thread.ofPlatform().name("companions").daemon().start(task));
    }

    private long ask() {
        long asked = 0;
        try {
            while (!ending) {
                String words = "companion " + asked;
                for (RespClient client : clients) {
                    client.send(RespClient.command("ECHO", words));
                    client.flush();
                }
                for (RespClient client : clients) {
                    String reply = client.read().text();
                    if (!reply.equals(words)) {
                        throw new AssertionError("ECHO " + words + " was answered by " + reply);
                    }
                    asked++;
                }
            }
            return asked;
        } catch (IOException e) {
            throw new AssertionError("a companion lost its connection", e);
        }
    }

    /** Lets them go; returns how many replies they have got, each the one to its own question. */
    long end() {
        ending = true;
        return done.join();
    }

    @Override
    public void close() throws IOException {
        ending = true;
        for (RespClient client : clients) {
            client.close();
        }
    }
}
