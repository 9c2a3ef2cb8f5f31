package io.icegate.trino.upkeep;

import com.google.inject.Inject;
import io.icegate.maintenance.doctor.Doctor;
import io.icegate.maintenance.doctor.DoctorThresholds;
import io.icegate.maintenance.doctor.Finding;
import io.icegate.maintenance.upkeep.Maintenance;
import io.icegate.maintenance.upkeep.StatementFolder;
import io.icegate.maintenance.upkeep.TableAction;
import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepStatuses;
import io.icegate.objectstore.Warehouse;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.catalog.SharedCatalog;
import io.icegate.trino.live.WalReads;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.TableNotFoundException;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Examines tables and keeps them in order, on the node that is asked.
 */
public final class TableUpkeep
{
    private final Doctor doctor = new Doctor(DoctorThresholds.DEFAULT, InstantSource.system());
    private final SecureRandom random = new SecureRandom();
    private final SharedCatalog catalog;
    private final Warehouse warehouse;
    private final WalReads walReads;

    @Inject
    TableUpkeep(SharedCatalog catalog, Warehouse warehouse, WalReads walReads)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.walReads = requireNonNull(walReads, "walReads is null");
    }

    /**
     * Returns what a table needs, the worst first. What cannot be read is a finding.
     */
    public List<Finding> examine(IceGateTrinoCatalog tables, ConnectorSession session, SchemaTableName name)
    {
        return doctor.examine(
                TableIdentifier.of(Namespace.of(name.getSchemaName()), name.getTableName()),
                () -> {
                    try {
                        return tables.readOnlyTable(session, name);
                    }
                    catch (TableNotFoundException e) {
                        throw new NoSuchTableException(e, "Table does not exist: %s", name);
                    }
                },
                walReads.wal(),
                new UpkeepStatuses(warehouse.store()));
    }

    /**
     * Returns what was done last to a table, by whatever process.
     */
    public List<TableAction> actions(IceGateTrinoCatalog tables, SchemaTableName name)
    {
        UpkeepStatuses statuses = new UpkeepStatuses(warehouse.store());
        return tables.tableUuid(name)
                .map(uuid -> statuses.actions(TableIdentifier.of(Namespace.of(name.getSchemaName()), name.getTableName()), uuid))
                .orElse(List.of());
    }

    /**
     * Does what is due now in one table that takes segments.
     *
     * @return what was done and what failed, in order
     */
    public List<UpkeepAction> keep(Table table)
    {
        try (StatementFolder scratch = StatementFolder.create();
                Maintenance maintenance = Maintenance.open(catalog.get(), warehouse, scratch.path(), random, InstantSource.system(), _ -> {})) {
            return maintenance.keep(table, () -> !Thread.currentThread().isInterrupted());
        }
    }
}
