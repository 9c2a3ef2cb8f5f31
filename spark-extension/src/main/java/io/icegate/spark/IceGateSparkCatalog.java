package io.icegate.spark;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.spark.procedures.IceGateProcedure;
import io.icegate.spark.procedures.IceGateProcedures;
import io.icegate.spark.procedures.ProcedureTables;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.spark.SparkCatalog;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.Table;
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
 * <p>A statement that writes commits the rows that wait in the table's WAL first, so that UPDATE, DELETE, MERGE and
 * overwrite see every row that was acknowledged before them.
 */
public class IceGateSparkCatalog
        extends SparkCatalog
{
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
        // kept here, because icebergCatalog() answers from a cache unless cache-enabled is false
        ObjectStoreCatalog catalog = (ObjectStoreCatalog) super.buildIcebergCatalog(name, new CaseInsensitiveStringMap(properties));
        walTables = new WalTables(catalog);
        procedures = new IceGateProcedures(new ProcedureTables(this, catalog), walTables.wal());
        return catalog;
    }

    @Override
    public Table loadTable(Identifier identifier, Set<TableWritePrivilege> writePrivileges)
            throws NoSuchTableException
    {
        if (requireNonNull(walTables, "walTables is null").drain(buildIdentifier(identifier))) {
            invalidateTable(identifier);
        }
        return super.loadTable(identifier, writePrivileges);
    }

    @Override
    public UnboundProcedure loadProcedure(Identifier identifier)
    {
        if (isSystem(identifier.namespace())) {
            Optional<IceGateProcedure> procedure = procedures().find(identifier.name());
            if (procedure.isPresent()) {
                return procedure.orElseThrow().unbound();
            }
        }
        return super.loadProcedure(identifier);
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

    private IceGateProcedures procedures()
    {
        return requireNonNull(procedures, "procedures is null");
    }

    private static boolean isSystem(String[] namespace)
    {
        return namespace.length == 1 && namespace[0].equalsIgnoreCase("system");
    }
}
