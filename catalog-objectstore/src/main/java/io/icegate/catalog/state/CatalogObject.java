package io.icegate.catalog.state;

import java.util.Set;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * A table or view as the catalog knows it.
 *
 * @param uuid the UUID of the Iceberg table or view; it stays the same over renames
 * @param metadataLocation absolute location of the current {@code metadata.json}
 * @param folders belong to it alone as long as it exists: its location, where its properties put data and metadata, and
 *         what those were before; no folder of another table or view is the same, inside or around
 */
public record CatalogObject(ObjectKind kind, UUID uuid, String metadataLocation, Set<String> folders)
{
    public CatalogObject
    {
        requireNonNull(kind, "kind is null");
        requireNonNull(uuid, "uuid is null");
        requireNonNull(metadataLocation, "metadataLocation is null");
        folders = Folders.of(folders).paths();
        if (metadataLocation.isEmpty()) {
            throw new IllegalArgumentException("Cannot describe %s %s: its metadata location is empty".formatted(kind.text(), uuid));
        }
        if (folders.isEmpty()) {
            throw new IllegalArgumentException("Cannot describe %s %s: it has no folder".formatted(kind.text(), uuid));
        }
    }
}
