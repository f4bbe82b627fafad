package dev.cairn.sample.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import dev.cairn.testkit.ConnectionTypeContract;

/** The data of a connection as two streams. For one thread that reads and one that writes. */
class StreamPeer implements ConnectionTypeContract.Peer {
    final RawClient client;
    private byte[] payload = new byte[0];
    private int at;

    StreamPeer(RawClient client) {
        this.client = client;
    }

    @Override
    public InputStream in() throws IOException {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                while (length > 0 && at == payload.length) {
                    RawClient.Frame frame = client.read();
                    if (frame == null || frame.opcode() == Frames.CLOSE) {
                        return -1;
                    }
                    if (frame.opcode() == Frames.BINARY) {
                        payload = frame.payload();
                        at = 0;
                    }
                }
                int n = Math.min(length, payload.length - at);
                System.arraycopy(payload, at, to, offset, n);
                at += n;
                return n;
            }
        };
    }

    @Override
    public OutputStream out() throws IOException {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[]{(byte) b});
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                client.write(RawClient.frame(0x80 | Frames.BINARY, bytes, offset, length));
            }
        };
    }

    @Override
    public void close() throws IOException {
        try {
            client.write(RawClient.frame(0x80 | Frames.CLOSE, new byte[]{3, (byte) 232}));
        } catch (IOException e) {
            client.close(); // the other end was closed first
            return;
        }
        client.close();
    }

    @Override
    public void reset() throws IOException {
        client.socket.setSoLinger(true, 0);
        client.close();
    }
}
