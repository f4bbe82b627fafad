package dev.cairn.transport.tls;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import java.util.function.BiFunction;

import dev.cairn.structures.LibC;
import dev.cairn.structures.SharedLibrary;

/**
 * Links the functions of a library of the system that may not be there, or be another than its name says. What is missing is no failure but
 * the {@link #problem}, to be asked for once all is linked. For the initialisation of one class.
 */
final class Linkage {
    private final Optional<SharedLibrary> library;
    private Optional<String> problem;

    /** Loads a library by its file's name. */
    Linkage(String name) {
        library = SharedLibrary.load(name);
        problem = library.isPresent() ? Optional.empty() : Optional.of("there is no " + name + " on this system");
    }

    /** Links a function that returns at once, see {@link SharedLibrary#function}. */
    MethodHandle function(String name) {
        return link(SharedLibrary::function, name);
    }

    /** Links a function that may wait or compute for long, see {@link SharedLibrary#blocking}. */
    MethodHandle blocking(String name) {
        return link(SharedLibrary::blocking, name);
    }

    /** The first thing that was missing. */
    Optional<String> problem() {
        return problem;
    }

    private MethodHandle link(BiFunction<SharedLibrary, String, MethodHandle> how, String function) {
        if (library.isPresent()) {
            try {
                return how.apply(library.get(), function);
            } catch (UnsupportedOperationException lacking) {
                problem = problem.or(() -> Optional.of(String.valueOf(lacking.getMessage())));
            }
        }
        return absent(function);
    }

    /** In place of a function that is not there: fails when it is called. */
    private static MethodHandle absent(String function) {
        MethodHandle fails = MethodHandles.throwException(long.class, IllegalStateException.class)
                .bindTo(new IllegalStateException(function + " is missing"));
        return MethodHandles.dropArguments(fails, 0, LibC.TYPE.parameterList());
    }
}
