package dev.cairn.transport.unix;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

import dev.cairn.testkit.ConnectionTypeContract;

/** A client of a Unix socket. */
final class UnixPeer implements ConnectionTypeContract.Peer {
    private final SocketChannel channel;

    UnixPeer(Path path) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public InputStream in() {
        return Channels.newInputStream(channel);
    }

    @Override
    public OutputStream out() {
        return Channels.newOutputStream(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public void reset() throws IOException {
        channel.close();
    }
}
