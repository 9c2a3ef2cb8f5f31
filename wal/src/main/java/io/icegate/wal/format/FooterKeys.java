package io.icegate.wal.format;

/**
 * Keys in the footer of a segment. Normative, see docs/format/segment.md.
 */
final class FooterKeys
{
    static final String KIND = "icegate.wal.kind";
    static final String TABLE = "icegate.wal.table";
    static final String WRITER = "icegate.wal.writer";
    static final String SEQUENCE = "icegate.wal.seq";
    static final String SEGMENT_ID = "icegate.wal.segment-id";
    static final String SCHEMA_ID = "icegate.wal.schema-id";
    static final String CREATED_MILLIS = "icegate.wal.created-ms";
    static final String INGEST_TIME = "icegate.wal.ingest-time";
    static final String BATCHES = "icegate.wal.batches";
    static final String EARLIER = "icegate.wal.earlier";
    static final String EVENT_TIME = "icegate.wal.event-time";
    static final String CRC32C = "icegate.wal.crc32c";
    static final String DATA_BYTES = "icegate.wal.data-bytes";
    static final String FOOTER_CRC32C = "icegate.wal.footer-crc32c";
    static final String ICEBERG_SCHEMA = "iceberg.schema";

    /**
     * What stands in the place of the footer's checksum while it is computed.
     */
    static final String NO_CRC = "00000000";
    static final byte[] MAGIC = {'P', 'A', 'R', '1'};
    /**
     * Length of the footer and magic.
     */
    static final int TRAILER_BYTES = 8;
    static final int BATCH_BYTES = 32;

    private FooterKeys() {}
}
