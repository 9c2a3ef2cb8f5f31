package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.objectstore.Warehouse;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.exceptions.BadRequestException;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A server has one warehouse, and clients may name it, or a state of it. Whoever names another one is at the wrong server.
 */
final class WarehouseName
{
    /**
     * Stands for the warehouse of the server, for clients that must name one.
     */
    static final String ANY = "icegate";

    private static final List<String> POINTS = List.of("at-version", "at-timestamp");

    private WarehouseName() {}

    /**
     * The prefix of the paths that a client is to ask for; empty when it needs none.
     *
     * @param name {@value #ANY}, the location, or none; {@code live}; {@code at-version:NUMBER} or {@code at-timestamp:TIME}
     * @throws BadRequestException when it is none of these
     * @throws IllegalArgumentException when there is no such version yet
     * @throws org.apache.iceberg.exceptions.NotFoundException when its records were collected
     */
    static Optional<Prefix> prefix(ObjectStoreCatalog catalog, String name)
    {
        if (name.equals(Prefix.LIVE.text())) {
            return Optional.of(Prefix.LIVE);
        }
        for (String point : POINTS) {
            if (name.startsWith(point + ":")) {
                // a time is a version from here on: it stays the same, whatever is committed
                return Optional.of(Prefix.atVersion(catalog.at(Map.of("catalog." + point, name.substring(point.length() + 1))).state().version()));
            }
        }
        if (!name.isEmpty() && !name.equals(ANY) && !isSame(catalog.warehouse(), name)) {
            throw new BadRequestException(
                    "Cannot serve warehouse '%s': this server has one, which is called '%s' or by its location, or '%s' with the rows that wait in the WAL, or 'at-version:…' or 'at-timestamp:…' as it was",
                    name,
                    ANY,
                    Prefix.LIVE.text());
        }
        return Optional.empty();
    }

    private static boolean isSame(Warehouse warehouse, String name)
    {
        try {
            return Warehouses.canonical(name).equals(warehouse.root());
        }
        catch (IllegalArgumentException _) {
            return false;
        }
    }
}
