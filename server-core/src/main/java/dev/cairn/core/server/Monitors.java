package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.List;

import dev.cairn.resp.NativeBytes;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/**
 * The clients that MONITOR shows every command that is executed, as one line each: time, database, sender, and the words in quotes. Main
 * thread.
 *
 * <p>A line is put together in a small buffer and handed to all monitors piece by piece, so that a command of many megabytes needs no
 * second copy but those that wait to be sent. Whoever reads too slowly is held to its output limits. Without monitors nothing is done.
 */
public final class Monitors {
    private static final int BUFFER = 4096;
    /** Most bytes of the buffer that one byte of an argument needs. */
    private static final int LONGEST = 4;
    private static final byte[] REDACTED = Ascii.bytes("\"(redacted)\"");
    private static final byte[] HEX = Ascii.bytes("0123456789abcdef");

    private final Server server;
    private final List<ServerClient> clients = new ArrayList<>();
    private final long buffer = Pages.map(BUFFER);
    private int length;

    Monitors(Server server) {
        this.server = server;
    }

    /** Whether somebody monitors. */
    public boolean active() {
        return !clients.isEmpty();
    }

    /** Shows a client all commands from now on. */
    public void add(ServerClient client) {
        client.monitoring = true;
        clients.add(client);
    }

    /** Shows a client nothing more. */
    public void remove(ServerClient client) {
        if (client.monitoring) {
            client.monitoring = false;
            clients.remove(client);
        }
    }

    /** Shows a command, without the arguments that its handler has redacted. */
    void show(ServerClient sender, ArgsView args, Redactions redactions) {
        head(sender);
        for (int i = 0; i < args.size(); i++) {
            if (i > 0) {
                put(' ');
            }
            if (redactions.contains(i)) {
                put(REDACTED);
            } else {
                quote(args.view(i));
            }
        }
        put('\r');
        put('\n');
        flush();
        for (int i = 0; i < clients.size(); i++) {
            server.clients().replied(clients.get(i));
        }
    }

    private void head(ServerClient sender) {
        long micros = server.clock().exactMicros();
        put('+');
        number(micros / 1_000_000);
        put('.');
        for (long digit = 100_000; digit > 0; digit /= 10) {
            put((int) ('0' + micros / digit % 10));
        }
        put(' ');
        put('[');
        number(sender.database());
        put(' ');
        String address = sender.address();
        int end = address.length();
        if (sender.local()) {
            put("unix:");
            end = address.lastIndexOf(':');
        }
        for (int i = 0; i < end; i++) {
            put(address.charAt(i));
        }
        put(']');
        put(' ');
    }

    private void put(int c) {
        if (length > BUFFER - LONGEST) {
            flush();
        }
        Memory.putByte(buffer + length++, c);
    }

    private void put(byte[] text) {
        for (byte b : text) {
            put(b);
        }
    }

    private void put(String text) {
        for (int i = 0; i < text.length(); i++) {
            put(text.charAt(i));
        }
    }

    private void number(long value) {
        if (value >= 10) {
            number(value / 10);
        }
        put((int) ('0' + value % 10));
    }

    /** Puts an argument between quotes, with escapes for what is not printable. */
    private void quote(NativeBytes b) {
        put('"');
        long end = b.address() + b.length();
        for (long p = b.address(); p < end; p++) {
            int c = Memory.getByte(p) & 0xff;
            switch (c) {
                case '"', '\\' -> escape(c);
                case '\n' -> escape('n');
                case '\r' -> escape('r');
                case '\t' -> escape('t');
                case 7 -> escape('a');
                case '\b' -> escape('b');
                default -> {
                    if (c >= ' ' && c <= '~') {
                        put(c);
                    } else {
                        escape('x');
                        put(HEX[c >>> 4]);
                        put(HEX[c & 15]);
                    }
                }
            }
        }
        put('"');
    }

    private void escape(int c) {
        put('\\');
        put(c);
    }

    private void flush() {
        for (int i = 0; i < clients.size(); i++) {
            ServerClient client = clients.get(i);
            if (!client.reply.muted()) {
                ReplyWriter to = client.executing > 0 || client.owesItself() ? server.clients().postponed(client) : client.reply;
                to.raw(buffer, length);
            }
        }
        length = 0;
    }

    void close() {
        Pages.unmap(buffer, BUFFER);
    }
}
