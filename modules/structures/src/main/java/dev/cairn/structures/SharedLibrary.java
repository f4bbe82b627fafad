package dev.cairn.structures;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * A library of the operating system other than the C library, loaded until the JVM ends. Any thread. Its functions are linked in the one
 * shape that {@link LibC} explains: at most six integers or addresses, no callbacks, no structures by value.
 */
public final class SharedLibrary {
    private final String name;
    private final SymbolLookup symbols;

    private SharedLibrary(String name, SymbolLookup symbols) {
        this.name = name;
        this.symbols = symbols;
    }

    /**
     * Loads a library.
     *
     * @param name the file's name with its version, such as {@code libssl.so.3}, which the system's loader looks for where it does
     * @return nothing if there is none
     */
    public static Optional<SharedLibrary> load(String name) {
        try {
            return Optional.of(new SharedLibrary(name, SymbolLookup.libraryLookup(name, Arena.global())));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // the loader does not find it, or cannot load it
        }
    }

    /**
     * Links a function that returns at once, see {@link LibC#function}.
     *
     * @throws UnsupportedOperationException if the library lacks it
     */
    public MethodHandle function(String function) {
        return Linker.nativeLinker().downcallHandle(symbol(function), LibC.SHAPE, LibC.ERRNO, LibC.CRITICAL);
    }

    /**
     * Links a function that may wait or compute for long, see {@link LibC#blocking}.
     *
     * @throws UnsupportedOperationException if the library lacks it
     */
    public MethodHandle blocking(String function) {
        return Linker.nativeLinker().downcallHandle(symbol(function), LibC.SHAPE, LibC.ERRNO);
    }

    private MemorySegment symbol(String function) {
        return symbols.find(function).orElseThrow(() -> new UnsupportedOperationException(name + " lacks " + function));
    }
}
