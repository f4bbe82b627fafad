package dev.cairn.core.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.cairn.structures.Memory;

/**
 * Commands by name, ignoring case. Main thread.
 *
 * <p>A lookup must cost a few nanoseconds and make no String. A name's key is its length, its first eight bytes and its last eight, folded
 * to capitals eight bytes at a time; they overlap in names shorter than 16 bytes and determine them. Longer names are compared byte by
 * byte as well.
 *
 * <p>The keys stand in an open-addressing table, which is made anew at the first lookup after a command was added or removed. A command must not
 * cost more because it came late, as those of loaded modules do, so each is to stand in its own place: the table is sparse, and of the
 * multipliers of its hash function the one is taken that has the fewest commands meet, mostly none.
 */
public final class CommandTable {
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final int PLACES_PER_COMMAND = 16;

    private final Map<String, CommandEntry> byName = new LinkedHashMap<>();
    private long[] keys = {0, 0, 0, 0};
    private @Nullable CommandEntry[] entries = {null, null};
    private byte[][] names = {{}, {}};
    private long multiplier = MULTIPLIER;
    /** How far a product is shifted for its highest bits to be a place. */
    private int shift = Long.SIZE - 1;
    /** Whether the table is empty because it is to be made anew. */
    private boolean stale;

    /** The command with the name that stands in native memory, or null. */
    public @Nullable CommandEntry find(long address, int length) {
        if (length == 0 || length > 64) {
            return null;
        }
        long first = firstWord(address, length);
        long last = lastWord(address, length);
        int mask = entries.length - 1;
        for (int i = place(first, last, length);; i = i + 1 & mask) {
            CommandEntry e = entries[i];
            if (e == null) {
                return stale ? findAnew(address, length) : null;
            }
            if (keys[2 * i] == first && keys[2 * i + 1] == last && names[i].length == length
                    && (length <= 16 || matches(names[i], address))) {
                return e;
            }
        }
    }

    private @Nullable CommandEntry findAnew(long address, int length) {
        build();
        return find(address, length);
    }

