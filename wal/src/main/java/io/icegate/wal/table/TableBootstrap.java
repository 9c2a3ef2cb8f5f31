package io.icegate.wal.table;

import io.icegate.schema.TableShape;
import io.icegate.wal.OffsetVector;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.ReplaceSortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdatePartitionSpec;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.transforms.Transforms;
import org.apache.iceberg.types.Types.NestedField;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static java.util.Objects.requireNonNull;

/**
 * Creates tables that take segments. Creation is one transaction: a crash leaves all or nothing, and of two processes that
 * race the loser finds the table of the winner and brings that to the wanted state, which changes nothing.
 */
public final class TableBootstrap
{
    private static final int ATTEMPTS_MAX = 10;

    private final Catalog catalog;
    private final TableShape shape;
    private final TableIdentifier name;

    private TableBootstrap(Catalog catalog, TableShape shape, TableIdentifier name)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.shape = requireNonNull(shape, "shape is null");
        this.name = name;
    }

    /**
     * Creates the table, and the namespace, or brings an existing table to the wanted state: adds what is missing of
     * columns, partition fields, sort order and properties, and changes nothing that is there. Safe when several processes
     * do it at once. The offset vector of an existing table is never touched, not even when it is missing.
     *
     * @throws IllegalStateException when the existing table has a column of another type
     */
    public static Table createOrUpdate(Catalog catalog, Namespace namespace, TableShape shape)
    {
        return new TableBootstrap(catalog, shape, TableIdentifier.of(namespace, shape.name())).run();
    }

    private Table run()
    {
        createNamespace();
        RuntimeException failure = new IllegalStateException("not tried");
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            try {
                Table table = catalog.loadTable(name);
                update(table);
                return table;
            }
            catch (NoSuchTableException e) {
                failure = e;
            }
            catch (CommitFailedException e) {
                failure = e;
                continue;
            }
            try {
                create();
            }
            catch (AlreadyExistsException | CommitFailedException e) {
                failure = e;
            }
        }
        throw new IllegalStateException("Cannot create table %s: others changed it %s times meanwhile".formatted(name, ATTEMPTS_MAX), failure);
    }

    private void createNamespace()
    {
        if (catalog instanceof SupportsNamespaces namespaces && !namespaces.namespaceExists(name.namespace())) {
            try {
                namespaces.createNamespace(name.namespace());
            }
            catch (AlreadyExistsException e) {
                // another process was faster
            }
        }
    }

    private void create()
    {
        Transaction transaction = catalog.buildTable(name, shape.schema())
                .withPartitionSpec(PartitionSpec.unpartitioned())
                .withProperties(TableProfile.properties(shape))
                .createTransaction();
        if (!shape.partitions().isEmpty()) {
            addPartitions(transaction.updateSpec());
        }
        if (!shape.sortColumns().isEmpty()) {
            addSortOrder(transaction.replaceSortOrder());
        }
        transaction.commitTransaction();
    }

    private void update(Table table)
    {
        List<NestedField> columns = missingColumns(table);
        Map<String, String> properties = new TreeMap<>(TableProfile.properties(shape));
        properties.keySet().removeAll(table.properties().keySet());
        properties.remove("format-version");
        // a vector that got lost is not empty: starting at 0 would repeat every row
        properties.remove(OffsetVector.PROPERTY);
        boolean hasUnpartitioned = table.specs().values().stream().anyMatch(PartitionSpec::isUnpartitioned);
        boolean addSpec = table.spec().isUnpartitioned() && !shape.partitions().isEmpty();
        boolean addOrder = table.sortOrder().isUnsorted() && !shape.sortColumns().isEmpty();
        if (columns.isEmpty() && properties.isEmpty() && hasUnpartitioned && !addSpec && !addOrder) {
            return;
        }
        Transaction transaction = table.newTransaction();
        if (!columns.isEmpty()) {
            UpdateSchema update = transaction.updateSchema();
            columns.forEach(column -> update.addColumn(column.name(), column.type(), column.doc()));
            update.commit();
        }
        if (addSpec) {
            addPartitions(transaction.updateSpec());
        }
        else if (!hasUnpartitioned) {
            passThroughUnpartitioned(transaction, table.spec());
        }
        if (addOrder) {
            addSortOrder(transaction.replaceSortOrder());
        }
        if (!properties.isEmpty()) {
            UpdateProperties update = transaction.updateProperties();
            properties.forEach(update::set);
            update.commit();
        }
        transaction.commitTransaction();
    }

    private List<NestedField> missingColumns(Table table)
    {
        for (NestedField wanted : shape.schema().columns()) {
            NestedField present = table.schema().findField(wanted.name());
            if (present == null && wanted.isRequired()) {
                throw new IllegalStateException("Cannot use table %s: it lacks the required column '%s'".formatted(name, wanted.name()));
            }
            if (present != null && !ColumnTypes.holds(present.type(), wanted.type())) {
                throw new IllegalStateException("Cannot use table %s: column '%s' is %s, not %s".formatted(name, wanted.name(), present.type(), wanted.type()));
            }
        }
        return shape.schema().columns().stream()
                .filter(wanted -> table.schema().findField(wanted.name()) == null)
                .toList();
    }

    private void addPartitions(UpdatePartitionSpec update)
    {
        for (TableShape.Partition partition : shape.partitions()) {
            update.addField(Expressions.transform(partition.column(), Transforms.fromString(partition.transform())));
        }
        update.commit();
    }

    /**
     * Removing all fields makes an unpartitioned spec appear, adding them again brings the old spec back.
     */
    private static void passThroughUnpartitioned(Transaction transaction, PartitionSpec spec)
    {
        UpdatePartitionSpec remove = transaction.updateSpec();
        spec.fields().stream().map(PartitionField::name).forEach(remove::removeField);
        remove.commit();
        UpdatePartitionSpec add = transaction.updateSpec();
        for (PartitionField field : spec.fields()) {
            add.addField(field.name(), Expressions.transform(spec.schema().findColumnName(field.sourceId()), field.transform()));
        }
        add.commit();
    }

    private void addSortOrder(ReplaceSortOrder update)
    {
        shape.sortColumns().forEach(update::asc);
        update.commit();
    }
}
