package io.icegate.maintenance.merge;

import io.icegate.wal.format.SegmentMetrics;
import io.icegate.wal.parquet.ByteSink;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnIndex;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.ColumnOrder;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SortingColumn;
import org.apache.parquet.format.TypeDefinedOrder;
import org.apache.parquet.format.Util;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Writes one file from row groups that are there: chunks, bloom filters, page indexes, footer.
 */
final class MergedFile
{
    private static final byte[] MAGIC = {'P', 'A', 'R', '1'};
    private static final String CREATED_BY = "icegate version 0.1.0";

    private final Table table;
    private final TableColumns columns;
    private final MergedChunks chunks;

    private record Written(FileMetaData footer, long size) {}

    MergedFile(Table table, TableColumns columns, MergedChunks chunks)
    {
        this.table = table;
        this.columns = columns;
        this.chunks = chunks;
    }

    /**
     * @param first row group of the merge that the file begins with
     * @param groups of one partition
     */
    DataFile write(int first, List<MergeOrder.Group> groups, String name)
            throws IOException
    {
        Partitions.Values partition = groups.get(0).partition();
        String location = table.spec().isUnpartitioned()
                ? table.locationProvider().newDataLocation(name)
                : table.locationProvider().newDataLocation(table.spec(), partition, name);
        try {
            return describe(location, partition, write(first, groups, table.io().newOutputFile(location)));
        }
        catch (IOException | RuntimeException e) {
            // closing it stored what there was
            table.io().deleteFile(location);
            throw e;
        }
    }

    private Written write(int first, List<MergeOrder.Group> groups, OutputFile output)
            throws IOException
    {
        List<RowGroup> written = new ArrayList<>();
        try (PositionOutputStream out = output.create()) {
            out.write(MAGIC);
            for (int group = 0; group < groups.size(); group++) {
                written.add(group(first + group, groups.get(group), group, out));
            }
            writeBloomFilters(first, written, out);
            writeIndexes(first, written, out);
            FileMetaData footer = footer(written);
            ByteSink bytes = new ByteSink(64 * 1024);
            Util.writeFileMetaData(footer, bytes);
            int length = bytes.size();
            bytes.writeInt(length);
            bytes.writeBytes(MAGIC);
            out.write(bytes.array(), 0, bytes.size());
            return new Written(footer, out.getPos());
        }
    }

    private DataFile describe(String location, Partitions.Values partition, Written written)
    {
        DataFiles.Builder builder = DataFiles.builder(table.spec())
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(written.size())
                .withMetrics(SegmentMetrics.of(written.footer(), table.schema(), MetricsConfig.forTable(table)))
                .withSplitOffsets(written.footer().getRow_groups().stream().map(RowGroup::getFile_offset).toList())
                .withSortOrder(table.sortOrder());
        if (table.spec().isPartitioned()) {
            builder.withPartition(partition);
        }
        return builder.build();
    }

    private RowGroup group(int number, MergeOrder.Group rows, int ordinal, PositionOutputStream out)
            throws IOException
    {
        long start = out.getPos();
        List<ColumnChunk> written = new ArrayList<>();
        long uncompressed = 0;
        for (MergedChunks.Stored stored : chunks.group(number)) {
            long position = out.getPos();
            chunks.copy(stored, out);
            // one chunk goes into one file, so that its description can be completed in place
            ColumnChunk chunk = stored.chunk().chunk();
            ColumnMetaData metadata = chunk.getMeta_data();
            metadata.setData_page_offset(metadata.getData_page_offset() + position);
            if (metadata.isSetDictionary_page_offset()) {
                metadata.setDictionary_page_offset(metadata.getDictionary_page_offset() + position);
            }
            chunk.setFile_offset(position);
            uncompressed += metadata.getTotal_uncompressed_size();
            written.add(chunk);
        }
        return new RowGroup(written, uncompressed, rows.to() - rows.from())
                .setFile_offset(start)
                .setTotal_compressed_size(out.getPos() - start)
                .setOrdinal((short) ordinal)
                .setSorting_columns(sortingColumns());
    }

    private List<SortingColumn> sortingColumns()
    {
        return table.sortOrder().fields().stream()
                .map(field -> new SortingColumn(columns.leaf(field.sourceId()), field.direction() == SortDirection.DESC, field.nullOrder() == NullOrder.NULLS_FIRST))
                .toList();
    }

    private void writeBloomFilters(int first, List<RowGroup> groups, PositionOutputStream out)
            throws IOException
    {
        for (int group = 0; group < groups.size(); group++) {
            List<MergedChunks.Stored> stored = chunks.group(first + group);
            for (int column = 0; column < stored.size(); column++) {
                Optional<byte[]> filter = stored.get(column).bloomFilter();
                if (filter.isPresent()) {
                    ColumnMetaData metadata = groups.get(group).getColumns().get(column).getMeta_data();
                    metadata.setBloom_filter_offset(out.getPos()).setBloom_filter_length(filter.orElseThrow().length);
                    out.write(filter.orElseThrow());
                }
            }
        }
    }

    private void writeIndexes(int first, List<RowGroup> groups, PositionOutputStream out)
            throws IOException
    {
        for (int group = 0; group < groups.size(); group++) {
            List<MergedChunks.Stored> stored = chunks.group(first + group);
            for (int column = 0; column < stored.size(); column++) {
                Optional<ColumnIndex> index = stored.get(column).chunk().pages().columnIndex();
                if (index.isPresent()) {
                    long start = out.getPos();
                    Util.writeColumnIndex(index.orElseThrow(), out);
                    groups.get(group).getColumns().get(column).setColumn_index_offset(start).setColumn_index_length((int) (out.getPos() - start));
                }
            }
        }
        for (int group = 0; group < groups.size(); group++) {
            List<MergedChunks.Stored> stored = chunks.group(first + group);
            for (int column = 0; column < stored.size(); column++) {
                ColumnChunk chunk = groups.get(group).getColumns().get(column);
                long start = out.getPos();
                Util.writeOffsetIndex(stored.get(column).chunk().pages().offsetIndex(chunk.getMeta_data().getData_page_offset()), out);
                chunk.setOffset_index_offset(start).setOffset_index_length((int) (out.getPos() - start));
            }
        }
    }

    private FileMetaData footer(List<RowGroup> groups)
    {
        return new FileMetaData(1, columns.layout().elements(), groups.stream().mapToLong(RowGroup::getNum_rows).sum(), groups)
                .setKey_value_metadata(List.of(new KeyValue("iceberg.schema").setValue(SchemaParser.toJson(table.schema()))))
                .setCreated_by(CREATED_BY)
                .setColumn_orders(Collections.nCopies(columns.leaves().size(), ColumnOrder.TYPE_ORDER(new TypeDefinedOrder())));
    }
}
