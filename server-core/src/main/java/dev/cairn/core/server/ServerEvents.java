package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Token;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.api.event.KeyListener;

/** Brings events to the modules that listen. Main thread; a listener that throws is logged and does not keep others from hearing. */
public final class ServerEvents {
    private static final Logger LOG = LoggerFactory.getLogger(ServerEvents.class);

    private final Map<Class<?>, List<Consumer<Object>>> listeners = new HashMap<>();
    private final FailureLog failures = new FailureLog(LOG);
    private final Map<KeyEventClass, List<KeyListener>> keyListeners = new EnumMap<>(KeyEventClass.class);

    /** Adds a listener of a class of events. */
    @SuppressWarnings("unchecked")
    public <E> void listen(Class<E> eventClass, Consumer<? super E> listener) {
        listeners.computeIfAbsent(eventClass, c -> new ArrayList<>()).add((Consumer<Object>) listener);
    }

    /** Adds a listener of key events. */
    public void listenKeys(Set<KeyEventClass> classes, KeyListener listener) {
        classes.forEach(c -> keyListeners.computeIfAbsent(c, x -> new ArrayList<>()).add(listener));
    }

    /** Forgets a listener of a class of events. */
    public <E> void forget(Class<E> eventClass, Consumer<? super E> listener) {
        List<Consumer<Object>> list = listeners.get(eventClass);
        if (list != null) {
            list.removeIf(l -> l.equals(listener));
        }
    }

    /** Forgets a listener of key events. */
    public void forgetKeys(Set<KeyEventClass> classes, KeyListener listener) {
        classes.forEach(c -> {
            List<KeyListener> list = keyListeners.get(c);
            if (list != null && list.removeIf(l -> l.equals(listener)) && list.isEmpty()) {
                keyListeners.remove(c);
            }
        });
    }

    /** Tells an event to those who listen to its class. */
    public void fire(Object event) {
        List<Consumer<Object>> list = listeners.get(classOf(event));
        if (list != null) {
            for (int i = 0; i < list.size(); i++) {
                try {
                    list.get(i).accept(event);
                } catch (RuntimeException | LinkageError | StackOverflowError e) {
                    failures.warn("A listener of " + classOf(event).getSimpleName() + " failed", e);
                }
            }
        }
    }

    private static Class<?> classOf(Object event) {
        return event instanceof Enum<?> e ? e.getDeclaringClass() : event.getClass();
    }

    /** Whether somebody listens to a class of key events. */
    boolean hears(KeyEventClass eventClass) {
        return !keyListeners.isEmpty() && keyListeners.containsKey(eventClass);
    }

    /** Tells what happened to a key. */
    void fireKey(int database, KeyEventClass eventClass, Token event, Bytes key) {
        if (keyListeners.isEmpty()) {
            return;
        }
        List<KeyListener> list = keyListeners.get(eventClass);
        if (list != null) {
            for (int i = 0; i < list.size(); i++) {
                try {
                    list.get(i).on(database, eventClass, event, key);
                } catch (RuntimeException | LinkageError | StackOverflowError e) {
                    failures.warn("A listener of key event '" + event + "' failed", e);
                }
            }
        }
    }
}
