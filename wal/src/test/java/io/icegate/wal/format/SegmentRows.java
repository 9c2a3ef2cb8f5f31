package io.icegate.wal.format;

import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.parquet.Parquet;

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
}
