package io.icegate.trino;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.airlift.units.DataSize;
import io.icegate.trino.config.Guard;
import io.icegate.trino.live.WalPin;
import io.icegate.trino.split.TimeFilters;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergMetadata;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.plugin.iceberg.procedure.IcebergOptimizeHandle;
import io.trino.plugin.iceberg.procedure.IcebergTableExecuteHandle;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.Connector;
import io.trino.spi.connector.ConnectorMetadata;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.Constraint;
import io.trino.spi.connector.ConstraintApplicationResult;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.predicate.Domain;
import io.trino.spi.predicate.Range;
import io.trino.spi.predicate.TupleDomain;
import io.trino.spi.predicate.ValueSet;
import io.trino.spi.type.LongTimestampWithTimeZone;
import io.trino.testing.TestingConnectorContext;
import io.trino.testing.TestingConnectorSession;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import static io.trino.spi.connector.RetryMode.NO_RETRIES;
import static io.trino.spi.transaction.IsolationLevel.READ_UNCOMMITTED;
import static io.trino.spi.type.IntegerType.INTEGER;
import static io.trino.spi.type.TimeZoneKey.UTC_KEY;
import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MICROS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What SQL does not show: the handles of a transaction, and the methods that a new version of Trino may have added.
 */
final class TestIceGateMetadata
{
    /**
     * Every method of the SPI that Trino's Iceberg connector implements. When this list changes, somebody looks whether the
     * new method answers, or changes a table, from the snapshot alone.
     */
    private static final Set<String> KNOWN_METHODS = ImmutableSet.of(
            "addColumn(ConnectorSession, ConnectorTableHandle, ColumnMetadata, ColumnPosition)",
            "addField(ConnectorSession, ConnectorTableHandle, List, String, Type, boolean)",
            "allowSplittingReadIntoMultipleSubQueries(ConnectorSession, ConnectorTableHandle)",
            "applyDelete(ConnectorSession, ConnectorTableHandle)",
            "applyFilter(ConnectorSession, ConnectorTableHandle, Constraint)",
            "applyLimit(ConnectorSession, ConnectorTableHandle, long)",
            "applyPartitioning(ConnectorSession, ConnectorTableHandle, Optional, List)",
            "applyProjection(ConnectorSession, ConnectorTableHandle, List, Map)",
            "beginCreateTable(ConnectorSession, ConnectorTableMetadata, Optional, RetryMode, boolean)",
            "beginInsert(ConnectorSession, ConnectorTableHandle, List, RetryMode)",
            "beginMerge(ConnectorSession, ConnectorTableHandle, Map, RetryMode)",
            "beginRefreshMaterializedView(ConnectorSession, ConnectorTableHandle, List, boolean, RetryMode, RefreshType)",
            "beginStatisticsCollection(ConnectorSession, ConnectorTableHandle)",
            "beginTableExecute(ConnectorSession, ConnectorTableExecuteHandle, ConnectorTableHandle)",
            "createMaterializedView(ConnectorSession, SchemaTableName, ConnectorMaterializedViewDefinition, Map, boolean, boolean)",
            "createSchema(ConnectorSession, String, Map, TrinoPrincipal)",
            "createTable(ConnectorSession, ConnectorTableMetadata, SaveMode)",
            "createView(ConnectorSession, SchemaTableName, ConnectorViewDefinition, Map, boolean)",
            "delegateMaterializedViewRefreshToConnector(ConnectorSession, SchemaTableName)",
            "dropColumn(ConnectorSession, ConnectorTableHandle, ColumnHandle)",
            "dropDefaultValue(ConnectorSession, ConnectorTableHandle, ColumnHandle)",
            "dropField(ConnectorSession, ConnectorTableHandle, ColumnHandle, List)",
            "dropMaterializedView(ConnectorSession, SchemaTableName)",
            "dropNotNullConstraint(ConnectorSession, ConnectorTableHandle, ColumnHandle)",
            "dropSchema(ConnectorSession, String, boolean)",
            "dropTable(ConnectorSession, ConnectorTableHandle)",
            "dropView(ConnectorSession, SchemaTableName)",
            "executeDelete(ConnectorSession, ConnectorTableHandle)",
            "executeTableExecute(ConnectorSession, ConnectorTableExecuteHandle)",
            "finishCreateTable(ConnectorSession, ConnectorOutputTableHandle, Collection, Collection)",
            "finishInsert(ConnectorSession, ConnectorInsertTableHandle, List, Collection, Collection)",
            "finishMerge(ConnectorSession, ConnectorMergeTableHandle, List, Collection, Collection)",
            "finishRefreshMaterializedView(ConnectorSession, ConnectorTableHandle, ConnectorInsertTableHandle, Collection, Collection, List, boolean, boolean, boolean)",
            "finishStatisticsCollection(ConnectorSession, ConnectorTableHandle, Collection)",
            "finishTableExecute(ConnectorSession, ConnectorTableExecuteHandle, Collection, List)",
            "getColumnHandles(ConnectorSession, ConnectorTableHandle)",
            "getColumnHandlesForTableExecute(ConnectorSession, ConnectorTableHandle, ConnectorTableExecuteHandle)",
            "getColumnMetadata(ConnectorSession, ConnectorTableHandle, ColumnHandle)",
            "getFunctionDependencies(ConnectorSession, FunctionId, BoundSignature)",
            "getFunctionMetadata(ConnectorSession, FunctionId)",
            "getFunctions(ConnectorSession, SchemaFunctionName)",
            "getInfo(ConnectorSession, ConnectorTableHandle)",
            "getInsertLayout(ConnectorSession, ConnectorTableHandle)",
            "getInsertWriterScalingOptions(ConnectorSession, ConnectorTableHandle)",
            "getLayoutForTableExecute(ConnectorSession, ConnectorTableExecuteHandle)",
            "getMaterializedView(ConnectorSession, SchemaTableName)",
            "getMaterializedViewFreshness(ConnectorSession, SchemaTableName, boolean)",
            "getMaterializedViewProperties(ConnectorSession, SchemaTableName, ConnectorMaterializedViewDefinition)",
            "getMaterializedViews(ConnectorSession, Optional)",
            "getMergeRowIdColumnHandle(ConnectorSession, ConnectorTableHandle)",
            "getMetrics(ConnectorSession)",
            "getNewTableLayout(ConnectorSession, ConnectorTableMetadata)",
            "getNewTableWriterScalingOptions(ConnectorSession, SchemaTableName, Map)",
            "getRelationTypes(ConnectorSession, Optional)",
            "getRowChangeParadigm(ConnectorSession, ConnectorTableHandle)",
            "getSchemaOwner(ConnectorSession, String)",
            "getSchemaProperties(ConnectorSession, String)",
            "getStatisticsCollectionMetadata(ConnectorSession, ConnectorTableHandle, Map)",
            "getStatisticsCollectionMetadataForWrite(ConnectorSession, ConnectorTableMetadata, boolean)",
            "getSupportedType(ConnectorSession, Map, Type)",
            "getSystemTable(ConnectorSession, SchemaTableName)",
            "getTableCredentials(ConnectorSession, ConnectorTableFunctionHandle)",
            "getTableCredentials(ConnectorSession, ConnectorTableHandle)",
            "getTableCredentials(ConnectorSession, ConnectorWritableTableHandle)",
            "getTableHandle(ConnectorSession, SchemaTableName, Optional, Optional)",
            "getTableHandleForExecute(ConnectorSession, ConnectorAccessControl, ConnectorTableHandle, String, Map, RetryMode)",
            "getTableMetadata(ConnectorSession, ConnectorTableHandle)",
            "getTableName(ConnectorSession, ConnectorTableHandle)",
            "getTableProperties(ConnectorSession, ConnectorTableHandle)",
            "getTableStatistics(ConnectorSession, ConnectorTableHandle)",
            "getUpdateLayout(ConnectorSession, ConnectorTableHandle)",
            "getView(ConnectorSession, SchemaTableName)",
            "getViewProperties(ConnectorSession, SchemaTableName)",
            "getViews(ConnectorSession, Optional)",
            "isView(ConnectorSession, SchemaTableName)",
            "listFunctions(ConnectorSession, String)",
            "listMaterializedViews(ConnectorSession, Optional)",
            "listSchemaNames(ConnectorSession)",
            "listTableColumns(ConnectorSession, SchemaTablePrefix)",
            "listTables(ConnectorSession, Optional)",
            "listViews(ConnectorSession, Optional)",
            "redirectTable(ConnectorSession, SchemaTableName)",
            "renameColumn(ConnectorSession, ConnectorTableHandle, ColumnHandle, String)",
            "renameField(ConnectorSession, ConnectorTableHandle, List, String)",
            "renameMaterializedView(ConnectorSession, SchemaTableName, SchemaTableName)",
            "renameSchema(ConnectorSession, String, String)",
            "renameTable(ConnectorSession, ConnectorTableHandle, SchemaTableName)",
            "renameView(ConnectorSession, SchemaTableName, SchemaTableName)",
            "schemaExists(ConnectorSession, String)",
            "setColumnComment(ConnectorSession, ConnectorTableHandle, ColumnHandle, Optional)",
            "setColumnType(ConnectorSession, ConnectorTableHandle, ColumnHandle, Type)",
            "setDefaultValue(ConnectorSession, ConnectorTableHandle, ColumnHandle, String)",
            "setFieldType(ConnectorSession, ConnectorTableHandle, List, Type)",
            "setMaterializedViewColumnComment(ConnectorSession, SchemaTableName, String, Optional)",
            "setSchemaAuthorization(ConnectorSession, String, TrinoPrincipal)",
            "setTableAuthorization(ConnectorSession, SchemaTableName, TrinoPrincipal)",
            "setTableComment(ConnectorSession, ConnectorTableHandle, Optional)",
            "setTableProperties(ConnectorSession, ConnectorTableHandle, Map)",
            "setViewAuthorization(ConnectorSession, SchemaTableName, TrinoPrincipal)",
            "setViewColumnComment(ConnectorSession, SchemaTableName, String, Optional)",
            "setViewComment(ConnectorSession, SchemaTableName, Optional)",
            "streamRelationColumns(ConnectorSession, Optional, UnaryOperator)",
            "streamRelationComments(ConnectorSession, Optional, UnaryOperator)",
            "streamTableColumns(ConnectorSession, SchemaTablePrefix)",
            "truncateTable(ConnectorSession, ConnectorTableHandle)",
            "validateScan(ConnectorSession, ConnectorTableHandle)");

