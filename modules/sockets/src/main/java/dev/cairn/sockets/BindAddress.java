package dev.cairn.sockets;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A word of the option {@code bind}.
 *
 * @param host the address, a name, {@code *} for all IPv4 addresses or {@code ::*} for all IPv6 ones
 * @param optional whether it may be unavailable: a {@code -} in front
 */
record BindAddress(String host, boolean optional) {
    private static final String UNKNOWN = "Name or service not known";

    static BindAddress of(String word) {
        return word.startsWith("-") ? new BindAddress(word.substring(1), true) : new BindAddress(word, false);
    }

    /** Whether a colon in it makes it IPv6. */
    boolean six() {
        return host.indexOf(':') >= 0;
    }

    /** Finds the address; names are looked up, which can take time. */
    Endpoint resolve(int port) throws UnknownHostException {
        if (host.equals("*")) {
            return new Endpoint(false, 0, 0, 0, port);
        }
        if (host.equals("::*")) {
            return new Endpoint(true, 0, 0, 0, port);
        }
        // What looks like an IPv4 address and is none would be looked up as a name, at length.
        boolean digits = host.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9');
        if (host.isEmpty() || digits && !literal4()) {
            throw new UnknownHostException(UNKNOWN);
        }
        InetAddress[] all;
        try {
            all = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            UnknownHostException unknown = new UnknownHostException(UNKNOWN);
            unknown.initCause(e);
            throw unknown;
        }
        for (InetAddress a : all) {
            if (six() && a instanceof Inet6Address v6) {
                return Endpoint.of(v6.getAddress(), v6.getScopeId(), port);
            }
            if (!six() && a instanceof Inet4Address) {
                return Endpoint.of(a.getAddress(), 0, port);
            }
        }
        throw new UnknownHostException(UNKNOWN);
    }

    private boolean literal4() {
        String[] parts = host.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty() || part.length() > 3 || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }
}
