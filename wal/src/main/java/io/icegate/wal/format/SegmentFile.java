package io.icegate.wal.format;

import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.parquet.ByteSink;
import org.apache.parquet.format.ColumnOrder;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.TypeDefinedOrder;
import org.apache.parquet.format.Util;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What all kinds of segments share: the footer and its checksums. Needs nothing of Parquet but the structures of the footer.
 */
final class SegmentFile
{
    static final String CREATED_BY = "icegate version 0.1.0";

    private SegmentFile() {}

    /**
     * Footer keys that say whose segment this is.
     */
    static Map<String, String> properties(SegmentHeader header, SegmentKind kind, int schemaId, String schemaJson)
    {
        Map<String, String> properties = new TreeMap<>();
        properties.put(FooterKeys.KIND, SegmentFooterParser.text(kind));
        properties.put(FooterKeys.TABLE, header.key().table().toString());
        properties.put(FooterKeys.WRITER, header.key().writer().toString());
        properties.put(FooterKeys.SEQUENCE, Long.toString(header.key().sequence().value()));
        properties.put(FooterKeys.SEGMENT_ID, header.id().hex());
        properties.put(FooterKeys.SCHEMA_ID, Integer.toString(schemaId));
        properties.put(FooterKeys.CREATED_MILLIS, Long.toString(header.created().toEpochMilli()));
        properties.put(FooterKeys.ICEBERG_SCHEMA, schemaJson);
        return properties;
    }

    /**
     * Completes a file that has everything but the footer.
     */
    static EncodedSegment finish(ByteSink file, List<SchemaElement> schema, List<RowGroup> groups, Map<String, String> properties)
            throws IOException
    {
        properties.put(FooterKeys.CRC32C, "%08x".formatted(file.crc32c()));
        properties.put(FooterKeys.DATA_BYTES, Integer.toString(file.size()));
        byte[] footer = footer(schema, groups, properties);
        file.writeBytes(footer);
        file.writeInt(footer.length);
        file.writeBytes(FooterKeys.MAGIC);
        byte[] content = file.toByteArray();
        // what readers rely on is checked before anything is stored
        return new EncodedSegment(content, SegmentFooterParser.parse(content, content.length));
    }

    /**
     * The footer ends with its own checksum, computed with zeros in its place.
     */
    private static byte[] footer(List<SchemaElement> schema, List<RowGroup> groups, Map<String, String> properties)
            throws IOException
    {
        List<KeyValue> keyValues = new ArrayList<>();
        properties.forEach((key, value) -> keyValues.add(new KeyValue(key).setValue(value)));
        keyValues.add(new KeyValue(FooterKeys.FOOTER_CRC32C).setValue(FooterKeys.NO_CRC));
        int leaves = (int) schema.stream().filter(SchemaElement::isSetType).count();
        FileMetaData metadata = new FileMetaData(1, schema, groups.stream().mapToLong(RowGroup::getNum_rows).sum(), groups)
                .setKey_value_metadata(keyValues)
                .setCreated_by(CREATED_BY)
                .setColumn_orders(Collections.nCopies(leaves, ColumnOrder.TYPE_ORDER(new TypeDefinedOrder())));
        ByteSink footer = new ByteSink(16 * 1024);
        Util.writeFileMetaData(metadata, footer);
        byte[] bytes = footer.toByteArray();
        int at = SegmentFooterParser.checksumOffset(bytes, 0, bytes.length).orElseThrow();
        byte[] checksum = "%08x".formatted(footer.crc32c()).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(checksum, 0, bytes, at, checksum.length);
        return bytes;
    }
}
