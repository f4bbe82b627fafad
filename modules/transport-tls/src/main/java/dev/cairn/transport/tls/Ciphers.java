package dev.cairn.transport.tls;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * OpenSSL's cipher lists, such as {@code ECDHE+AESGCM:!AES256} or {@code ECDHE-RSA-AES128-GCM-SHA256}, over the suites that this JVM has.
 * Any thread.
 *
 * <p>A list is read from left to right: a word adds the suites it names behind those that are there, {@code -word} takes them away,
 * {@code !word} takes them away for good, {@code +word} moves them to the end. Words joined by {@code +} name what all of them name. What
 * the JVM does not have is skipped, as OpenSSL does with what it was not built with.
 */
final class Ciphers {
    private static final String WITH = "_WITH_";

    private Ciphers() {
    }

    /**
     * The suites for TLS 1.2 that a list names, in its order; none if it names none of the JVM's.
     *
     * @param supported the suites that the JVM has, best first
     */
    static List<String> select(String list, List<String> supported) {
        List<String> available = supported.stream().filter(s -> s.contains(WITH)).toList();
        Set<String> chosen = new LinkedHashSet<>();
        Set<String> banned = new LinkedHashSet<>();
        for (String word : list.split("[:, ]+")) {
            if (word.isEmpty() || word.startsWith("@")) {
                continue;
            }
            char sign = word.charAt(0);
            List<String> named = named(sign == '!' || sign == '-' || sign == '+' ? word.substring(1) : word, available);
            switch (sign) {
                case '!' -> {
                    named.forEach(chosen::remove);
                    banned.addAll(named);
                }
                case '-' -> named.forEach(chosen::remove);
                case '+' -> {
                    List<String> moved = named.stream().filter(chosen::contains).toList();
                    moved.forEach(chosen::remove);
                    chosen.addAll(moved);
                }
                default -> named.stream().filter(s -> !banned.contains(s)).forEach(chosen::add);
            }
        }
        return List.copyOf(chosen);
    }

    private static List<String> named(String words, List<String> available) {
        List<String> named = new ArrayList<>(available);
        for (String word : words.split("\\+")) {
            named.removeIf(suite -> !matches(word, suite));
        }
        return named;
    }

    private static boolean matches(String word, String suite) {
        int with = suite.indexOf(WITH);
        String exchange = suite.substring(suite.indexOf('_') + 1, with); // such as ECDHE_RSA
        String cipher = suite.substring(with + WITH.length()); // such as AES_128_GCM_SHA256
        return switch (word) {
            case "DEFAULT", "ALL", "HIGH", "COMPLEMENTOFDEFAULT" -> !word.equals("COMPLEMENTOFDEFAULT");
            case "ECDHE", "EECDH", "kEECDH", "kECDHE" -> exchange.startsWith("ECDHE_");
            case "DHE", "EDH", "kEDH", "kDHE", "DH" -> exchange.startsWith("DHE_");
            case "RSA", "kRSA" -> exchange.equals("RSA");
            case "aRSA" -> exchange.endsWith("RSA");
            case "ECDSA", "aECDSA" -> exchange.endsWith("ECDSA");
            case "DSS", "aDSS" -> exchange.endsWith("DSS");
            case "AES" -> cipher.startsWith("AES_");
            case "AES128" -> cipher.startsWith("AES_128_");
            case "AES256" -> cipher.startsWith("AES_256_");
            case "AESGCM" -> cipher.contains("_GCM_");
            case "AESCBC" -> cipher.startsWith("AES_") && cipher.contains("_CBC_");
            case "CHACHA20" -> cipher.startsWith("CHACHA20_");
            case "3DES" -> cipher.startsWith("3DES_");
            case "SHA", "SHA1" -> cipher.endsWith("_SHA");
            case "SHA256" -> cipher.endsWith("_CBC_SHA256");
            case "SHA384" -> cipher.endsWith("_CBC_SHA384");
            case "TLSv1.2" -> cipher.contains("_GCM_") || cipher.endsWith("SHA256") || cipher.endsWith("SHA384");
            default -> word.equalsIgnoreCase(suite) || word.equals(openSslName(exchange, cipher));
        };
    }

    /** The name that OpenSSL has for a suite. */
    private static String openSslName(String exchange, String cipher) {
        String key = exchange.equals("RSA") ? "" : exchange.replace('_', '-') + "-";
        if (cipher.startsWith("CHACHA20_")) {
            return key + "CHACHA20-POLY1305";
        }
        if (cipher.equals("3DES_EDE_CBC_SHA")) {
            return key + "DES-CBC3-SHA";
        }
        return key + cipher.replaceFirst("AES_", "AES").replace("_CBC", "").replace('_', '-').toUpperCase(Locale.ROOT);
    }
}
