package dev.cairn.core.db;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/** The Java objects that records of one database hold by handle. Main thread. */
final class ObjectTable {
    private @Nullable Object[] objects = new Object[8];
    private int[] free = new int[8];
    private int freeCount;
    private int end;

    int add(Object object) {
        int handle;
        if (freeCount > 0) {
            handle = free[--freeCount];
        } else {
            if (end == objects.length) {
                objects = Arrays.copyOf(objects, end * 2);
            }
            handle = end++;
        }
        objects[handle] = object;
        return handle;
    }

    Object get(int handle) {
        Object o = objects[handle];
        if (o == null) {
            throw new IllegalStateException("no object behind handle " + handle);
        }
        return o;
    }

    void remove(int handle) {
        objects[handle] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = handle;
    }
}
