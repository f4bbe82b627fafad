package dev.cairn.core.commands;

import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;

/** What the declarations of all commands on keys of any type have in common. */
final class GenericSpecs {
    /** The complexity of a command whose work does not depend on what it works on. */
    static final String CONSTANT = "O(1)";

    private GenericSpecs() {
    }

    /** Begins the declaration of a command of the generic group. */
    static CommandSpec.Builder generic(String name, int arity) {
        return CommandSpec.of(name, arity).group(CommandGroup.GENERIC).acl(AclCategory.KEYSPACE);
    }
}