    @Test
    void testPinInExecute(@TempDir Path folder)
            throws Exception
    {
        try (WalFixture fixture = new WalFixture(folder)) {
            fixture.createLogs("otel").append("acme", 1, 3);
            assertThat(pinOfOptimize(folder, Set.of())).isEmpty();
            assertThat(pinOfOptimize(folder, Set.of(Guard.PIN_IN_EXECUTE))).isPresent();
        }
    }

    private static Optional<String> pinOfOptimize(Path folder, Set<Guard> disabled)
    {
        Connector connector = connector(folder, disabled);
        try {
            ConnectorSession session = session(connector);
            ConnectorTransactionHandle transaction = connector.beginTransaction(READ_UNCOMMITTED, true, true);
            ConnectorMetadata metadata = connector.getMetadata(session, transaction);
            IcebergTableHandle table = handle(metadata, session, "otel");
            assertThat(WalPin.token(table)).isPresent();
            IcebergTableExecuteHandle execute = (IcebergTableExecuteHandle) metadata.getTableHandleForExecute(
                    session,
                    null,
                    table,
                    "OPTIMIZE",
                    ImmutableMap.of("file_size_threshold", DataSize.of(1, DataSize.Unit.MEGABYTE)),
                    NO_RETRIES).orElseThrow();
            return Optional.ofNullable(((IcebergOptimizeHandle) execute.procedureHandle()).tableStorageProperties().get(WalPin.TOKEN_PROPERTY));
        }
        finally {
            connector.shutdown();
        }
    }

