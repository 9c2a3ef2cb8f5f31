package io.icegate.wal.format;

import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads Parquet files with Iceberg's generic reader, which is not ours: the oracle of what a file holds.
 */
public final class SegmentRows
{
    private SegmentRows() {}

    public static List<Record> read(byte[] content, Schema schema)
    {
        return read(new InMemoryInputFile(content), schema);
    }

    private static List<Record> read(InputFile file, Schema schema)
    {
        try (CloseableIterable<Record> rows = Parquet.read(file)
                .project(schema)
                .createReaderFunc(message -> GenericParquetReaders.buildReader(schema, message))
                .build()) {
            List<Record> records = new ArrayList<>();
            rows.forEach(records::add);
            return records;
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * As CREATE OR REPLACE TABLE AS SELECT leaves a table.
     */
    public static Schema optional(Schema schema)
    {
        return new Schema(schema.columns().stream().map(column -> NestedField.from(column).ofType(optional(column.type())).asOptional().build()).toList());
    }

    static Type optional(Type type)
    {
        if (type instanceof Types.ListType list) {
            return Types.ListType.ofOptional(list.elementId(), optional(list.elementType()));
        }
        if (type instanceof Types.MapType map) {
            return Types.MapType.ofOptional(map.keyId(), map.valueId(), optional(map.keyType()), optional(map.valueType()));
        }
        if (type instanceof Types.StructType struct) {
            return Types.StructType.of(struct.fields().stream().map(field -> NestedField.from(field).ofType(optional(field.type())).asOptional().build()).toList());
        }
        return type;
    }
}
