package io.icegate.spark;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.ProgramName;
import io.icegate.spark.procedures.IceGateProcedure;
import io.icegate.spark.procedures.IceGateProcedures;
import io.icegate.spark.procedures.ProcedureTables;
import io.icegate.wal.engine.EngineWal;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.spark.SparkCatalog;
import org.apache.iceberg.spark.source.SparkTable;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.catalog.TableInfo;
import org.apache.spark.sql.connector.catalog.TableWritePrivilege;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * Iceberg's Spark catalog on {@link ObjectStoreCatalog}: {@code spark.sql.catalog.<name>=io.icegate.spark.IceGateSparkCatalog}
 * with {@code warehouse} and, for S3, {@code s3.…} properties. Its {@code system} namespace has the procedures of IceGate
 * beside Iceberg's own. A statement cannot move the WAL's offsets of a table: the commit guard of the {@code wal} module is
 * asked before every commit.
 *
 * <p>A statement that writes commits the rows that wait in the table's WAL first, so that it sees every row that was
 * acknowledged before it. If that cannot be done, because the table was rolled back, every write is refused alike.
 */
public class IceGateSparkCatalog
        extends SparkCatalog
{
    private static final Set<TableWritePrivilege> ADDS_ROWS = Set.of(TableWritePrivilege.INSERT);

    private @Nullable ObjectStoreCatalog rawCatalog;
    private @Nullable WalTables walTables;
    private @Nullable IceGateProcedures procedures;

    @Override
    protected Catalog buildIcebergCatalog(String name, CaseInsensitiveStringMap options)
    {
        Map<String, String> properties = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        properties.putAll(options.asCaseSensitiveMap());
        properties.remove(CatalogUtil.ICEBERG_CATALOG_TYPE);
        String configured = properties.put(CatalogProperties.CATALOG_IMPL, ObjectStoreCatalog.class.getName());
        if (configured != null && !configured.equals(ObjectStoreCatalog.class.getName())) {
            throw new IllegalArgumentException("Cannot use catalog-impl '%s' in catalog '%s': IceGateSparkCatalog has its own".formatted(configured, name));
        }
        if (!properties.containsKey(CatalogProperties.WAREHOUSE_LOCATION)) {
            throw new IllegalArgumentException("Cannot open catalog '%1$s': spark.sql.catalog.%1$s.warehouse is not set".formatted(name));
        }
        RuntimeVersion.check(name);
        properties.putIfAbsent(ProgramName.PROGRAM, "spark");
        // kept here, because icebergCatalog() answers from a cache unless cache-enabled is false
        ObjectStoreCatalog catalog = (ObjectStoreCatalog) super.buildIcebergCatalog(name, new CaseInsensitiveStringMap(properties));
        walTables = new WalTables(catalog);
        procedures = new IceGateProcedures(new ProcedureTables(this, catalog), walTables.wal(), walTables.heldTables());
        rawCatalog = catalog;
        return catalog;
    }

    @Override
    public Table loadTable(Identifier identifier)
            throws NoSuchTableException
    {
        Table table = super.loadTable(identifier);
        TableIdentifier name = buildIdentifier(identifier);
        return isWalTable(table, name) ? new WalSparkTable(((SparkTable) table).table(), name, walTables(), false) : table;
    }

    @Override
    public Table loadTable(Identifier identifier, Set<TableWritePrivilege> writePrivileges)
            throws NoSuchTableException
    {
        if (!ADDS_ROWS.containsAll(writePrivileges)) {
            walTables().holdForStatement(buildIdentifier(identifier));
        }
        if (walTables().drain(buildIdentifier(identifier))) {
            invalidateTable(identifier);
        }
        Table table = super.loadTable(identifier, writePrivileges);
        return table instanceof WalSparkTable walTable ? walTable.drained() : table;
    }

    /**
     * Metadata tables, branches and states of the past are Iceberg's own.
     */
    private boolean isWalTable(Table table, TableIdentifier name)
    {
        return table instanceof SparkTable sparkTable
                && sparkTable.table() instanceof BaseTable iceberg
                && sparkTable.branch() == null
                && iceberg.name().equals(CatalogUtil.fullTableName(name(), name))
                && EngineWal.isWalTable(iceberg.properties());
    }

    @Override
    public StagedTable stageReplace(Identifier identifier, TableInfo info)
            throws NoSuchTableException
    {
        walTables().drainBeforeReplace(buildIdentifier(identifier));
        return new ReplacingTable(super.stageReplace(identifier, info));
    }

    @Override
    public StagedTable stageCreateOrReplace(Identifier identifier, TableInfo info)
    {
        walTables().drainBeforeReplace(buildIdentifier(identifier));
        return new ReplacingTable(super.stageCreateOrReplace(identifier, info));
    }

    /**
     * Refuses in one sentence what the commit guard refuses.
     */
    @Override
    public Table alterTable(Identifier identifier, TableChange... changes)
            throws NoSuchTableException
    {
        try {
            return super.alterTable(identifier, changes);
        }
        catch (ValidationException e) {
            // Spark wraps an IllegalArgumentException of this method into one that its clients do not know
            throw new UnsupportedOperationException(e.getMessage(), e);
        }
    }

    /**
     * Leaves it to the catalog which files may go. Iceberg's own purge deletes every file that the metadata names, also
     * those in the folders of other tables.
     */
    @Override
    public boolean purgeTable(Identifier identifier)
    {
        boolean dropped = rawCatalog().dropTable(buildIdentifier(identifier), true);
        invalidateTable(identifier);
        return dropped;
    }

    @Override
    public UnboundProcedure loadProcedure(Identifier identifier)
    {
        if (!isSystem(identifier.namespace())) {
            return super.loadProcedure(identifier);
        }
        Optional<IceGateProcedure> procedure = procedures().find(identifier.name());
        return procedure.isPresent() ? procedure.orElseThrow().unbound() : procedures().guarded(super.loadProcedure(identifier));
    }

    @Override
    public Identifier[] listProcedures(String[] namespace)
    {
        Stream<Identifier> stock = Stream.of(super.listProcedures(namespace));
        if (!isSystem(namespace)) {
            return stock.toArray(Identifier[]::new);
        }
        Stream<Identifier> ours = procedures().names().stream().map(name -> Identifier.of(namespace, name));
        return Stream.concat(ours, stock).distinct().toArray(Identifier[]::new);
    }

    private ObjectStoreCatalog rawCatalog()
    {
        return requireNonNull(rawCatalog, "rawCatalog is null");
    }

    private WalTables walTables()
    {
        return requireNonNull(walTables, "walTables is null");
    }

    private IceGateProcedures procedures()
    {
        return requireNonNull(procedures, "procedures is null");
    }

    private static boolean isSystem(String[] namespace)
    {
        return namespace.length == 1 && namespace[0].equalsIgnoreCase("system");
    }
}
