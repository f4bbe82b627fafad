package dev.cairn.transport.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.invoke.MethodHandle;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.cairn.structures.LibC;

class LinkageTest {
    @Test
    void aLibraryThatLacksAFunctionIsAProblemThatNamesTheFirst() {
        Linkage libc = new Linkage("libc.so.6");
        assumeTrue(libc.problem().isEmpty(), () -> libc.problem().toString());
        MethodHandle present = libc.function("getpid");
        assertEquals(Optional.empty(), libc.problem());
        MethodHandle absent = libc.function("SSL_read");
        libc.blocking("SSL_write");
        assertEquals(Optional.of("libc.so.6 lacks SSL_read"), libc.problem());
        assertEquals(ProcessHandle.current().pid(), (int) LibC.call(present, LibC.newErrno(), 0, 0, 0, 0, 0, 0));
        AssertionError failure =
                assertThrows(AssertionError.class, () -> LibC.call(absent, LibC.newErrno(), 0, 0, 0, 0, 0, 0));
        assertEquals("java.lang.IllegalStateException: SSL_read is missing", String.valueOf(failure.getCause()));
    }

    @Test
    void aLibraryThatIsNotThereIsAProblem() {
        Linkage none = new Linkage("libof-no-system.so.7");
        none.function("SSL_read");
        assertEquals(Optional.of("there is no libof-no-system.so.7 on this system"), none.problem());
    }
}
