package dev.cairn.core.server;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** How those of a newer version take the place of those of an older one, where an order counts. */
public final class Succession {
    private Succession() {
    }

    /** Puts some in the place where the first of others stands, which go; at the end when there are no others. */
    public static <T> void exchange(List<T> all, Collection<? extends T> leaving, Collection<? extends T> coming) {
        Set<T> gone = Collections.newSetFromMap(new IdentityHashMap<>());
        gone.addAll(leaving);
        int at = 0;
        while (at < all.size() && !gone.contains(all.get(at))) {
            at++;
        }
        all.removeIf(gone::contains);
        all.addAll(at, coming);
    }
}