    /**
     * Rows 4 and 21 of the guard table: with live rows, no list of the snapshot's partitions stands for the table and no
     * buckets do, because the unpartitioned spec is among the specs of the table. The control is the same table without
     * that spec, where both are there.
     */
    @Test
    void testNoPartitionsOfTheSnapshotAlone(@TempDir Path folder)
            throws Exception
    {
        try (WalFixture fixture = new WalFixture(folder)) {
            WalFixture.Logs logs = fixture.createLogs("otel");
            logs.table().updateSpec().addField(Expressions.bucket("time_unix_nano", 4)).commit();
            Table table = logs.table();
            appendPartitioned(table, "tenant_id=acme/timestamp_day=2026-11-20/time_unix_nano_bucket_4=1");
            logs.append("zeta", 1, 3);
            fixture.catalog().createNamespace(Namespace.of("plain"));
            PartitionSpec spec = PartitionSpec.builderFor(table.schema()).identity("tenant_id").bucket("time_unix_nano", 4).build();
            appendPartitioned(fixture.catalog().createTable(TableIdentifier.of("plain", "logs"), table.schema(), spec), "tenant_id=acme/time_unix_nano_bucket=1");

            Connector connector = connector(folder, Set.of());
            try {
                ConnectorSession session = TestingConnectorSession.builder()
                        .setPropertyMetadata(connector.getSessionProperties())
                        .setPropertyValues(ImmutableMap.of("bucket_execution_enabled", true))
                        .build();
                ConnectorMetadata metadata = connector.getMetadata(session, connector.beginTransaction(READ_UNCOMMITTED, true, true));
                IcebergTableHandle live = handle(metadata, session, "otel");
                assertThat(WalPin.token(live)).isPresent();
                assertThat(metadata.getTableProperties(session, live).getDiscretePredicates()).isEmpty();
                assertThat(live.getTablePartitioning()).isEmpty();
                assertThat(metadata.applyPartitioning(session, live, Optional.empty(), bucketColumns(metadata, session, live))).isEmpty();
                IcebergTableHandle plain = handle(metadata, session, "plain");
                assertThat(metadata.getTableProperties(session, plain).getDiscretePredicates()).isPresent();
                assertThat(live.getPartitionSpecJsons()).hasSizeGreaterThan(plain.getPartitionSpecJsons().size());
                assertThat(plain.getTablePartitioning()).isPresent();
                assertThat(metadata.applyPartitioning(session, plain, Optional.empty(), bucketColumns(metadata, session, plain))).isPresent();
            }
            finally {
                connector.shutdown();
            }
        }
    }

