package io.icegate.objectstore;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Pairs a root location, such as {@code s3://lake/wh} or {@code file:/data/wh}, with the store whose keys are relative to
 * it. Locations are compared to the letter, so a warehouse has one spelling.
 *
 * @param root without a trailing slash
 */
public record Warehouse(String root, ObjectStore store)
{
    public Warehouse
    {
        requireNonNull(root, "root is null");
        requireNonNull(store, "store is null");
        if (root.isEmpty() || root.endsWith("/")) {
            throw new IllegalArgumentException("Cannot use warehouse root '%s': it must not be empty nor end with '/'".formatted(root));
        }
    }

    /**
     * Absolute location of an object of this warehouse.
     */
    public String location(ObjectKey key)
    {
        return root + "/" + key.value();
    }

    /**
     * The key of a location inside this warehouse; empty when it lies elsewhere.
     */
    public Optional<ObjectKey> key(String location)
    {
        return location.startsWith(root + "/") ? Optional.of(new ObjectKey(location.substring(root.length() + 1))) : Optional.empty();
    }
}
