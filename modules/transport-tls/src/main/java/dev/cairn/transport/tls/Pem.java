package dev.cairn.transport.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Certificates and private keys of PEM files, as OpenSSL writes them: keys in PKCS#8, encrypted or not, and RSA and EC keys in their older
 * formats, encrypted or not. Any thread.
 */
final class Pem {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String TAIL = "-----";
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");
    private static final int SALT = 8;
    private static final int LARGEST_FILE = 16 << 20;

    private Pem() {
    }

    /** A block of a file. */
    private record Block(String type, Map<String, String> headers, byte[] bytes) {
    }

    /** All certificates of a file, at least one, in their order. */
    static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks(file)) {
            if (block.type.equals("CERTIFICATE") || block.type.equals("X509 CERTIFICATE") || block.type.equals("TRUSTED CERTIFICATE")) {
                try {
                    found.add((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.bytes)));
                } catch (CertificateException e) {
                    throw new IOException(file + ": a certificate that cannot be read: " + e.getMessage(), e);
                }
            }
        }
        if (found.isEmpty()) {
            throw new IOException(file + ": no certificate in it");
        }
        return found;
    }

    /**
     * The first private key of a file.
     *
     * @param password empty for none
     */
    static PrivateKey key(Path file, String password) throws IOException {
        for (Block block : blocks(file)) {
            if (block.type.endsWith("PRIVATE KEY")) {
                try {
                    return key(pkcs8(block, password));
                } catch (GeneralSecurityException e) {
                    String hint = password.isEmpty() ? "" : "; is tls-key-file-pass right?";
                    throw new IOException(file + ": the private key cannot be read: " + e.getMessage() + hint, e);
                } catch (IOException e) {
                    throw new IOException(file + ": " + e.getMessage(), e);
                }
            }
        }
        throw new IOException(file + ": no private key in it");
    }

    private static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                continue; // a key of another algorithm
            }
        }
        throw new InvalidKeySpecException("it is no key of " + KEY_ALGORITHMS);
    }

    private static byte[] pkcs8(Block block, String password) throws GeneralSecurityException, IOException {
        if (block.type.equals("ENCRYPTED PRIVATE KEY")) {
            return decrypt(new EncryptedPrivateKeyInfo(block.bytes), needed(password));
        }
        String encryption = block.headers.get("DEK-Info");
        byte[] bytes = encryption == null ? block.bytes : decrypt(block.bytes, encryption, needed(password));
        return switch (block.type) {
            case "RSA PRIVATE KEY" -> Der.rsaToPkcs8(bytes);
            case "EC PRIVATE KEY" -> Der.ecToPkcs8(bytes).orElseThrow(() -> new InvalidKeySpecException("it does not name its curve"));
            default -> bytes;
        };
    }

    private static String needed(String password) throws IOException {
        if (password.isEmpty()) {
            throw new IOException("the private key is encrypted and there is no tls-key-file-pass");
        }
        return password;
    }

    private static byte[] decrypt(EncryptedPrivateKeyInfo info, String password) throws GeneralSecurityException {
        // The parameters of PBES2 print as the name of its scheme, which the algorithm's own name does not tell.
        String scheme = info.getAlgName().equals("PBES2") || info.getAlgName().startsWith("1.2.840.113549.1.5.13")
                ? info.getAlgParameters().toString()
                : info.getAlgName();
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray());
        try {
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(Cipher.DECRYPT_MODE, SecretKeyFactory.getInstance(scheme).generateSecret(spec), info.getAlgParameters());
            return info.getKeySpec(cipher).getEncoded();
        } finally {
            spec.clearPassword();
        }
    }

    /** Decrypts as OpenSSL's older format has it: the header names the cipher and its initial vector, which is also the salt. */
    private static byte[] decrypt(byte[] bytes, String header, String password) throws GeneralSecurityException {
        String[] parts = header.split(",", 2);
        byte[] iv;
        try {
            iv = HexFormat.of().parseHex(parts.length == 2 ? parts[1].strip() : "");
        } catch (IllegalArgumentException e) {
            throw new InvalidKeySpecException("its DEK-Info is malformed", e);
        }
        String algorithm = parts[0].startsWith("AES-") ? "AES" : "DESede";
        int length = switch (parts[0].strip()) {
            case "AES-128-CBC" -> 16;
            case "AES-192-CBC", "DES-EDE3-CBC" -> 24;
            case "AES-256-CBC" -> 32;
            default -> throw new InvalidKeySpecException("it is encrypted by " + parts[0] + ", which is not supported");
        };
        if (iv.length < SALT) {
            throw new InvalidKeySpecException("its DEK-Info is malformed");
        }
        MessageDigest digest = MessageDigest.getInstance("MD5"); // what the format prescribes
        byte[] secret = password.getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[length];
        byte[] hash = {};
        for (int done = 0; done < length; done += hash.length) {
            digest.update(hash);
            digest.update(secret);
            digest.update(iv, 0, SALT);
            hash = digest.digest();
            System.arraycopy(hash, 0, key, done, Math.min(hash.length, length - done));
        }
        Cipher cipher = Cipher.getInstance(algorithm + "/CBC/PKCS5Padding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, algorithm), new IvParameterSpec(iv));
        return cipher.doFinal(bytes);
    }

    private static List<Block> blocks(Path file) throws IOException {
        String text;
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new IOException(file + ": too large for a PEM file");
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": No such file or directory", e);
        }
        List<Block> blocks = new ArrayList<>();
        List<String> lines = text.lines().map(String::strip).toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith(BEGIN) && line.endsWith(TAIL)) {
                String type = line.substring(BEGIN.length(), line.length() - TAIL.length());
                int end = lines.subList(i, lines.size()).indexOf(END + type + TAIL);
                if (end < 0) {
                    throw new IOException(file + ": " + type + " has no end");
                }
                blocks.add(block(file, type, lines.subList(i + 1, i + end)));
                i += end;
            }
        }
        return blocks;
    }

    private static Block block(Path file, String type, List<String> lines) throws IOException {
        Map<String, String> headers = new HashMap<>();
        StringBuilder base64 = new StringBuilder();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
            } else {
                base64.append(line);
            }
        }
        try {
            return new Block(type, headers, Base64.getDecoder().decode(base64.toString()));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + type + " is no base64: " + e.getMessage(), e);
        }
    }
}
