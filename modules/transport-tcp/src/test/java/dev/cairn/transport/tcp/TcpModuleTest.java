package dev.cairn.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.cairn.api.Registrar;
import dev.cairn.api.StopReason;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.core.loop.EventLoop;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TcpModuleTest {
    private static final int PORT = 7310;
    private static final int OTHER_PORT = 7311;

    /** An option as the server holds it. */
    private static final class Holder<T> implements Option<T> {
        private final OptionSpec<T> spec;
        private T value;

        Holder(OptionSpec<T> spec) {
            this.spec = spec;
            this.value = spec.defaultValue();
        }

        @Override
        public OptionSpec<T> spec() {
            return spec;
        }

        @Override
        public T value() {
            return value;
        }

        /** What CONFIG SET does. */
        void set(String... words) throws OptionError {
            T before = value;
            T parsed = spec.type().parse(List.of(words), before);
            spec.check(parsed);
            value = parsed;
            try {
                spec.apply(parsed);
            } catch (OptionError e) {
                value = before;
                spec.apply(before);
                throw e;
            }
        }
    }

    private final Map<String, Holder<?>> options = new TreeMap<>();
    private final TcpModule module = new TcpModule();
    private ConnectionType type;

    @BeforeEach
    void configure() {
        Registrar registrar = (Registrar) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[]{Registrar.class},
                (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "option" -> {
                            OptionSpec<?> spec = (OptionSpec<?>) arguments[0];
                            Holder<?> holder = new Holder<>(spec);
                            options.put(spec.name(), holder);
                            return holder;
                        }
                        case "connectionType" -> {
                            type = assertInstanceOf(ConnectionType.class, arguments[0]);
                            return null;
                        }
                        default -> throw new AssertionError(method);
                    }
                });
        module.configure(registrar);
    }

    @Test
    void declaresItsOptionsWithRedisDefaults() {
        assertEquals("transport-tcp", module.info().name());
        assertEquals("tcp", type.name());
        assertEquals(6379L, options.get("port").value());
        assertEquals(List.of("*", "-::*"), options.get("bind").value());
        assertEquals(511L, options.get("tcp-backlog").value());
        assertTrue(options.get("tcp-backlog").spec().isImmutable());
        assertEquals(300L, options.get("tcp-keepalive").value());
        assertEquals(10L, options.get("max-new-connections-per-cycle").value());
        options.values().forEach(o -> assertFalse(o.spec().doc().isEmpty(), o.spec().name()));
    }

    @Test
    void changesPortAndBindAtOnceOrNotAtAll() throws Exception {
        options.get("bind").set("127.0.0.1");
        options.get("port").set(Integer.toString(PORT));
        try (EventLoop loop = new EventLoop(t -> {
            throw new AssertionError(t);
        })) {
            List<Listener> listeners = type.listen(loop, c -> c.close());
            assertEquals("127.0.0.1:7310", show(listeners));
            options.get("port").set(Integer.toString(OTHER_PORT));
            assertEquals("127.0.0.1:7311", show(listeners));
            try (ServerSocket taken = new ServerSocket(PORT, 5, InetAddress.getByName("127.0.0.1"))) {
                OptionError e = assertThrows(OptionError.class, () -> options.get("port").set(Integer.toString(PORT)));
                assertEquals("Unable to listen on this port. Check server logs.", e.reason());
                assertEquals("127.0.0.1:7311", show(listeners));
                assertEquals(PORT, taken.getLocalPort());
            }
            OptionError e = assertThrows(OptionError.class, () -> options.get("bind").set("999.999.999.999"));
            assertEquals("Failed to bind to specified addresses.", e.reason());
            assertEquals("127.0.0.1:7311", show(listeners));
            options.get("bind").set("127.0.0.1", "127.0.0.2", "-192.0.2.77");
            assertEquals("127.0.0.1:7311 127.0.0.2:7311", show(listeners));
            options.get("bind").set("");
            assertEquals("", show(listeners));
            options.get("bind").set("*");
            options.get("port").set("0");
            assertEquals("", show(listeners));
            options.get("port").set(Integer.toString(PORT));
            assertEquals("*:7310", show(listeners));
            module.stop(StopReason.values()[0]);
            assertEquals("", show(listeners));
        }
    }

    @Test
    void refusesMoreThanSixteenAddresses() {
        OptionError e = assertThrows(OptionError.class,
                () -> options.get("bind").set(Collections.nCopies(17, "127.0.0.1").toArray(new String[0])));
        assertEquals("Too many bind addresses specified.", e.reason());
    }

    private static String show(List<Listener> listeners) {
        StringBuilder text = new StringBuilder();
        listeners.forEach(l -> text.append(text.isEmpty() ? "" : " ").append(l.address()).append(':').append(l.port()));
        return text.toString();
    }
}
