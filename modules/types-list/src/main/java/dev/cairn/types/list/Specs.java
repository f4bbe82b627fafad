package dev.cairn.types.list;

import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;

/** What the declarations of all list commands have in common. */
final class Specs {
    static final String PER_ELEMENT = "O(N) where N is the number of elements.";
    static final String CONSTANT = "O(1)";

    private Specs() {
    }

    /** Begins the declaration of a command of the list group. */
    static CommandSpec.Builder list(String name, int arity) {
        return CommandSpec.of(name, arity).group(CommandGroup.LIST).acl(AclCategory.LIST);
    }
}
