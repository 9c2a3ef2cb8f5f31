package io.icegate.wal.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageEncodingStats;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.CRC32;

import static java.lang.Math.toIntExact;

/**
 * Compresses the pages of one column of a row group with zstd and describes the chunk. The dictionary comes last but
 * stands first in the file, so offsets are relative until {@link #append}.
 */
final class ColumnChunkWriter
{
    private final LeafLayout column;
    private final ZstdCompressCtx zstd;
    private final ByteSink scratch;
    private final ByteSink dictionary = new ByteSink(256);
    private final ByteSink pages = new ByteSink(1024);
    private List<ChunkPages.Page> written = new ArrayList<>();
    private final TreeMap<Encoding, Integer> dataEncodings = new TreeMap<>();
    private long values;
    private long nulls;
    private long uncompressed;
    private long firstRow;

    /**
     * @param scratch shared by all columns of one encoding
     */
    ColumnChunkWriter(LeafLayout column, ZstdCompressCtx zstd, ByteSink scratch)
    {
        this.column = column;
        this.zstd = zstd;
        this.scratch = scratch;
    }

    /**
     * Returns where the content of the next page goes. Only one page of all columns is open at a time.
     */
    ByteSink startPage()
    {
        scratch.reset();
        return scratch;
    }

    void endPage(int pageValues, int pageRows, int pageNulls, Encoding encoding, @Nullable PageBounds pageBounds)
    {
        PageHeader header = new PageHeader(PageType.DATA_PAGE, 0, 0)
                .setData_page_header(new DataPageHeader(pageValues, encoding, Encoding.RLE, Encoding.RLE));
        int offset = pages.size();
        page(header, pages);
        written.add(new ChunkPages.Page(offset, pages.size() - offset, firstRow, pageValues, pageNulls, pageBounds));
        dataEncodings.merge(encoding, 1, Integer::sum);
        values += pageValues;
        nulls += pageNulls;
        firstRow += pageRows;
    }

    void endDictionary(int entries)
    {
        page(new PageHeader(PageType.DICTIONARY_PAGE, 0, 0).setDictionary_page_header(new DictionaryPageHeader(entries, Encoding.PLAIN)), dictionary);
    }

    private void page(PageHeader header, ByteSink out)
    {
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
        try {
            Util.writePageHeader(header, out);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        uncompressed += out.size() - start + size;
        out.write(scratch.array(), size, compressed);
    }

    /**
     * Writes the pages, after the last one.
     */
    ColumnChunk append(ByteSink file, @Nullable PageBounds bounds)
    {
        long start = file.size();
        file.write(dictionary.array(), 0, dictionary.size());
        long dataStart = file.size();
        file.write(pages.array(), 0, pages.size());
        List<Encoding> encodings = new ArrayList<>(dataEncodings.keySet());
        List<PageEncodingStats> encodingStats = new ArrayList<>();
        dataEncodings.forEach((encoding, count) -> encodingStats.add(new PageEncodingStats(PageType.DATA_PAGE, encoding, count)));
        ColumnMetaData metadata = new ColumnMetaData(
                column.type(),
                encodings,
                column.path(),
                CompressionCodec.ZSTD,
                values,
                uncompressed,
                file.size() - start,
                dataStart);
        if (dataStart != start) {
            metadata.setDictionary_page_offset(start);
            encodingStats.add(new PageEncodingStats(PageType.DICTIONARY_PAGE, Encoding.PLAIN, 1));
            addIfAbsent(encodings, Encoding.PLAIN);
        }
        addIfAbsent(encodings, Encoding.RLE);
        metadata.setEncoding_stats(encodingStats);
        if (column.isTopLevel()) {
            metadata.setStatistics(statistics(bounds));
        }
        return new ColumnChunk(start).setMeta_data(metadata);
    }

    private static <T> void addIfAbsent(List<T> list, T value)
    {
        if (!list.contains(value)) {
            list.add(value);
        }
    }

    private Statistics statistics(@Nullable PageBounds bounds)
    {
        Statistics result = new Statistics().setNull_count(nulls);
        if (bounds != null && bounds.isShort()) {
            result.setMin_value(bounds.min()).setIs_min_value_exact(true);
            result.setMax_value(bounds.max()).setIs_max_value_exact(true);
        }
        return result;
    }

    /**
     * Takes where the pages lie, and begins another chunk.
     */
    ChunkPages takePages()
    {
        ChunkPages taken = new ChunkPages(column.bounded(), written);
        written = new ArrayList<>();
        dictionary.reset();
        pages.reset();
        dataEncodings.clear();
        values = 0;
        nulls = 0;
        uncompressed = 0;
        firstRow = 0;
        return taken;
    }

    long bufferBytes()
    {
        return (long) dictionary.capacity() + pages.capacity();
    }
}
