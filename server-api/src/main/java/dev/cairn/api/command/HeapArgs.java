package dev.cairn.api.command;

/** Arguments that outlive the command they came with. */
final class HeapArgs implements Args {
    private final Bytes[] words;

    HeapArgs(Args args) {
        words = new Bytes[args.size()];
        for (int i = 0; i < words.length; i++) {
            words[i] = args.at(i).retain();
        }
    }

    @Override
    public int size() {
        return words.length;
    }

    @Override
    public Bytes at(int i) {
        return words[i];
    }

    @Override
    public boolean is(int i, Token token) {
        return token.matches(words[i]);
    }

    @Override
    public Args retain() {
        return this;
    }
}
