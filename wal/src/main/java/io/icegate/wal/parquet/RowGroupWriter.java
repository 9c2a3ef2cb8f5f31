package io.icegate.wal.parquet;

import com.github.luben.zstd.ZstdCompressCtx;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.impl.ColumnWriteStoreV1;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of one row group: parquet-java turns values into pages, {@link ColumnChunkWriter} turns pages into chunks.
 */
public final class RowGroupWriter
{
    private final SegmentLayout layout;
    private final Map<String, ColumnChunkWriter> chunks = new HashMap<>();
    private final ColumnWriteStoreV1 store;
    private int rows;

    public RowGroupWriter(SegmentLayout layout, ZstdCompressCtx zstd, ByteSink scratch)
    {
        this.layout = layout;
        for (ColumnDescriptor column : layout.message().getColumns()) {
            chunks.put(SegmentLayout.dotted(column), new ColumnChunkWriter(column, layout.isBounded(column), zstd, scratch));
        }
        store = new ColumnWriteStoreV1(layout.message(), this::pageWriter, layout.properties());
    }

    private PageWriter pageWriter(ColumnDescriptor column)
    {
        return chunk(SegmentLayout.dotted(column));
    }

    private ColumnChunkWriter chunk(String path)
    {
        ColumnChunkWriter chunk = chunks.get(path);
        if (chunk == null) {
            throw new IllegalArgumentException("Cannot write column '%s': the table has none".formatted(path));
        }
        return chunk;
    }

    /**
     * Returns the writer of a leaf column.
     *
     * @param path names of the levels with dots between them, those of maps and lists included
     */
    public Leaf leaf(String path)
    {
        ColumnDescriptor column = layout.message().getColumnDescription(path.split("\\."));
        boolean wide = column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT64;
        return new Leaf(store.getColumnWriter(column), chunk(path), column.getMaxDefinitionLevel(), wide);
    }

    /**
     * Ends a row; every leaf has got its values.
     */
    public void endRow()
    {
        store.endRecord();
        rows++;
    }

    /**
     * Writes the chunks; call once, after the last row.
     */
    public Written finish(ByteSink file)
    {
        store.flush();
        store.close();
        long start = file.size();
        List<ColumnChunk> written = new ArrayList<>();
        List<ColumnChunkWriter> writers = new ArrayList<>();
        long uncompressed = 0;
        for (ColumnDescriptor column : layout.message().getColumns()) {
            ColumnChunkWriter writer = chunk(SegmentLayout.dotted(column));
            ColumnChunk chunk = writer.append(file);
            uncompressed += chunk.getMeta_data().getTotal_uncompressed_size();
            written.add(chunk);
            writers.add(writer);
        }
        RowGroup group = new RowGroup(written, uncompressed, rows)
                .setFile_offset(start)
                .setTotal_compressed_size(file.size() - start);
        return new Written(group, writers);
    }

    /**
     * @param writers of the chunks, in order
     */
    public record Written(RowGroup group, List<ColumnChunkWriter> writers) {}

    /**
     * One leaf column. Only leaves that are top-level columns count nulls.
     */
    public static final class Leaf
    {
        private final ColumnWriter writer;
        private final ColumnChunkWriter chunk;
        private final int definitionMax;
        private final boolean wide;

        /**
         * @param wide true for integers of 64 bits
         */
        private Leaf(ColumnWriter writer, ColumnChunkWriter chunk, int definitionMax, boolean wide)
        {
            this.wide = wide;
            this.writer = writer;
            this.chunk = chunk;
            this.definitionMax = definitionMax;
        }

        /**
         * Definition level of a value that is there.
         */
        public int definitionMax()
        {
            return definitionMax;
        }

        public void write(@Nullable Binary value)
        {
            if (value == null) {
                chunk.addNull();
                writer.writeNull(0, 0);
            }
            else {
                writer.write(value, 0, definitionMax);
            }
        }

        /**
         * Writes a text or bytes; the array is not copied and never changed.
         */
        public void writeBytes(byte @Nullable [] value)
        {
            write(value == null ? null : Binary.fromConstantByteArray(value));
        }

        public void write(long value)
        {
            writer.write(value, 0, definitionMax);
        }

        public void write(int value)
        {
            if (wide) {
                writer.write((long) value, 0, definitionMax);
            }
            else {
                writer.write(value, 0, definitionMax);
            }
        }

        public void write(Binary value, int repetition)
        {
            writer.write(value, repetition, definitionMax);
        }

        public void absent(int repetition, int definition)
        {
            writer.writeNull(repetition, definition);
        }
    }
}
