package dev.cairn.core.db;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.data.DataType;

/** The Java objects that records of one database hold by handle, each with its type. Main thread. */
final class ObjectTable {
    private @Nullable Object[] objects = new Object[8];
    private @Nullable DataType[] types = new DataType[8];
    private int[] free = new int[8];
    private int freeCount;
    private int end;

    int add(DataType type, Object object) {
        int handle;
        if (freeCount > 0) {
            handle = free[--freeCount];
        } else {
            if (end == objects.length) {
                objects = Arrays.copyOf(objects, end * 2);
                types = Arrays.copyOf(types, end * 2);
            }
            handle = end++;
        }
        objects[handle] = object;
        types[handle] = type;
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
        types[handle] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = handle;
    }

    boolean isEmpty() {
        return end == freeCount;
    }

    /** Has the types release all objects. The table is not used any more. On main, or on the lane of lazy freeing. */
    void releaseAll() {
        for (int i = 0; i < end; i++) {
            DataType type = types[i];
            Object object = objects[i];
            if (type != null && object != null) {
                LazyFree.release(type, object);
            }
        }
    }
}
