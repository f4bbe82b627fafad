package dev.cairn.types.string;

import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;

/** What the declarations of all string commands have in common. */
final class Specs {
    private Specs() {
    }

    /** Begins the declaration of a command of the string group. */
    static CommandSpec.Builder string(String name, int arity) {
        return CommandSpec.of(name, arity).group(CommandGroup.STRING).acl(AclCategory.STRING);
    }
}
