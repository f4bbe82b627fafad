package dev.cairn.transport.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/** The little of ASN.1's DER that it takes to put a private key of an older format into PKCS#8. */
final class Der {
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xa0;
    private static final byte[] ZERO = {INTEGER, 1, 0};
    private static final byte[] RSA_ENCRYPTION = {0x06, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 0x05, 0};
    private static final byte[] EC_PUBLIC_KEY = {0x06, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

    private Der() {
    }

    /** Wraps an RSA key of PKCS#1. */
    static byte[] rsaToPkcs8(byte[] pkcs1) {
        return value(SEQUENCE, ZERO, value(SEQUENCE, RSA_ENCRYPTION), value(OCTET_STRING, pkcs1));
    }

    /** Wraps an EC key of SEC 1; empty if it does not name its curve or is no such key. */
    static Optional<byte[]> ecToPkcs8(byte[] sec1) {
        try {
            int at = start(sec1, 0);
            while (at < sec1.length && (sec1[at] & 0xff) != PARAMETERS) {
                at = start(sec1, at) + length(sec1, at);
            }
            if (at >= sec1.length) {
                return Optional.empty();
            }
            byte[] curve = Arrays.copyOfRange(sec1, start(sec1, at), start(sec1, at) + length(sec1, at));
            return Optional.of(value(SEQUENCE, ZERO, value(SEQUENCE, EC_PUBLIC_KEY, curve), value(OCTET_STRING, sec1)));
        } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Where the content of the value at {@code at} begins. */
    private static int start(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    /** How long the content is. */
    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = length << 8 | der[at + 2 + i] & 0xff;
        }
        if (length < 0 || length > der.length) {
            throw new IllegalArgumentException("longer than the whole");
        }
        return length;
    }

    private static byte[] value(int tag, byte[]... contents) {
        int length = Arrays.stream(contents).mapToInt(c -> c.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(length >>> 8 * i);
            }
        }
        for (byte[] content : contents) {
            out.writeBytes(content);
        }
        return out.toByteArray();
    }
}
