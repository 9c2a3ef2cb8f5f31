package io.icegate.rest;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.ProgramName;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.StoreSelfCheck;
import io.icegate.objectstore.Warehouse;
import io.icegate.server.OperatorPages.Readiness;
import io.icegate.server.StoreHealth;
import io.icegate.warehouse.Warehouses;
import jakarta.annotation.PreDestroy;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * The catalog that a server answers from. The HTTP server depends on it, so it is closed when no request is left.
 */
final class ServedCatalog
{
    private final ObjectStoreCatalog catalog;
    private final ObjectStoreCatalog reading;
    private final Warehouse warehouse;
    private final StoreHealth health;

    private ServedCatalog(ObjectStoreCatalog catalog, ObjectStoreCatalog reading, Warehouse warehouse, StoreHealth health)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.reading = requireNonNull(reading, "reading is null");
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.health = requireNonNull(health, "health is null");
    }

    /**
     * @throws IllegalStateException when the store cannot hold a catalog
     */
    static ServedCatalog open(String location, Map<String, String> storeProperties, RestMetrics metrics, StoreHealth health)
    {
        Warehouse opened = Warehouses.open(location, storeProperties);
        Warehouse metered = new Warehouse(opened.root(), metrics.metered(opened.store(), health));
        try {
            StoreSelfCheck.verify(metered.store());
        }
        catch (IOException | RuntimeException e) {
            throw new IllegalStateException("Cannot use warehouse %s: %s".formatted(opened.root(), e.getMessage()), e);
        }
        ObjectStoreFileIO files = ObjectStoreFileIO.remembering(metered);
        ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", metered, files, Map.of(ProgramName.PROGRAM, "catalog-server"));
        // what commits remember is no proof that a file is still there, which whoever loads a table goes on to read
        return new ServedCatalog(catalog, catalog.withIo(files.verifying()), metered, health);
    }

    ObjectStoreCatalog catalog()
    {
        return catalog;
    }

    /**
     * The same catalog, whose tables are loaded only while their metadata is there.
     */
    ObjectStoreCatalog reading()
    {
        return reading;
    }

    Warehouse warehouse()
    {
        return warehouse;
    }

    /**
     * Not ready while the store fails. A server that gets no requests because of that asks the store itself.
     */
    Readiness readiness()
    {
        if (health.report().state() == StoreHealth.State.FAILS) {
            try {
                catalog.state();
            }
            catch (RuntimeException e) {
                return new Readiness(false, List.of("the store does not answer: " + e.getMessage()));
            }
        }
        return new Readiness(true, List.of());
    }

    @PreDestroy
    public void close()
            throws IOException
    {
        catalog.close();
        warehouse.store().close();
    }
}
