package io.icegate.catalog;

import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * One change inside a transaction of the catalog log.
 */
public sealed interface CatalogChange
{
    /**
     * A table or view is created (nothing before), moved to other metadata, or dropped (nothing after). A rename is a
     * drop and a create of the same UUID in one transaction.
     *
     * @param before metadata location that this change replaces
     * @param after metadata location from now on
     */
    record ObjectChange(TableIdentifier identifier, ObjectKind kind, UUID uuid, Optional<String> before, Optional<String> after)
            implements CatalogChange
    {
        public ObjectChange
        {
            requireNonNull(identifier, "identifier is null");
            requireNonNull(kind, "kind is null");
            requireNonNull(uuid, "uuid is null");
            requireNonNull(before, "before is null");
            requireNonNull(after, "after is null");
            if (before.isEmpty() && after.isEmpty()) {
                throw new IllegalArgumentException("Cannot describe the change of %s: it has neither a before nor an after".formatted(identifier));
            }
        }
    }

    /**
     * A namespace gets a new set of properties, or is dropped.
     *
     * @param properties all properties from now on; empty when the namespace is dropped
     */
    record NamespaceChange(Namespace namespace, Optional<Map<String, String>> properties)
            implements CatalogChange
    {
        public NamespaceChange
        {
            requireNonNull(namespace, "namespace is null");
            properties = properties.map(Map::copyOf);
        }
    }
}
