package io.icegate.wal.format;

import io.icegate.wal.BatchRange;
import io.icegate.wal.parquet.ByteSink;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.ColumnOrder;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.TypeDefinedOrder;
import org.apache.parquet.format.Util;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

import static java.lang.Math.toIntExact;
import static java.util.Objects.requireNonNull;

/**
 * Encodes batches of one segment as an Iceberg position-delete file for exactly that segment. The path is a dictionary of
 * one entry; positions are plain. The same ranges give the same bytes. Needs nothing of Parquet but the structures of its
 * footer, so that it runs inside every engine.
 */
public final class PositionDeleteEncoder
{
    private static final int PAGE_ROWS_MAX = 100_000;
    private static final int PATH = MetadataColumns.DELETE_FILE_PATH.fieldId();
    private static final int POSITION = MetadataColumns.DELETE_FILE_POS.fieldId();

    private final ByteSink file = new ByteSink(4096);

    /**
     * A complete delete file.
     *
     * @param segment location of the data file whose rows are deleted
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record EncodedPositionDeletes(byte[] content, String segment, Metrics metrics)
    {
        public EncodedPositionDeletes
        {
            requireNonNull(content, "content is null");
            requireNonNull(segment, "segment is null");
            requireNonNull(metrics, "metrics is null");
        }

        /**
         * Describes the file for a table.
         *
         * @param location where the content is stored
         */
        public DeleteFile deleteFile(PartitionSpec unpartitioned, String location)
        {
            return FileMetadata.deleteFileBuilder(unpartitioned)
                    .ofPositionDeletes()
                    .withPath(location)
                    .withFormat(FileFormat.PARQUET)
                    .withFileSizeInBytes(content.length)
                    .withMetrics(metrics)
                    .withReferencedDataFile(segment)
                    .build();
        }
    }

    private PositionDeleteEncoder() {}

    /**
     * Encodes the positions of whole batches.
     *
     * @param segment location of the data file, to the letter as the table or scan names it
     * @param ranges rows to delete; they may not overlap
     * @throws IllegalArgumentException when there are none, or they overlap
     */
    public static EncodedPositionDeletes encode(String segment, List<BatchRange> ranges)
    {
        List<BatchRange> sorted = ranges.stream()
                .sorted(Comparator.comparingInt(BatchRange::firstRow))
                .toList();
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("Cannot delete rows of %s: there are none".formatted(segment));
        }
        long next = 0;
        for (BatchRange range : sorted) {
            if (range.firstRow() < next) {
                throw new IllegalArgumentException("Cannot delete rows of %s: the ranges overlap at row %s".formatted(segment, range.firstRow()));
            }
            next = (long) range.firstRow() + range.rows();
        }
        try {
            return new PositionDeleteEncoder().write(segment, sorted, next - 1);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EncodedPositionDeletes write(String segment, List<BatchRange> ranges, long lastPosition)
            throws IOException
    {
        long rows = ranges.stream().mapToLong(BatchRange::rows).sum();
        byte[] path = segment.getBytes(StandardCharsets.UTF_8);
        byte[] first = longBytes(ranges.get(0).firstRow());
        byte[] last = longBytes(lastPosition);
        file.writeBytes(FooterKeys.MAGIC);
        List<ColumnChunk> chunks = List.of(
                paths(path, rows),
                positions(ranges, rows, first, last));
        long bytes = chunks.stream().mapToLong(chunk -> chunk.getMeta_data().getTotal_uncompressed_size()).sum();
        // without column orders readers ignore minimum and maximum
        ColumnOrder order = ColumnOrder.TYPE_ORDER(new TypeDefinedOrder());
        RowGroup group = new RowGroup(chunks, bytes, rows).setFile_offset(FooterKeys.MAGIC.length).setTotal_compressed_size(bytes);
        FileMetaData metadata = new FileMetaData(1, schema(), rows, List.of(group))
                .setCreated_by(SegmentFile.CREATED_BY)
                .setColumn_orders(List.of(order, order));
        int start = file.size();
        Util.writeFileMetaData(metadata, file);
        file.writeInt(file.size() - start);
        file.writeBytes(FooterKeys.MAGIC);
        Metrics metrics = new Metrics(
                rows,
                null,
                null,
                null,
                null,
                Map.of(PATH, ByteBuffer.wrap(path), POSITION, ByteBuffer.wrap(first)),
                Map.of(PATH, ByteBuffer.wrap(path), POSITION, ByteBuffer.wrap(last)));
        return new EncodedPositionDeletes(file.toByteArray(), segment, metrics);
    }

    private static List<SchemaElement> schema()
    {
        return List.of(
                new SchemaElement("table").setNum_children(2),
                new SchemaElement("file_path").setType(Type.BYTE_ARRAY).setRepetition_type(FieldRepetitionType.REQUIRED).setConverted_type(ConvertedType.UTF8).setField_id(PATH),
                new SchemaElement("pos").setType(Type.INT64).setRepetition_type(FieldRepetitionType.REQUIRED).setField_id(POSITION));
    }

    private ColumnChunk paths(byte[] path, long rows)
            throws IOException
    {
        int start = file.size();
        ByteSink dictionary = new ByteSink(path.length + 4);
        dictionary.writeInt(path.length);
        dictionary.writeBytes(path);
        page(dictionary, new PageHeader(PageType.DICTIONARY_PAGE, 0, 0).setDictionary_page_header(new DictionaryPageHeader(1, Encoding.PLAIN)));
        int dataStart = file.size();
        // ids of 0 bits, then one run of the only id
        ByteSink ids = new ByteSink(16);
        ids.write(0);
        long run = rows << 1;
        for (; run > 127; run >>>= 7) {
            ids.write((int) ((run & 127) | 128));
        }
        ids.write((int) run);
        data(ids, toIntExact(rows), Encoding.RLE_DICTIONARY);
        ColumnMetaData metadata = metadata("file_path", Type.BYTE_ARRAY, Encoding.RLE_DICTIONARY, rows, start, dataStart);
        metadata.setDictionary_page_offset(start);
        return new ColumnChunk(start).setMeta_data(metadata.setStatistics(new Statistics().setMin_value(path).setMax_value(path).setNull_count(0)));
    }

    private ColumnChunk positions(List<BatchRange> ranges, long rows, byte[] first, byte[] last)
            throws IOException
    {
        int start = file.size();
        ByteSink page = new ByteSink((int) Math.min(rows, PAGE_ROWS_MAX) * Long.BYTES);
        for (BatchRange range : ranges) {
            for (int i = 0; i < range.rows(); i++) {
                page.writeBytes(longBytes((long) range.firstRow() + i));
                if (page.size() == PAGE_ROWS_MAX * Long.BYTES) {
                    positionPage(page);
                }
            }
        }
        if (page.size() > 0) {
            positionPage(page);
        }
        ColumnMetaData metadata = metadata("pos", Type.INT64, Encoding.PLAIN, rows, start, start);
        return new ColumnChunk(start).setMeta_data(metadata.setStatistics(new Statistics().setMin_value(first).setMax_value(last).setNull_count(0)));
    }

    private void positionPage(ByteSink page)
            throws IOException
    {
        data(page, page.size() / Long.BYTES, Encoding.PLAIN);
        page.reset();
    }

    private ColumnMetaData metadata(String name, Type type, Encoding encoding, long rows, int start, int dataStart)
    {
        long size = (long) file.size() - start;
        List<Encoding> encodings = new ArrayList<>(List.of(Encoding.PLAIN, Encoding.RLE));
        if (encoding != Encoding.PLAIN) {
            encodings.add(encoding);
        }
        return new ColumnMetaData(type, encodings, List.of(name), CompressionCodec.UNCOMPRESSED, rows, size, size, dataStart);
    }

    private void data(ByteSink body, int values, Encoding encoding)
            throws IOException
    {
        page(body, new PageHeader(PageType.DATA_PAGE, 0, 0).setData_page_header(new DataPageHeader(values, encoding, Encoding.RLE, Encoding.RLE)));
    }

    private void page(ByteSink body, PageHeader header)
            throws IOException
    {
        CRC32 crc = new CRC32();
        crc.update(body.array(), 0, body.size());
        header.setUncompressed_page_size(body.size());
        header.setCompressed_page_size(body.size());
        header.setCrc((int) crc.getValue());
        Util.writePageHeader(header, file);
        file.write(body.array(), 0, body.size());
    }

    private static byte[] longBytes(long value)
    {
        return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }
}