    /** The command of a name in any case, or null. */
    public @Nullable CommandEntry find(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /** The command of a name in any case, {@code container|subcommand} included; null when there is none. */
    public @Nullable CommandEntry findByFullName(String name) {
        int bar = name.indexOf('|');
        if (bar < 0) {
            return find(name);
        }
        CommandEntry container = find(name.substring(0, bar));
        CommandTable subcommands = container == null ? null : container.subcommands();
        return subcommands == null ? null : subcommands.find(name.substring(bar + 1));
    }

    /** All commands in the order of their registration. */
    public Collection<CommandEntry> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** The names that commands are found by, with their commands: lower case, renamed ones under the new name. */
    public Map<String, CommandEntry> names() {
        return Collections.unmodifiableMap(byName);
    }

    /** Adds a command under a name; false when the name is taken. */
    boolean add(String name, CommandEntry entry) {
        if (byName.putIfAbsent(name.toLowerCase(Locale.ROOT), entry) != null) {
            return false;
        }
        clear();
        return true;
    }

    /** Removes a name; null when there was none. */
    @Nullable
    CommandEntry remove(String name) {
        CommandEntry e = byName.remove(name.toLowerCase(Locale.ROOT));
        clear();
        return e;
    }

    /** Removes all commands of a registration, subcommands of other modules' containers too. */
    void removeAll(Registration of) {
        byName.values().removeIf(e -> e.registration() == of);
        for (CommandEntry e : byName.values()) {
            CommandTable subs = e.subcommands();
            if (subs != null) {
                subs.removeAll(of);
            }
        }
        clear();
    }

    /** Has commands of a registration succeeded by others at the same names, in other modules' containers too; they go where nobody succeeds. */
    void succeed(Registration old, Function<CommandEntry, @Nullable CommandEntry> successor) {
        for (Map.Entry<String, CommandEntry> e : List.copyOf(byName.entrySet())) {
            CommandTable subs = e.getValue().subcommands();
            if (e.getValue().registration() == old) {
                CommandEntry next = successor.apply(e.getValue());
                if (next == null) {
                    byName.remove(e.getKey());
                } else {
                    byName.put(e.getKey(), next);
                }
            } else if (subs != null) {
                subs.succeed(old, successor);
            }
        }
        clear();
    }

    /** Lets the next lookup make the table anew. */
    private void clear() {
        shift = Long.SIZE - 1;
        keys = new long[4];
        entries = new CommandEntry[2];
        names = new byte[2][];
        stale = true;
    }

    private void build() {
        stale = false;
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, byName.size() * PLACES_PER_COMMAND - 1));
        int capacity = 1 << bits;
        shift = Long.SIZE - bits;
        keys = new long[2 * capacity];
        entries = new CommandEntry[capacity];
        names = new byte[capacity][];
        List<byte[]> all = new ArrayList<>();
        byName.keySet().forEach(name -> all.add(name.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8)));
        chooseMultiplier(all.stream().mapToLong(name -> mix(firstWord(name), lastWord(name), name.length)).toArray(), capacity);
        int n = 0;
        for (CommandEntry e : byName.values()) {
            byte[] name = all.get(n++);
            int i = place(firstWord(name), lastWord(name), name.length);
            while (entries[i] != null) {
                i = i + 1 & capacity - 1;
            }
            keys[2 * i] = firstWord(name);
            keys[2 * i + 1] = lastWord(name);
            entries[i] = e;
            names[i] = name;
        }
    }

    private void chooseMultiplier(long[] mixed, int capacity) {
        int fewest = Integer.MAX_VALUE;
        for (int i = 0; i < Long.SIZE && fewest > 0; i++) {
            long tried = Long.rotateLeft(MULTIPLIER, i) | 1;
            BitSet taken = new BitSet(capacity);
            int met = 0;
            for (long m : mixed) {
                int place = (int) (m * tried >>> shift);
                met += taken.get(place) ? 1 : 0;
                taken.set(place);
            }
            if (met < fewest) {
                fewest = met;
                multiplier = tried;
            }
        }
    }

    private int place(long first, long last, int length) {
        return (int) (mix(first, last, length) * multiplier >>> shift);
    }

    private static long mix(long first, long last, int length) {
        return first ^ Long.rotateLeft(last, 29) ^ length;
    }

    private static long firstWord(long address, int length) {
        return fold(length >= 8 ? Memory.getLong(address) : shortWord(address, length));
    }

    private static long lastWord(long address, int length) {
        return length > 8 ? fold(Memory.getLong(address + length - 8)) : 0;
    }

    /** The bytes of a name shorter than eight, from memory that ends with the name. */
    private static long shortWord(long address, int length) {
        if (length >= 4) {
            long low = Memory.getInt(address) & 0xffffffffL;
            long high = Memory.getInt(address + length - 4) & 0xffffffffL;
            return low | high << (length - 4) * 8;
        }
        long word = Memory.getByte(address) & 0xff;
        for (int i = 1; i < length; i++) {
            word |= (Memory.getByte(address + i) & 0xffL) << i * 8;
        }
        return word;
    }

    private static long firstWord(byte[] name) {
        long word = 0;
        for (int i = 0; i < Math.min(8, name.length); i++) {
            word |= (name[i] & 0xffL) << i * 8;
        }
        return word;
    }

    private static long lastWord(byte[] name) {
        if (name.length <= 8) {
            return 0;
        }
        long word = 0;
        for (int i = 0; i < 8; i++) {
            word |= (name[name.length - 8 + i] & 0xffL) << i * 8;
        }
        return word;
    }

    /** Makes capitals of the ASCII letters in a word of eight bytes. */
    private static long fold(long word) {
        long low = word & ~HIGH;
        long atLeastA = low + (0x80 - 'a') * ONES;
        long aboveZ = low + (0x7f - 'z') * ONES;
        long lower = atLeastA & ~aboveZ & ~word & HIGH;
        return word ^ lower >>> 2;
    }

    private static boolean matches(byte[] name, long address) {
        for (int i = 0; i < name.length; i++) {
            byte c = Memory.getByte(address + i);
            if ((c >= 'a' && c <= 'z' ? c - 32 : c) != name[i]) {
                return false;
            }
        }
        return true;
    }
}
