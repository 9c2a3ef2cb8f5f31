package io.icegate.catalog.state;

import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * One change inside a transaction of the catalog log.
 */
public sealed interface CatalogChange
{
    /**
     * Creates a table or view (nothing before), moves it to other metadata, or drops it (nothing after). A rename is a drop and
     * a create of the same UUID in one transaction.
     *
     * @param before metadata location that this change replaces
     * @param after metadata location from now on
     * @param folders that belong to it alone from now on; none when it is dropped
     */
    record ObjectChange(TableIdentifier identifier, ObjectKind kind, UUID uuid, Optional<String> before, Optional<String> after, Set<String> folders)
            implements CatalogChange
    {
        public ObjectChange
        {
            requireNonNull(identifier, "identifier is null");
            requireNonNull(kind, "kind is null");
            requireNonNull(uuid, "uuid is null");
            requireNonNull(before, "before is null");
            requireNonNull(after, "after is null");
            folders = Folders.of(folders).paths();
            if (folders.isEmpty() == after.isPresent()) {
                throw new IllegalArgumentException("Cannot describe the change of %s: it has %s folders afterwards".formatted(identifier, folders.size()));
            }
            if (before.isEmpty() && after.isEmpty()) {
                throw new IllegalArgumentException("Cannot describe the change of %s: it has neither a before nor an after".formatted(identifier));
            }
        }

        /**
         * Whether it was there before and is there afterwards.
         */
        public boolean isMove()
        {
            return before.isPresent() && after.isPresent();
        }
    }

    /**
     * Gives a namespace a new set of properties, or drops it.
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