    /**
     * The mark travels with the conditions, and what narrows them later is enforced too; what the scan cannot filter by
     * stays with Trino.
     */
    @Test
    void testTimeFilterIsNarrowed(@TempDir Path folder)
            throws Exception
    {
        try (WalFixture fixture = new WalFixture(folder)) {
            fixture.createLogs("otel").append("acme", 1, 3);
            Connector connector = connector(folder, Set.of());
            try {
                ConnectorSession session = session(connector);
                ConnectorMetadata metadata = connector.getMetadata(session, connector.beginTransaction(READ_UNCOMMITTED, true, true));
                IcebergTableHandle table = handle(metadata, session, "otel");
                IcebergColumnHandle timestamp = (IcebergColumnHandle) metadata.getColumnHandles(session, table).get("timestamp");
                ColumnHandle severity = metadata.getColumnHandles(session, table).get("severity_number");
                assertThat(TimeFilters.isApplied(table)).isFalse();

                Domain late = Domain.create(ValueSet.ofRanges(Range.greaterThan(TIMESTAMP_TZ_MICROS, millis(1_000))), false);
                Domain severe = Domain.singleValue(INTEGER, 17L);
                ConstraintApplicationResult<ConnectorTableHandle> first = metadata.applyFilter(session, table, new Constraint(TupleDomain.withColumnDomains(Map.of(timestamp, late, severity, severe)))).orElseThrow();
                IcebergTableHandle narrow = (IcebergTableHandle) first.getHandle();
                assertThat(TimeFilters.isApplied(narrow)).isTrue();
                assertThat(WalPin.token(narrow)).isEqualTo(WalPin.token(table));
                assertThat(narrow.getUnenforcedPredicate().getDomain(timestamp, TIMESTAMP_TZ_MICROS)).isEqualTo(late);
                assertThat(first.getRemainingFilter()).isEqualTo(TupleDomain.withColumnDomains(Map.of(severity, severe)));
                assertThat(TimeFilters.withFilteredColumns(narrow)).containsExactly(timestamp);
                // the same again changes nothing
                assertThat(metadata.applyFilter(session, narrow, new Constraint(TupleDomain.withColumnDomains(Map.of(timestamp, late, severity, severe))))).isEmpty();

                Domain early = Domain.create(ValueSet.ofRanges(Range.lessThan(TIMESTAMP_TZ_MICROS, millis(2_000))), true);
                ConstraintApplicationResult<ConnectorTableHandle> second = metadata.applyFilter(session, narrow, new Constraint(TupleDomain.withColumnDomains(Map.of(timestamp, early)))).orElseThrow();
                IcebergTableHandle narrower = (IcebergTableHandle) second.getHandle();
                assertThat(TimeFilters.isApplied(narrower)).isTrue();
                assertThat(narrower.getUnenforcedPredicate().getDomain(timestamp, TIMESTAMP_TZ_MICROS)).isEqualTo(late.intersect(early));
                assertThat(second.getRemainingFilter()).isEqualTo(TupleDomain.all());

                // no row is deleted by files of a scan that filters, and no limit is reached by rows that are filtered
                assertThat(metadata.applyDelete(session, narrower)).isEmpty();
                assertThat(metadata.applyLimit(session, narrower, 1)).isEmpty();
                metadata.getMergeRowIdColumnHandle(session, table);
                ConstraintApplicationResult<ConnectorTableHandle> change = metadata.applyFilter(session, table, new Constraint(TupleDomain.withColumnDomains(Map.of(timestamp, late)))).orElseThrow();
                assertThat(TimeFilters.isApplied((IcebergTableHandle) change.getHandle())).isFalse();
                assertThat(change.getRemainingFilter()).isEqualTo(TupleDomain.withColumnDomains(Map.of(timestamp, late)));
            }
            finally {
                connector.shutdown();
            }
        }
    }

