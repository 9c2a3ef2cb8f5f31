package io.icegate.wal.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.statistics.geospatial.GeospatialStatistics;
import org.apache.parquet.format.BoundaryOrder;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnIndex;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.OffsetIndex;
import org.apache.parquet.format.PageEncodingStats;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageLocation;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;

import static java.lang.Math.toIntExact;

/**
 * Receives the pages of one column of one row group, compresses them with zstd and describes the chunk. The dictionary
 * comes last but stands first in the file, so offsets are relative until {@link #append}.
 */
public final class ColumnChunkWriter
        implements PageWriter
{
    /**
     * Longer values are not worth their place in a footer: the chunk then has no bounds, which is always correct.
     */
    static final int BOUND_BYTES_MAX = 256;

    private final ColumnDescriptor column;
    private final boolean bounded;
    private final ZstdCompressCtx zstd;
    private final ByteSink scratch;
    private final ByteSink dictionary = new ByteSink(256);
    private final ByteSink pages = new ByteSink(1024);
    private final List<Page> written = new ArrayList<>();
    private final TreeMap<org.apache.parquet.format.Encoding, Integer> dataEncodings = new TreeMap<>();
    private @Nullable Statistics<?> statistics;
    private long values;
    private long nulls;
    private long uncompressed;
    private long firstRow;

    private record Page(int offset, int size, long firstRow, int values, Statistics<?> statistics) {}

    /**
     * @param bounded true when readers shall find minimum and maximum
     * @param scratch shared by all columns of one encoding
     */
    ColumnChunkWriter(ColumnDescriptor column, boolean bounded, ZstdCompressCtx zstd, ByteSink scratch)
    {
        this.column = column;
        this.bounded = bounded;
        this.zstd = zstd;
        this.scratch = scratch;
    }

    void addNull()
    {
        nulls++;
    }

    @Override
    @Deprecated
    public void writePage(BytesInput bytes, int valueCount, Statistics<?> pageStatistics, Encoding repetition, Encoding definition, Encoding data)
    {
        throw new UnsupportedOperationException("Cannot write a page without its row count");
    }

    @Override
    public void writePage(BytesInput bytes, int valueCount, int rowCount, Statistics<?> pageStatistics, Encoding repetition, Encoding definition, Encoding data)
            throws IOException
    {
        org.apache.parquet.format.Encoding encoding = format(data);
        PageHeader header = new PageHeader(PageType.DATA_PAGE, 0, 0)
                .setData_page_header(new DataPageHeader(valueCount, encoding, org.apache.parquet.format.Encoding.RLE, org.apache.parquet.format.Encoding.RLE));
        int offset = pages.size();
        page(header, bytes, pages);
        written.add(new Page(offset, pages.size() - offset, firstRow, valueCount, pageStatistics));
        dataEncodings.merge(encoding, 1, Integer::sum);
        values += valueCount;
        firstRow += rowCount;
        if (bounded) {
            if (statistics == null) {
                statistics = pageStatistics.copy();
            }
            else {
                statistics.mergeStatistics(pageStatistics);
            }
        }
    }

    @Override
    public void writePage(
            BytesInput bytes,
            int valueCount,
            int rowCount,
            Statistics<?> pageStatistics,
            SizeStatistics sizes,
            GeospatialStatistics places,
            Encoding repetition,
            Encoding definition,
            Encoding data)
            throws IOException
    {
        writePage(bytes, valueCount, rowCount, pageStatistics, repetition, definition, data);
    }

    @Override
    public void writePageV2(int rowCount, int nullCount, int valueCount, BytesInput repetition, BytesInput definition, Encoding dataEncoding, BytesInput data, Statistics<?> pageStatistics)
    {
        throw new UnsupportedOperationException("Cannot write pages of version 2");
    }

    @Override
    public void writeDictionaryPage(DictionaryPage page)
            throws IOException
    {
        PageHeader header = new PageHeader(PageType.DICTIONARY_PAGE, 0, 0)
                .setDictionary_page_header(new DictionaryPageHeader(page.getDictionarySize(), org.apache.parquet.format.Encoding.PLAIN));
        page(header, page.getBytes(), dictionary);
    }

    private void page(PageHeader header, BytesInput body, ByteSink out)
            throws IOException
    {
        scratch.reset();
        body.writeAllTo(scratch);
        int size = scratch.size();
        int bound = toIntExact(Zstd.compressBound(size));
        scratch.reserve(bound);
        int compressed = zstd.compressByteArray(scratch.array(), size, bound, scratch.array(), 0, size);
        CRC32 crc = new CRC32();
        crc.update(scratch.array(), size, compressed);
        header.setUncompressed_page_size(size);
        header.setCompressed_page_size(compressed);
        header.setCrc((int) crc.getValue());
        int start = out.size();
        Util.writePageHeader(header, out);
        uncompressed += out.size() - start + size;
        out.write(scratch.array(), size, compressed);
    }

    @Override
    public long getMemSize()
    {
        return pages.size();
    }

    @Override
    public long allocatedSize()
    {
        return pages.array().length;
    }

    @Override
    public String memUsageString(String prefix)
    {
        return prefix + pages.size();
    }

    /**
     * Writes the pages; call once, after the last page.
     */
    ColumnChunk append(ByteSink file)
    {
        long start = file.size();
        file.write(dictionary.array(), 0, dictionary.size());
        long dataStart = file.size();
        file.write(pages.array(), 0, pages.size());
        List<org.apache.parquet.format.Encoding> encodings = new ArrayList<>(dataEncodings.keySet());
        List<PageEncodingStats> encodingStats = new ArrayList<>();
        dataEncodings.forEach((encoding, count) -> encodingStats.add(new PageEncodingStats(PageType.DATA_PAGE, encoding, count)));
        ColumnMetaData metadata = new ColumnMetaData(
                ParquetSchema.physicalType(column.getPrimitiveType().getPrimitiveTypeName()),
                encodings,
                List.of(column.getPath()),
                CompressionCodec.ZSTD,
                values,
                uncompressed,
                file.size() - start,
                dataStart);
        if (dataStart != start) {
            metadata.setDictionary_page_offset(start);
            encodingStats.add(new PageEncodingStats(PageType.DICTIONARY_PAGE, org.apache.parquet.format.Encoding.PLAIN, 1));
            addIfAbsent(encodings, org.apache.parquet.format.Encoding.PLAIN);
        }
        addIfAbsent(encodings, org.apache.parquet.format.Encoding.RLE);
        metadata.setEncoding_stats(encodingStats);
        if (column.getPath().length == 1) {
            metadata.setStatistics(statistics());
        }
        return new ColumnChunk(start).setMeta_data(metadata);
    }

    private static <T> void addIfAbsent(List<T> list, T value)
    {
        if (!list.contains(value)) {
            list.add(value);
        }
    }

    private org.apache.parquet.format.Statistics statistics()
    {
        org.apache.parquet.format.Statistics result = new org.apache.parquet.format.Statistics().setNull_count(nulls);
        if (statistics != null && hasBounds(statistics)) {
            result.setMin_value(statistics.getMinBytes()).setIs_min_value_exact(true);
            result.setMax_value(statistics.getMaxBytes()).setIs_max_value_exact(true);
        }
        return result;
    }

    private static boolean hasBounds(Statistics<?> statistics)
    {
        return statistics.hasNonNullValue() && statistics.getMinBytes().length <= BOUND_BYTES_MAX && statistics.getMaxBytes().length <= BOUND_BYTES_MAX;
    }

    /**
     * Bounds of each page; absent when some page has none.
     */
    public Optional<ColumnIndex> columnIndex()
    {
        if (!bounded || !written.stream().allMatch(page -> isNull(page) || hasBounds(page.statistics()))) {
            return Optional.empty();
        }
        ByteBuffer nothing = ByteBuffer.allocate(0);
        return Optional.of(new ColumnIndex(
                written.stream().map(ColumnChunkWriter::isNull).toList(),
                written.stream().map(page -> isNull(page) ? nothing : ByteBuffer.wrap(page.statistics().getMinBytes())).toList(),
                written.stream().map(page -> isNull(page) ? nothing : ByteBuffer.wrap(page.statistics().getMaxBytes())).toList(),
                BoundaryOrder.UNORDERED)
                .setNull_counts(written.stream().map(page -> page.statistics().getNumNulls()).toList()));
    }

    private static boolean isNull(Page page)
    {
        return page.statistics().getNumNulls() == page.values();
    }

    /**
     * Where each page lies.
     *
     * @param dataStart offset of the first data page in the file
     */
    public OffsetIndex offsetIndex(long dataStart)
    {
        return new OffsetIndex(written.stream()
                .map(page -> new PageLocation(dataStart + page.offset(), page.size(), page.firstRow()))
                .toList());
    }

    private static final Map<Encoding, org.apache.parquet.format.Encoding> ENCODINGS = Map.of(
            Encoding.PLAIN, org.apache.parquet.format.Encoding.PLAIN,
            Encoding.RLE_DICTIONARY, org.apache.parquet.format.Encoding.RLE_DICTIONARY);

    private static org.apache.parquet.format.Encoding format(Encoding encoding)
    {
        org.apache.parquet.format.Encoding result = ENCODINGS.get(encoding);
        if (result == null) {
            throw new IllegalStateException("Cannot write a page in encoding " + encoding);
        }
        return result;
    }
}
