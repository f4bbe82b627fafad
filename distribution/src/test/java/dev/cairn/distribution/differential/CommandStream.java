package dev.cairn.distribution.differential;

/** The endless stream of random units over all implemented commands that a seed stands for. */
final class CommandStream {
    private final Dice dice;
    private final StringUnits strings;
    private final HashUnits hashes;
    private final GenericUnits generics;
    private final ListUnits lists;
    private final SortUnits sorts;
    private final TransactionUnits transactions;
    private final ConnectionUnits connections;
    private final ServerUnits servers;
    private final MalformedUnits malformed;
    private final PubSubUnits messages;

    CommandStream(long seed, int protocol) {
        dice = new Dice(seed);
        strings = new StringUnits(dice);
        hashes = new HashUnits(dice);
        generics = new GenericUnits(dice);
        lists = new ListUnits(dice);
        sorts = new SortUnits(dice);
        transactions = new TransactionUnits(dice, this::inTransaction);
        connections = new ConnectionUnits(dice, protocol);
        servers = new ServerUnits(dice);
        malformed = new MalformedUnits(dice);
        messages = new PubSubUnits(dice, protocol, () -> dice.chance(0.6) ? strings.next() : generics.next());
    }

    private Unit inTransaction() {
        return dice.chance(0.4) ? strings.next() : dice.chance(0.3) ? hashes.next() : dice.chance(0.5) ? lists.next() : generics.next();
    }

    Unit next() {
        int roll = dice.below(100);
        if (roll < 20) {
            return strings.next();
        }
        if (roll < 35) {
            return hashes.next();
        }
        if (roll < 50) {
            return dice.chance(0.9) ? lists.next() : sorts.next();
        }
        if (roll < 55) {
            return messages.next();
        }
        if (roll < 78) {
            return generics.next();
        }
        if (roll < 85) {
            return transactions.next();
        }
        if (roll < 90) {
            return connections.next();
        }
        return roll < 95 ? servers.next() : malformed.next();
    }
}
