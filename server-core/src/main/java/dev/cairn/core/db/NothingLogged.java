package dev.cairn.core.db;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Effects;

/** Effects that nobody wants to know, as long as there is neither a log nor a replica. */
final class NothingLogged implements Effects {
    static final Effects EFFECTS = new NothingLogged();

    private NothingLogged() {
    }

    @Override
    public Effects none() {
        return this;
    }

    @Override
    public boolean wanted() {
        return false;
    }

    @Override
    public Effects begin(int words) {
        return this;
    }

    @Override
    public Effects word(Bytes word) {
        return this;
    }

    @Override
    public Effects word(long number) {
        return this;
    }

    @Override
    public Effects command(Bytes... words) {
        return this;
    }
}
