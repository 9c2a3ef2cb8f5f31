package io.icegate.maintenance.year;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.maintenance.upkeep.Maintenance;
import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepSettings;
import io.icegate.wal.table.TableBootstrap;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.catalog.TableIdentifier;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The process that keeps the tables in order, and what an operator does to them.
 */
final class YearUpkeep
        implements AutoCloseable
{
    private final ObjectStoreCatalog catalog;
    private final Maintenance maintenance;
    private final List<UpkeepAction> actions = new ArrayList<>();

    /**
     * @param scratch folder for merges
     */
    YearUpkeep(YearWarehouse year, Path scratch)
    {
        this(year, scratch, UpkeepSettings.DEFAULT);
    }

    YearUpkeep(YearWarehouse year, Path scratch, UpkeepSettings settings)
    {
        this.catalog = year.catalog(year.warehouse, year.clock);
        this.maintenance = Maintenance.open(catalog, year.warehouse, settings.withCpuShare(1), scratch, year.random, year.clock, actions::add, Optional.empty());
    }

    /**
     * What was done since the last call.
     */
    List<UpkeepAction> takeActions()
    {
        List<UpkeepAction> taken = List.copyOf(actions);
        actions.clear();
        return taken;
    }

    void look()
    {
        catalog.state();
    }

    void round()
    {
        maintenance.round(() -> true);
    }

    void set(String name, Map<String, String> properties)
    {
        UpdateProperties update = catalog.loadTable(identifier(name)).updateProperties();
        properties.forEach(update::set);
        update.commit();
    }

    void drop(String name)
    {
        catalog.dropTable(identifier(name), false);
    }

    /**
     * Puts a new table in the place of one, which goes on under another name.
     */
    void swap(String name, String oldName)
    {
        TableBootstrap.createOrUpdate(catalog, YearReceiver.NAMESPACE, YearReceiver.shape(name + "_new"));
        rename(name, oldName);
        rename(name + "_new", name);
    }

    void rename(String from, String to)
    {
        catalog.renameTable(identifier(from), identifier(to));
    }

    private static TableIdentifier identifier(String name)
    {
        return TableIdentifier.of(YearReceiver.NAMESPACE, name);
    }

    @Override
    public void close()
            throws IOException
    {
        catalog.close();
    }
}
