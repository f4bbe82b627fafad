package dev.cairn.api.event;

import java.util.Set;

/**
 * Options were changed at run time.
 *
 * @param names their names
 */
public record OptionsChanged(Set<String> names) {
    public OptionsChanged {
        names = Set.copyOf(names);
    }
}
