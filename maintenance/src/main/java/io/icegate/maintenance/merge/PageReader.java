package io.icegate.maintenance.merge;

import com.github.luben.zstd.ZstdDecompressCtx;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.zip.CRC32;

import static java.util.Objects.requireNonNull;

/**
 * Reads the pages of one column of a file in order, decompressed and decoded. Not safe for use by several threads.
 */
final class PageReader
{
    private final LocalFile file;
    private final FileLeaf leaf;
    private final ColumnDescriptor column;
    private final SharedValues shared;
    private final ZstdDecompressCtx zstd;
    private final Iterator<RowGroup> groups;
    private @Nullable InputStream in;
    private CompressionCodec codec = CompressionCodec.UNCOMPRESSED;
    private long left;
    private int row;
    private @Nullable ChunkTexts texts;
    private long @Nullable [] numbers;

    /**
     * @param leaf of the file
     * @param column of the table
     * @param optional whether the top-level column of the table may be null
     * @param shared by all inputs
     */
    PageReader(LocalFile file, FileLeaf leaf, ColumnDescriptor column, boolean optional, SharedValues shared, ZstdDecompressCtx zstd)
    {
        this.file = file;
        this.leaf = leaf;
        this.column = column;
        this.shared = shared;
        this.zstd = zstd;
        this.groups = file.footer().getRow_groups().iterator();
        int shift = column.getMaxDefinitionLevel() - leaf.definitionMax();
        if (leaf.repetitionMax() != column.getMaxRepetitionLevel() || Math.abs(shift) > 1 || (shift != 0) != (optional != leaf.optional())) {
            throw new MergeRefusedException("Cannot merge %s: column %s is nested in another way than in the table".formatted(file.location(), String.join(".", column.getPath())));
        }
    }

    /**
     * Returns the next page; null after the last one.
     */
    @Nullable
    PageValues next()
            throws IOException
    {
        while (true) {
            if (left == 0 && !openChunk()) {
                return null;
            }
            InputStream pages = requireNonNull(in, "in is null");
            PageHeader header = Util.readPageHeader(pages);
            byte[] content = pages.readNBytes(header.getCompressed_page_size());
            if (content.length != header.getCompressed_page_size()) {
                throw new EOFException("Cannot read %s: column %s ends within a page".formatted(file.location(), String.join(".", column.getPath())));
            }
            check(header, content);
            switch (header.getType()) {
                case DICTIONARY_PAGE -> dictionary(decompress(content, 0, header.getUncompressed_page_size()), header.getDictionary_page_header().getNum_values());
                case DATA_PAGE -> {
                    return page(header.getData_page_header(), decompress(content, 0, header.getUncompressed_page_size()));
                }
                case DATA_PAGE_V2 -> {
                    return page(header.getData_page_header_v2(), content, header.getUncompressed_page_size());
                }
                case INDEX_PAGE -> {
                    // carries no values
                }
            }
        }
    }

    /**
     * A broken page must not become a whole one.
     */
    private void check(PageHeader header, byte[] content)
            throws IOException
    {
        if (header.isSetCrc()) {
            CRC32 crc = new CRC32();
            crc.update(content);
            if ((int) crc.getValue() != header.getCrc()) {
                throw new IOException("Cannot read %s: column %s has a page whose checksum is wrong".formatted(file.location(), String.join(".", column.getPath())));
            }
        }
    }

    private boolean openChunk()
            throws IOException
    {
        texts = null;
        numbers = null;
        if (!groups.hasNext()) {
            return false;
        }
        ColumnChunk chunk = groups.next().getColumns().get(leaf.index());
        ColumnMetaData metadata = chunk.getMeta_data();
        codec = metadata.getCodec();
        if (codec != CompressionCodec.ZSTD && codec != CompressionCodec.UNCOMPRESSED) {
            throw new MergeRefusedException("Cannot merge %s: it is compressed with %s".formatted(file.location(), codec));
        }
        left = metadata.getNum_values();
        in = file.open(chunk);
        return left > 0 || openChunk();
    }

    private byte[] decompress(byte[] content, int offset, int size)
    {
        if (codec == CompressionCodec.UNCOMPRESSED) {
            return content;
        }
        byte[] result = new byte[size];
        int length = size - offset;
        System.arraycopy(content, 0, result, 0, offset);
        if (length > 0) {
            zstd.decompressByteArray(result, offset, length, content, offset, content.length - offset);
        }
        return result;
    }

    private void dictionary(byte[] content, int entries)
    {
        ValueDecoder decoder = new ValueDecoder(column, leaf.type(), shared, content, 0, entries);
        if (decoder.isText()) {
            texts = new ChunkTexts(shared, decoder.plainEntries());
        }
        else {
            numbers = decoder.plainNumbers();
        }
    }

    private PageValues page(DataPageHeader header, byte[] content)
            throws IOException
    {
        int count = header.getNum_values();
        int at = 0;
        byte[] repetitions = null;
        if (leaf.repetitionMax() > 0) {
            int length = ValueDecoder.intAt(content, at);
            repetitions = Levels.decode(content, at + Integer.BYTES, leaf.repetitionMax(), count);
            at += Integer.BYTES + length;
        }
        byte[] definitions = null;
        if (leaf.definitionMax() > 0) {
            int length = ValueDecoder.intAt(content, at);
            definitions = Levels.decodeLower(content, at + Integer.BYTES, leaf.definitionMax(), count);
            at += Integer.BYTES + length;
        }
        return page(repetitions, definitions, count, org.apache.parquet.column.Encoding.valueOf(header.getEncoding().name()), content, at);
    }

    private PageValues page(DataPageHeaderV2 header, byte[] content, int size)
            throws IOException
    {
        int count = header.getNum_values();
        int repetitionBytes = header.getRepetition_levels_byte_length();
        int levelBytes = repetitionBytes + header.getDefinition_levels_byte_length();
        byte[] repetitions = leaf.repetitionMax() == 0 ? null : Levels.decode(content, 0, leaf.repetitionMax(), count);
        byte[] definitions = leaf.definitionMax() == 0 ? null : Levels.decodeLower(content, repetitionBytes, leaf.definitionMax(), count);
        byte[] all = header.isIs_compressed() ? decompress(content, levelBytes, size) : content;
        return page(repetitions, definitions, count, org.apache.parquet.column.Encoding.valueOf(header.getEncoding().name()), all, levelBytes);
    }

    private PageValues page(byte @Nullable [] repetitions, byte @Nullable [] definitions, int count, org.apache.parquet.column.Encoding encoding, byte[] content, int at)
            throws IOException
    {
        Levels levels = Levels.of(repetitions, definitions, count, leaf.definitionMax(), column.getMaxDefinitionLevel() - leaf.definitionMax());
        PageValues.Rows rows = levels.rows(row, column.getMaxDefinitionLevel(), shared.shapes());
        row += rows.count();
        left -= count;
        return new ValueDecoder(column, leaf.type(), shared, content, at, levels.values()).decode(rows, encoding, texts, numbers);
    }
}