    private static LongTimestampWithTimeZone millis(long millis)
    {
        return LongTimestampWithTimeZone.fromEpochMillisAndFraction(millis, 0, UTC_KEY);
    }

    private static void appendPartitioned(Table table, String partition)
    {
        table.newAppend()
                .appendFile(DataFiles.builder(table.spec())
                        .withPath(table.location() + "/data/file.parquet")
                        .withPartitionPath(partition)
                        .withFormat(FileFormat.PARQUET)
                        .withFileSizeInBytes(1000)
                        .withRecordCount(3)
                        .build())
                .commit();
    }

    private static List<ColumnHandle> bucketColumns(ConnectorMetadata metadata, ConnectorSession session, IcebergTableHandle table)
    {
        return List.of(metadata.getColumnHandles(session, table).get("time_unix_nano"));
    }

    @Test
    void testOneCatalogVersion(@TempDir Path folder)
            throws Exception
    {
        try (WalFixture fixture = new WalFixture(folder)) {
            WalFixture.Logs left = fixture.createLogs("left");
            WalFixture.Logs right = fixture.createLogs("right");
            left.append("acme", 1, 3);
            right.append("acme", 1, 3);
            left.commit();
            right.commit();
            long before = right.table().currentSnapshot().snapshotId();
            assertThat(snapshotOfSecondTable(folder, right, Set.of())).hasValue(before);
            long after = right.table().currentSnapshot().snapshotId();
            assertThat(after).isNotEqualTo(before);
            assertThat(snapshotOfSecondTable(folder, right, Set.of(Guard.ONE_CATALOG_VERSION)))
                    .hasValue(right.table().currentSnapshot().snapshotId());
            assertThat(right.table().currentSnapshot().snapshotId()).isNotEqualTo(after);
        }
    }

    /**
     * The snapshot that a transaction sees of {@code right} after it has looked at {@code left}, with a commit in between.
     */
    private static OptionalLong snapshotOfSecondTable(Path folder, WalFixture.Logs right, Set<Guard> disabled)
    {
        Connector connector = connector(folder, disabled);
        try {
            ConnectorSession session = session(connector);
            ConnectorTransactionHandle transaction = connector.beginTransaction(READ_UNCOMMITTED, true, true);
            ConnectorMetadata metadata = connector.getMetadata(session, transaction);
            handle(metadata, session, "left");
            right.append("acme", 4, 5);
            right.commit();
            return handle(metadata, session, "right").getSnapshotId();
        }
        finally {
            connector.shutdown();
        }
    }

    @Test
    void testMethodsOfIcebergMetadata()
    {
        Set<String> spi = Arrays.stream(ConnectorMetadata.class.getMethods()).map(TestIceGateMetadata::signature).collect(Collectors.toSet());
        Set<String> declared = Arrays.stream(IcebergMetadata.class.getDeclaredMethods())
                .map(TestIceGateMetadata::signature)
                .filter(spi::contains)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(declared).containsExactlyInAnyOrderElementsOf(KNOWN_METHODS);
    }

    private static String signature(Method method)
    {
        return method.getName() + Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.joining(", ", "(", ")"));
    }

    private static IcebergTableHandle handle(ConnectorMetadata metadata, ConnectorSession session, String schema)
    {
        return (IcebergTableHandle) metadata.getTableHandle(session, new SchemaTableName(schema, "logs"), Optional.empty(), Optional.empty());
    }

    private static Connector connector(Path folder, Set<Guard> disabled)
    {
        Map<String, String> properties = IceGateQueryRunner.catalogProperties(folder, Map.of());
        return new IceGateConnectorFactory("icegate", disabled, new ParquetSegmentCodec()).create("lake", properties, new TestingConnectorContext());
    }

    private static ConnectorSession session(Connector connector)
    {
        return TestingConnectorSession.builder().setPropertyMetadata(connector.getSessionProperties()).build();
    }
}
