package io.icegate.wal.table;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.Signal;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestTableBootstrap
{
    private static final Namespace OTEL = Namespace.of("otel");
    private static final TableIdentifier LOGS = TableIdentifier.of(OTEL, "logs");

    /**
     * Named after E11: states of the catalog could be asked for a week, and named files that were gone after 100 commits.
     */
    @Test
    void testE11OldStatesOfTheCatalogCanBeRead()
            throws IOException
    {
        Warehouse warehouse = new Warehouse("memory:" + UUID.randomUUID(), new MemoryObjectStore(InstantSource.system()));
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", warehouse, new ObjectStoreFileIO(warehouse), Map.of())) {
            Table table = TableBootstrap.createOrUpdate(catalog, OTEL, Signal.LOGS.shape());
            long first = catalog.state().version();
            for (int commit = 0; commit < 103; commit++) {
                table.updateProperties().set("commit", Integer.toString(commit)).commit();
            }
            assertThat(catalog.loadTable(LOGS, catalog.stateAt(first)).properties()).doesNotContainKey("commit");
            assertThat(catalog.loadTable(LOGS, catalog.stateAt(first + 2)).properties()).containsEntry("commit", "1");
            assertThat(((BaseTable) catalog.loadTable(LOGS)).operations().current().previousFiles()).hasSize(100);
        }
    }

    @Test
    void testColumns()
    {
        assertThat(Signal.LOGS.shape().schema().columns().stream().map(column -> column.name() + (column.isOptional() ? "?" : "")).toList()).containsExactly(
                "tenant_id",
                "timestamp",
                "ingest_time",
                "service_name?",
                "service_namespace?",
                "service_instance_id?",
                "attributes",
                "attribute_types?",
                "scope_name?",
                "scope_version?",
                "scope_attributes",
                "scope_attribute_types?",
                "scope_dropped_attributes_count",
                "scope_schema_url?",
                "resource_attributes",
                "resource_attribute_types?",
                "resource_dropped_attributes_count",
                "resource_schema_url?",
                "resource_entity_refs",
                "otlp_residual?",
                "time_unix_nano",
                "observed_time_unix_nano",
                "severity_number",
                "severity_text?",
                "event_name?",
                "body?",
                "body_type?",
                "trace_id?",
                "span_id?",
                "flags",
                "dropped_attributes_count");
    }

    /**
     * Names, types and what files say of them, as docs/format/schema.md has them. The columns before are those of all tables.
     */
    @Test
    void testColumnsOfMetrics()
    {
        InMemoryCatalog catalog = catalog();
        Table table = TableBootstrap.createOrUpdate(catalog, OTEL, Signal.METRICS.shape());
        Map<String, String> properties = table.properties();
        List<NestedField> logs = Signal.LOGS.shape().schema().columns();
        assertThat(table.schema().columns().subList(0, 20).stream().map(NestedField::name).toList()).isEqualTo(logs.subList(0, 20).stream().map(NestedField::name).toList());
        assertThat(table.schema().columns().stream()
                .skip(20)
                .map(column -> "%s%s %s %s".formatted(
                        column.name(),
                        column.isOptional() ? "?" : "",
                        describe(column.type()),
                        properties.getOrDefault("write.metadata.metrics.column." + column.name(), "none")))
                .toList())
                .containsExactly(
                        "metric_name? string full",
                        "description? string counts",
                        "unit? string counts",
                        "metric_type string full",
                        "metadata map<string,string?> none",
                        "metadata_types? string counts",
                        "aggregation_temporality? int counts",
                        "is_monotonic? boolean counts",
                        "start_time_unix_nano long full",
                        "time_unix_nano long full",
                        "flags long counts",
                        "value_double? double counts",
                        "value_int? long counts",
                        "count? long counts",
                        "sum? double counts",
                        "min? double counts",
                        "max? double counts",
                        "bucket_counts? list<long> none",
                        "explicit_bounds? list<double> none",
                        "scale? int counts",
                        "zero_count? long counts",
                        "zero_threshold? double counts",
                        "positive? struct<offset int,bucket_counts list<long>> none",
                        "negative? struct<offset int,bucket_counts list<long>> none",
                        "quantile_values? list<struct<quantile double,value double>> none",
                        "exemplars list<struct<time_unix_nano long,value_double? double,value_int? long,trace_id? string,span_id? string," +
                                "filtered_attributes map<string,string?>,attribute_types? string>> none");
        assertThat(table.spec().fields().stream().map(field -> field.name() + ":" + field.transform()).toList()).containsExactly("tenant_id:identity", "timestamp_day:day");
        assertThat(table.sortOrder().fields().stream().map(field -> table.schema().findColumnName(field.sourceId())).toList()).containsExactly("metric_name", "service_name", "timestamp");
        assertThat(properties.keySet()).filteredOn(key -> key.startsWith("write.parquet.bloom-filter-enabled")).containsExactly("write.parquet.bloom-filter-enabled.column.service_instance_id");
        assertThat(table.schema().columns()).allSatisfy(column -> assertThat(column.doc()).isNotBlank());
    }

    private static String describe(Type type)
    {
        if (type instanceof Types.ListType list) {
            return "list<%s%s>".formatted(describe(list.elementType()), list.isElementOptional() ? "?" : "");
        }
        if (type instanceof Types.MapType map) {
            return "map<%s,%s%s>".formatted(describe(map.keyType()), describe(map.valueType()), map.isValueOptional() ? "?" : "");
        }
        if (type instanceof Types.StructType struct) {
            return struct.fields().stream()
                    .map(field -> "%s%s %s".formatted(field.name(), field.isOptional() ? "?" : "", describe(field.type())))
                    .collect(Collectors.joining(",", "struct<", ">"));
        }
        return type.toString();
    }

    @Test
    void testCreate()
    {
        InMemoryCatalog catalog = catalog();
        Table table = TableBootstrap.createOrUpdate(catalog, OTEL, Signal.LOGS.shape());
        assertThat(table.specs()).hasEntrySatisfying(0, spec -> assertThat(spec.isUnpartitioned()).isTrue());
        assertThat(table.spec().fields().stream().map(field -> field.name() + ":" + field.transform()).toList()).containsExactly("tenant_id:identity", "timestamp_day:day");
        assertThat(TableSpecs.unpartitioned(table.name(), table.specs().values()).specId()).isEqualTo(0);
        assertThat(table.sortOrder().fields().stream().map(field -> table.schema().findColumnName(field.sourceId())).toList()).containsExactly("service_name", "timestamp");
        assertThat(table.sortOrder().fields()).allMatch(field -> field.direction() == SortDirection.ASC && field.nullOrder() == NullOrder.NULLS_FIRST);
        assertThat(((BaseTable) table).operations().current().formatVersion()).isEqualTo(2);
        assertThat(table.properties())
                .containsEntry("icegate.wal.offsets", "")
                .containsEntry("write.parquet.bloom-filter-enabled.column.trace_id", "true")
                .containsEntry("write.metadata.metrics.default", "none")
                .containsEntry("write.metadata.metrics.column.timestamp", "full")
                .containsEntry("write.metadata.metrics.column.body", "counts")
                .doesNotContainKey("write.metadata.metrics.column.attributes")
                .containsEntry("write.merge.isolation-level", "snapshot");
        assertThat(table.history()).isEmpty();
        assertThat(table.schema().columns()).allSatisfy(column -> assertThat(column.doc()).isNotBlank());
    }

    @Test
    void testSpans()
    {
        Table table = TableBootstrap.createOrUpdate(catalog(), OTEL, Signal.SPANS.shape());
        List<NestedField> columns = table.schema().columns();
        List<NestedField> logs = Signal.LOGS.shape().schema().columns();
        assertThat(columns.subList(0, 20).stream().map(NestedField::name).toList()).isEqualTo(logs.subList(0, 20).stream().map(NestedField::name).toList());
        assertThat(columns.stream().skip(20).map(column -> "%s %s %s".formatted(column.name(), column.isOptional() ? "optional" : "required", unnumbered(column.type()))).toList()).containsExactly(
                "trace_id optional string",
                "span_id optional string",
                "parent_span_id optional string",
                "trace_state optional string",
                "flags required long",
                "name optional string",
                "kind required int",
                "start_time_unix_nano required long",
                "end_time_unix_nano required long",
                "duration_nanos optional long",
                "status_code required int",
                "status_message optional string",
                "events required list<struct<time_unix_nano: required long, name: optional string, attributes: required map<string, string>, " +
                        "attribute_types: optional string, dropped_attributes_count: required long>>",
                "links required list<struct<trace_id: optional string, span_id: optional string, trace_state: optional string, attributes: required map<string, string>, " +
                        "attribute_types: optional string, dropped_attributes_count: required long, flags: required long>>",
                "dropped_attributes_count required long",
                "dropped_events_count required long",
                "dropped_links_count required long");
        assertThat(columns).allSatisfy(column -> assertThat(column.doc()).isNotBlank());
        assertThat(table.schema().findField("events").type().asListType().isElementRequired()).isTrue();
        assertThat(table.spec().fields().stream().map(field -> field.name() + ":" + field.transform()).toList()).containsExactly("tenant_id:identity", "timestamp_day:day");
        assertThat(table.sortOrder().fields().stream().map(field -> table.schema().findColumnName(field.sourceId())).toList()).containsExactly("service_name", "timestamp");
        assertThat(properties(table, "write.metadata.metrics.column.")).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                Map.entry("tenant_id", "full"),
                Map.entry("timestamp", "full"),
                Map.entry("ingest_time", "full"),
                Map.entry("service_name", "full"),
                Map.entry("service_namespace", "full"),
                Map.entry("service_instance_id", "counts"),
                Map.entry("attribute_types", "counts"),
                Map.entry("scope_name", "counts"),
                Map.entry("scope_version", "counts"),
                Map.entry("scope_attribute_types", "counts"),
                Map.entry("scope_dropped_attributes_count", "counts"),
                Map.entry("scope_schema_url", "counts"),
                Map.entry("resource_attribute_types", "counts"),
                Map.entry("resource_dropped_attributes_count", "counts"),
                Map.entry("resource_schema_url", "counts"),
                Map.entry("otlp_residual", "counts"),
                Map.entry("trace_id", "full"),
                Map.entry("span_id", "counts"),
                Map.entry("parent_span_id", "counts"),
                Map.entry("trace_state", "counts"),
                Map.entry("flags", "counts"),
                Map.entry("name", "truncate(32)"),
                Map.entry("kind", "full"),
                Map.entry("start_time_unix_nano", "full"),
                Map.entry("end_time_unix_nano", "full"),
                Map.entry("duration_nanos", "full"),
                Map.entry("status_code", "full"),
                Map.entry("status_message", "counts"),
                Map.entry("dropped_attributes_count", "counts"),
                Map.entry("dropped_events_count", "counts"),
                Map.entry("dropped_links_count", "counts")));
        assertThat(properties(table, "write.parquet.bloom-filter-enabled.column.")).isEqualTo(Map.of("trace_id", "true", "span_id", "true", "service_instance_id", "true"));
    }

    private static String unnumbered(Type type)
    {
        return type.toString().replaceAll("\\d+: ", "");
    }

    private static Map<String, String> properties(Table table, String prefix)
    {
        return table.properties().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .collect(Collectors.toMap(entry -> entry.getKey().substring(prefix.length()), Map.Entry::getValue));
    }

    @Test
    void testSecondStartChangesNothing()
    {
        InMemoryCatalog catalog = catalog();
        String location = metadataLocation(TableBootstrap.createOrUpdate(catalog, OTEL, Signal.LOGS.shape()));
        assertThat(metadataLocation(TableBootstrap.createOrUpdate(catalog, OTEL, Signal.LOGS.shape()))).isEqualTo(location);
    }

    @Test
    void testMissingPartsAreAdded()
    {
        InMemoryCatalog catalog = catalog();
        Table table = TableBootstrap.createOrUpdate(catalog, OTEL, Signal.LOGS.shape());
        table.updateSchema().deleteColumn("event_name").addColumn("promoted", Types.LongType.get()).commit();
        table.updateProperties().remove("write.distribution-mode").set("write.target-file-size-bytes", "1").remove("icegate.wal.offsets").commit();
        table.replaceSortOrder().commit();

        Table updated = TableBootstrap.createOrUpdate(catalog, OTEL, Signal.LOGS.shape());
        assertThat(updated.schema().findField("event_name").type()).isEqualTo(Types.StringType.get());
        assertThat(updated.schema().findField("event_name").doc()).isNotBlank();
        assertThat(updated.schema().findField("promoted")).isNotNull();
        assertThat(updated.sortOrder().isSorted()).isTrue();
        assertThat(updated.properties())
                .containsEntry("write.distribution-mode", "range")
                // what an operator set stays
                .containsEntry("write.target-file-size-bytes", "1")
                // a lost vector is not an empty one
                .doesNotContainKey("icegate.wal.offsets");
    }

    @Test
    void testAdoptedTableGetsAnUnpartitionedSpec()
    {
        InMemoryCatalog catalog = catalog();
        catalog.createNamespace(OTEL);
        Schema schema = Signal.LOGS.shape().schema();
        catalog.buildTable(LOGS, schema).withPartitionSpec(PartitionSpec.builderFor(schema).identity("tenant_id").hour("timestamp").build()).create();

        Table table = TableBootstrap.createOrUpdate(catalog, OTEL, Signal.LOGS.shape());
        assertThat(table.spec().specId()).isEqualTo(0);
        assertThat(table.spec().fields()).hasSize(2);
        assertThat(TableSpecs.unpartitioned(table.name(), table.specs().values()).isUnpartitioned()).isTrue();
        String location = metadataLocation(table);
        assertThat(metadataLocation(TableBootstrap.createOrUpdate(catalog, OTEL, Signal.LOGS.shape()))).isEqualTo(location);
    }

    @Test
    void testRefusesAnotherTable()
    {
        InMemoryCatalog catalog = catalog();
        catalog.createNamespace(OTEL);
        catalog.createTable(LOGS, new Schema(NestedField.required(1, "tenant_id", Types.LongType.get())));
        assertThatThrownBy(() -> TableBootstrap.createOrUpdate(catalog, OTEL, Signal.LOGS.shape()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot use table otel.logs: column 'tenant_id' is long, not string");
    }

    @Test
    void testRaceOfTwoStarts()
            throws Exception
    {
        for (int round = 0; round < 20; round++) {
            InMemoryCatalog catalog = catalog();
            CyclicBarrier start = new CyclicBarrier(4);
            ExecutorService executor = Executors.newFixedThreadPool(4);
            try {
                List<Future<UUID>> starts = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    starts.add(executor.submit(() -> {
                        start.await();
                        return TableBootstrap.createOrUpdate(catalog, OTEL, Signal.LOGS.shape()).uuid();
                    }));
                }
                Set<UUID> tables = new HashSet<>();
                for (Future<UUID> table : starts) {
                    tables.add(table.get());
                }
                assertThat(tables).containsExactly(catalog.loadTable(LOGS).uuid());
                assertThat(catalog.loadTable(LOGS).specs()).hasSize(2);
            }
            finally {
                executor.shutdownNow();
            }
        }
    }

    private static String metadataLocation(Table table)
    {
        return ((BaseTable) table).operations().refresh().metadataFileLocation();
    }

    private static InMemoryCatalog catalog()
    {
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("test", Map.of("warehouse", "memory:test"));
        return catalog;
    }
}
