package io.icegate.rest.protocol;

import io.icegate.objectstore.Warehouse;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.exceptions.BadRequestException;

/**
 * A server has one warehouse, and clients may name it. Whoever names another one is at the wrong server.
 */
final class WarehouseName
{
    /**
     * Stands for the warehouse of the server, for clients that must name one.
     */
    static final String ANY = "icegate";

    private WarehouseName() {}

    static void verify(Warehouse warehouse, String name)
    {
        if (!name.isEmpty() && !name.equals(ANY) && !isSame(warehouse, name)) {
            throw new BadRequestException("Cannot serve warehouse '%s': this server has one, which is called '%s' or by its location, or '%s' with the rows that wait in the WAL", name, ANY, Routes.LIVE);
        }
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
