package dev.cairn.transport.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Private keys as OpenSSL writes them; made by {@code openssl}, without which the tests are skipped. */
class PemTest {
    @TempDir Path folder;

    private Path openssl(String name, String arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("openssl"));
        line.addAll(List.of(arguments.split(" ")));
        line.addAll(List.of("-out", name));
        Process process;
        try {
            process = new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "openssl is not installed");
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return folder.resolve(name);
    }

    private byte[] plain(String file) throws IOException {
        return Pem.key(folder.resolve(file), "").getEncoded();
    }

    private void sameKey(String expected, Path file, String password) throws IOException {
        assertEquals(java.util.HexFormat.of().formatHex(plain(expected)),
                java.util.HexFormat.of().formatHex(Pem.key(file, password).getEncoded()));
    }

    @Test
    void readsRsaKeysInBothFormats() throws Exception {
        openssl("rsa", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048");
        sameKey("rsa", openssl("pkcs1", "rsa -in rsa -traditional"), "");
    }

    @Test
    void readsEcKeysInBothFormats() throws Exception {
        openssl("ec", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
        assertEquals("EC", Pem.key(openssl("sec1", "ec -in ec"), "").getAlgorithm());
        assertTrue(Files.readString(folder.resolve("sec1")).contains("EC PRIVATE KEY"));
        assertEquals("EC", Pem.key(openssl("parameters", "ecparam -name secp384r1 -genkey"), "").getAlgorithm());
    }

    @Test
    void readsEd25519Keys() throws Exception {
        assertEquals("EdDSA", Pem.key(openssl("ed", "genpkey -algorithm ED25519"), "").getAlgorithm());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-v2 aes-256-cbc", "-v2 aes-128-cbc -v2prf hmacWithSHA1", "-v2 aes-256-cbc -v2prf hmacWithSHA512"})
    void decryptsPkcs8(String how) throws Exception {
        openssl("rsa", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048");
        Path encrypted = openssl("encrypted", "pkcs8 -topk8 -in rsa " + how + " -passout pass:open-sesame");
        sameKey("rsa", encrypted, "open-sesame");
        IOException e = assertThrows(IOException.class, () -> Pem.key(encrypted, "wrong"));
        assertTrue(e.getMessage().contains("is tls-key-file-pass right?"), e::getMessage);
        e = assertThrows(IOException.class, () -> Pem.key(encrypted, ""));
        assertTrue(e.getMessage().endsWith("the private key is encrypted and there is no tls-key-file-pass"), e::getMessage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-aes128", "-aes192", "-aes256", "-des3"})
    void decryptsTheOlderFormat(String cipher) throws Exception {
        openssl("rsa", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048");
        Path encrypted = openssl("encrypted", "rsa -in rsa -traditional " + cipher + " -passout pass:open-sesame");
        sameKey("rsa", encrypted, "open-sesame");
        assertThrows(IOException.class, () -> Pem.key(encrypted, "wrong"));
    }

    @Test
    void saysWhatIsWrongWithAFile() throws Exception {
        Path file = folder.resolve("file");
        assertEquals(file + ": No such file or directory", assertThrows(IOException.class, () -> Pem.key(file, "")).getMessage());
        Files.writeString(file, "hello");
        assertEquals(file + ": no private key in it", assertThrows(IOException.class, () -> Pem.key(file, "")).getMessage());
        assertEquals(file + ": no certificate in it", assertThrows(IOException.class, () -> Pem.certificates(file)).getMessage());
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
        assertEquals(file + ": PRIVATE KEY has no end", assertThrows(IOException.class, () -> Pem.key(file, "")).getMessage());
        for (String type : List.of("PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY")) {
            for (String body : List.of("AAAA", "????", "MIGE", "", "MIID")) {
                Files.writeString(file, "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
                assertThrows(IOException.class, () -> Pem.key(file, "password"), () -> type + " " + body);
            }
        }
        Files.writeString(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThrows(IOException.class, () -> Pem.certificates(file));
    }
}
