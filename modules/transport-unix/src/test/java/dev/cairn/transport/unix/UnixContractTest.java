package dev.cairn.transport.unix;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.io.TempDir;

import dev.cairn.api.ServerModule;
import dev.cairn.api.io.Listener;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.ConnectionTypeContract;

class UnixContractTest extends ConnectionTypeContract {
    @TempDir static Path folder;

    @Override
    protected ServerModule module() {
        return new UnixModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new SocketsModule());
    }

    @Override
    protected String typeName() {
        return "unix";
    }

    @Override
    protected List<String> configuration() {
        return List.of("unixsocket " + folder.resolve("contract.sock"));
    }

    @Override
    protected Peer connect(Listener listener) throws IOException {
        return new UnixPeer(Path.of(listener.address()));
    }

    /** A Unix socket that is closed is an end, whatever was on its way. */
    @Override
    protected Set<Leeway> leeways() {
        return Set.of(Leeway.NO_HANDSHAKE, Leeway.RESETS_LOOK_LIKE_ENDS);
    }
}
