package io.icegate.server.access;

import java.util.Optional;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * Who sends a request, and for which tenants.
 *
 * @param name of the keys in the list of keys, for messages; keys of the same name are one another's successors
 * @param allTenants true when {@code tenants} does not matter
 * @param mayChange false when the key is for reading only
 */
public record Principal(String name, boolean allTenants, Set<String> tenants, boolean mayChange)
{
    /**
     * Everybody, where no keys are asked for.
     */
    public static final Principal ANYBODY = new Principal("", true, Set.of(), true);

    public Principal
    {
        requireNonNull(name, "name is null");
        tenants = Set.copyOf(tenants);
        if (allTenants != tenants.isEmpty()) {
            throw new IllegalArgumentException("Cannot create principal '%s': it needs all tenants, or some".formatted(name));
        }
    }

    public boolean isFor(String tenant)
    {
        return allTenants || tenants.contains(tenant);
    }

    /**
     * The tenant of a principal that has only one.
     */
    public Optional<String> onlyTenant()
    {
        return tenants.size() == 1 ? tenants.stream().findFirst() : Optional.empty();
    }
}
