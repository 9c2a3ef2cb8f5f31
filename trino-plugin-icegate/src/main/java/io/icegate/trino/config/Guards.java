package io.icegate.trino.config;

import java.util.Set;

/**
 * The guards that are in force: all of them, outside tests.
 */
public record Guards(Set<Guard> disabled)
{
    public Guards
    {
        disabled = Set.copyOf(disabled);
    }

    public boolean on(Guard guard)
    {
        return !disabled.contains(guard);
    }
}
