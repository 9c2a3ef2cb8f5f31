package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.standalone.console.CommandException;
import picocli.CommandLine.Mixin;

import java.io.IOException;
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
        return useOrCreate(verb, false, work);
    }

    /**
     * As {@link #use}, also on a warehouse that has no catalog yet.
     *
     * @param mayCreate whether there need not be one
     */
    <T> T useOrCreate(String verb, boolean mayCreate, Work<T> work)
    {
        String uri = uri();
        Warehouse opened = WritersOfWarehouse.open(uri);
        try (ObjectStore _ = opened.store();
                ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", opened, new ObjectStoreFileIO(opened), Map.of())) {
            if (!mayCreate && !catalog.exists()) {
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
}
