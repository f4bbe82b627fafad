package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;

import org.junit.jupiter.api.Test;

class SharedLibraryTest {
    private static SharedLibrary libc() {
        Optional<SharedLibrary> libc = SharedLibrary.load("libc.so.6");
        assumeTrue(libc.isPresent(), "the C library is not glibc");
        return libc.orElseThrow();
    }

    @Test
    void callsFunctionsOfALibrary() {
        long pid = ProcessHandle.current().pid();
        assertEquals(pid, (int) LibC.call(libc().function("getpid"), LibC.newErrno(), 0, 0, 0, 0, 0, 0));
        assertEquals(pid, (int) LibC.call(libc().blocking("getpid"), LibC.newErrno(), 0, 0, 0, 0, 0, 0));
    }

    @Test
    void saysWhatIsMissing() {
        assertTrue(SharedLibrary.load("libof-no-system.so.7").isEmpty());
        SharedLibrary libc = libc();
        assertEquals("libc.so.6 lacks no_such_function",
                assertThrows(UnsupportedOperationException.class, () -> libc.function("no_such_function")).getMessage());
    }
}
