package dev.cairn.testkit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the options that say {@code local} mean for clients in the same JVM. */
@Timeout(60)
class PermissionsTest {
    @Test
    void aClientInTheSameJvmIsLocal() {
        try (TestServer server = TestServer.with()
                .config("enable-module-command local", "enable-debug-command local", "enable-protected-configs local").start();
                TestClient client = server.client()) {
            client.expectError("MODULE UNLOAD nothing", "ERR Error unloading module: no such module with that name");
            client.expect("DEBUG SLEEP 0", "OK");
            client.expect("CONFIG SET dbfilename other.rdb", "OK");
        }
    }

    @Test
    void aClientThatItsConnectionSaysIsElsewhereIsNot() {
        try (TestServer server = TestServer.with()
                .config("protected-mode no", "enable-module-command local", "enable-debug-command local", "enable-protected-configs local")
                .start(); TestClient client = new TestClient(server.transport().connect(false))) {
            client.expectError("MODULE UNLOAD nothing", "ERR MODULE command not allowed. If the enable-module-command option");
            client.expectError("DEBUG SLEEP 0", "ERR DEBUG command not allowed. If the enable-debug-command option");
            client.expectError("CONFIG SET dbfilename other.rdb", "ERR CONFIG SET failed (possibly related to argument 'dbfilename')");
        }
    }
}
