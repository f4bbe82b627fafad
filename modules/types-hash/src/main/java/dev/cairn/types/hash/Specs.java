package dev.cairn.types.hash;

import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;

/** What the declarations of all hash commands have in common. */
final class Specs {
    /** The complexity of a command that looks at each field that it names. */
    static final String EACH_FIELD = "O(N) where N is the number of fields that are named.";
    /** The complexity of a command that looks at one field. */
    static final String ONE_FIELD = "O(1)";

    private Specs() {
    }

    /** Begins the declaration of a command of the hash group. */
    static CommandSpec.Builder hash(String name, int arity) {
        return CommandSpec.of(name, arity).group(CommandGroup.HASH).acl(AclCategory.HASH);
    }
}
