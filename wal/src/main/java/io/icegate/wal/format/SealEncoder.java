package io.icegate.wal.format;

import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.parquet.ByteSink;
import io.icegate.wal.parquet.FooterSchema;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * Encodes seals. Apart from the encoder of rows, because every engine writes seals, with whatever Parquet library it has.
 */
final class SealEncoder
{
    private SealEncoder() {}

    static EncodedSegment encode(SegmentHeader header, int schemaId, Schema tableSchema)
    {
        ByteSink file = new ByteSink(16 * 1024);
        file.writeBytes(FooterKeys.MAGIC);
        Map<String, String> properties = SegmentFile.properties(header, SegmentKind.SEAL, schemaId, SchemaParser.toJson(tableSchema));
        properties.put(FooterKeys.BATCHES, "");
        try {
            return SegmentFile.finish(file, FooterSchema.elements(tableSchema), List.of(), properties);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
