package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.ProgramName;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.standalone.console.CommandException;
import picocli.CommandLine.Mixin;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;

/**
 * The options of a command on a catalog that is there already. The warehouse is read as it lies there; nothing has to run.
 */
final class ExistingCatalog
{
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private WarehouseOption warehouse = new WarehouseOption();

    interface Work<T>
    {
        T with(ObjectStoreCatalog catalog)
                throws IOException;
    }

    String uri()
    {
        return warehouse.uri(data.path());
    }

    /**
     * @param verb what is done with the catalog, for messages
     */
    <T> T use(String verb, Work<T> work)
    {
        return use(verb, Absent.REFUSED, work);
    }

    /**
     * As {@link #use}, also on a warehouse that has no catalog yet.
     */
    <T> T useOrCreate(String verb, Work<T> work)
    {
        return use(verb, Absent.CREATED, work);
    }

    /**
     * As {@link #use}; a warehouse that has no catalog yet is looked at as if it had an empty one, and stays without.
     */
    <T> T useOrEmpty(String verb, Work<T> work)
    {
        return use(verb, Absent.EMPTY, work);
    }

    private enum Absent
    {
        REFUSED,
        CREATED,
        EMPTY,
    }

    private <T> T use(String verb, Absent absent, Work<T> work)
    {
        String uri = uri();
        Warehouse opened = WritersOfWarehouse.open(uri);
        try (ObjectStore _ = opened.store(); ObjectStoreCatalog catalog = open(opened)) {
            if (absent != Absent.CREATED && !catalog.exists()) {
                if (absent == Absent.EMPTY) {
                    return withEmpty(opened, work);
                }
                throw new CommandException("Cannot %s the catalog of %s: there is none".formatted(verb, uri));
            }
            return work.with(catalog);
        }
        catch (CommandException e) {
            throw e;
        }
        catch (IOException | RuntimeException e) {
            throw new CommandException("Cannot %s the catalog of %s: %s".formatted(verb, uri, e.getMessage()), e);
        }
    }

    private static ObjectStoreCatalog open(Warehouse warehouse)
    {
        return ObjectStoreCatalog.open("icegate", warehouse, new ObjectStoreFileIO(warehouse), Map.of(ProgramName.PROGRAM, "icegate"));
    }

    /**
     * The log of that catalog is in memory; files are those of the warehouse.
     */
    private static <T> T withEmpty(Warehouse warehouse, Work<T> work)
            throws IOException
    {
        Warehouse empty = new Warehouse(warehouse.root(), new MemoryObjectStore(InstantSource.system()));
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", empty, new ObjectStoreFileIO(warehouse), Map.of(ProgramName.PROGRAM, "icegate"))) {
            return work.with(catalog);
        }
    }
}
