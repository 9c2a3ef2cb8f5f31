package io.icegate.catalog;

import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * A table or view as the catalog knows it.
 *
 * @param uuid the UUID of the Iceberg table or view; it stays the same over renames
 * @param metadataLocation absolute location of the current {@code metadata.json}
 */
public record CatalogObject(ObjectKind kind, UUID uuid, String metadataLocation)
{
    public CatalogObject
    {
        requireNonNull(kind, "kind is null");
        requireNonNull(uuid, "uuid is null");
        requireNonNull(metadataLocation, "metadataLocation is null");
        if (metadataLocation.isEmpty()) {
            throw new IllegalArgumentException("Cannot describe %s %s: its metadata location is empty".formatted(kind.text(), uuid));
        }
    }
}
