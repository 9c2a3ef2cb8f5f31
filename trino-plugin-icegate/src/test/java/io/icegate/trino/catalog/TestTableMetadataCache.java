package io.icegate.trino.catalog;

import io.trino.spi.connector.SchemaTableName;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

final class TestTableMetadataCache
{
    private static final SchemaTableName TABLE = new SchemaTableName("otel", "logs");

    private final TableMetadataCache cache = new TableMetadataCache();
    private final List<String> loaded = new ArrayList<>();

    @Test
    void testReadsEachLocationOnce()
    {
        TableMetadata first = read(TABLE, "file:/1.metadata.json");
        assertThat(read(TABLE, "file:/1.metadata.json")).isSameAs(first);
        assertThat(read(TABLE, "file:/2.metadata.json").metadataFileLocation()).isEqualTo("file:/2.metadata.json");
        assertThat(read(TABLE, "file:/1.metadata.json")).isNotSameAs(first);
        assertThat(loaded).containsExactly("file:/1.metadata.json", "file:/2.metadata.json", "file:/1.metadata.json");
    }

    @Test
    void testTwoTables()
    {
        SchemaTableName other = new SchemaTableName("otel", "spans");
        read(TABLE, "file:/1.metadata.json");
        read(other, "file:/2.metadata.json");
        read(TABLE, "file:/1.metadata.json");
        read(other, "file:/2.metadata.json");
        assertThat(loaded).containsExactly("file:/1.metadata.json", "file:/2.metadata.json");
    }

    @Test
    void testBound()
    {
        for (int table = 0; table < TableMetadataCache.TABLES_MAX; table++) {
            read(new SchemaTableName("otel", "t" + table), "file:/" + table);
        }
        read(new SchemaTableName("otel", "t0"), "file:/0");
        assertThat(loaded).hasSize(TableMetadataCache.TABLES_MAX);
        // one more: the least used goes
        read(TABLE, "file:/more");
        loaded.clear();
        read(new SchemaTableName("otel", "t0"), "file:/0");
        assertThat(loaded).isEmpty();
        read(new SchemaTableName("otel", "t1"), "file:/1");
        assertThat(loaded).containsExactly("file:/1");
    }

    private TableMetadata read(SchemaTableName table, String location)
    {
        return cache.read(table, location, read -> {
            loaded.add(read);
            TableMetadata metadata = TableMetadata.newTableMetadata(new Schema(NestedField.optional(1, "a", Types.IntegerType.get())), PartitionSpec.unpartitioned(), "file:/table", Map.of());
            return TableMetadata.buildFrom(metadata).discardChanges().withMetadataLocation(read).build();
        });
    }
}
