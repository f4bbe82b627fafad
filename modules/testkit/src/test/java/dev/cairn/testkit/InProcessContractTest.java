package dev.cairn.testkit;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.io.Listener;
import dev.cairn.transport.inprocess.InProcessTransport;

class InProcessContractTest extends ConnectionTypeContract {
    private final InProcessTransport transport = new InProcessTransport("other-memory");

    @Override
    protected ServerModule module() {
        return new ServerModule() {
            @Override
            public ModuleInfo info() {
                return ModuleInfo.of("transport-memory", 1);
            }

            @Override
            public void configure(Registrar registrar) {
                registrar.connectionType(transport);
            }
        };
    }

    @Override
    protected String typeName() {
        return "other-memory";
    }

    @Override
    protected List<String> configuration() {
        return List.of();
    }

    @Override
    protected Peer connect(Listener listener) {
        InProcessTransport.Peer peer = transport.connect();
        return new Peer() {
            @Override
            public InputStream in() {
                return peer.in();
            }

            @Override
            public OutputStream out() {
                return peer.out();
            }

            @Override
            public void close() {
                peer.close();
            }

            @Override
            public void reset() {
                peer.reset();
            }
        };
    }
}
