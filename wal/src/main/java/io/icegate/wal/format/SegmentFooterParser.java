package io.icegate.wal.format;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectTail;
import io.icegate.objectstore.StoredObject;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.EarlierSegment;
import io.icegate.wal.SegmentCodec.FoundSegment;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WalException.Kind;
import io.icegate.wal.WriterId;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.zip.CRC32C;

import static java.lang.Math.toIntExact;

/**
 * Reads the footers of segments. Needs nothing of Parquet but the structures of its footer, so that it runs inside every
 * engine. Whatever is not a segment, whole and unchanged, is {@link Kind#CORRUPT}: the footer carries its own checksum.
 */
public final class SegmentFooterParser
{
    /**
     * What one request brings: enough for nearly every footer.
     */
    public static final int TAIL_BYTES = 64 * 1024;
    /**
     * No footer is larger.
     */
    public static final int FOOTER_BYTES_MAX = 64 * 1024 * 1024;

    private static final byte[] CHECKSUM_KEY = FooterKeys.FOOTER_CRC32C.getBytes(StandardCharsets.US_ASCII);

    private SegmentFooterParser() {}

    /**
     * The footer of the segment at a key, in one request, or two when the footer is large.
     *
     * @throws WalException {@link Kind#CORRUPT} when the object is no segment, is damaged or belongs at another key
     * @throws java.io.FileNotFoundException when it does not exist
     * @throws IOException when the store could not be asked
     */
    public static SegmentFooter read(ObjectStore store, ObjectHead head)
            throws IOException
    {
        String name = head.key().value();
        SegmentKey key = SegmentKey.parse(head.key()).orElseThrow(() -> corrupt(name, "its key does not name a segment"));
        return read(store, key, head, tail(store, head, (int) Math.min(TAIL_BYTES, head.size()))).footer();
    }

    /**
     * As above, with what the segment tells of those before it. The footer is empty when it is corrupt.
     *
     * @throws java.io.FileNotFoundException when it does not exist
     * @throws IOException when the store could not be asked
     */
    static FoundSegment readWithEarlier(ObjectStore store, ObjectHead head)
            throws IOException
    {
        String name = head.key().value();
        SegmentKey key = SegmentKey.parse(head.key()).orElseThrow(() -> corrupt(name, "its key does not name a segment"));
        return found(store, key, head, () -> tail(store, head, (int) Math.min(TAIL_BYTES, head.size())));
    }

    /**
     * As above, when its last bytes are there already. The footer is also empty when the segment is no longer there.
     *
     * @throws IOException when the store could not be asked
     */
    static FoundSegment read(ObjectStore store, SegmentKey key, ObjectTail tail)
            throws IOException
    {
        try {
            return found(store, key, tail.head(), tail::content);
        }
        catch (FileNotFoundException e) {
            return new FoundSegment(tail.head(), Optional.empty());
        }
    }

    private interface LastBytes
    {
        byte[] read()
                throws IOException;
    }

    private static FoundSegment found(ObjectStore store, SegmentKey key, ObjectHead head, LastBytes last)
            throws IOException
    {
        try {
            Parsed parsed = read(store, key, head, last.read());
            return new FoundSegment(head, Optional.of(parsed.footer()), earlier(parsed, key));
        }
        catch (WalException e) {
            if (e.kind() != Kind.CORRUPT) {
                throw e;
            }
            return new FoundSegment(head, Optional.empty());
        }
    }

    /**
     * What cannot be understood is not told: the segment itself is as good without.
     */
    private static List<EarlierSegment> earlier(Parsed parsed, SegmentKey key)
    {
        try {
            return EarlierSegments.parse(parsed.earlier(), key);
        }
        catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    /**
     * @param earlier text of {@link EarlierSegments}, which few want to know
     */
    private record Parsed(SegmentFooter footer, String earlier) {}

    private static Parsed read(ObjectStore store, SegmentKey key, ObjectHead head, byte[] last)
            throws IOException
    {
        String name = head.key().value();
        byte[] tail = last;
        long wanted = footerBytes(name, tail) + (long) FooterKeys.TRAILER_BYTES;
        if (wanted > tail.length && wanted <= head.size()) {
            tail = tail(store, head, toIntExact(wanted));
        }
        Parsed parsed = parse(name, tail, head.size());
        SegmentKey said = parsed.footer().header().key();
        if (!said.equals(key)) {
            throw corrupt(name, "its footer says that it is " + said.objectKey());
        }
        return parsed;
    }

    private static byte[] tail(ObjectStore store, ObjectHead head, int length)
            throws IOException
    {
        StoredObject object = store.read(head.key(), head.size() - length, length);
        if (object.content().length != length) {
            throw corrupt(head.key().value(), "it is shorter than %s bytes".formatted(head.size()));
        }
        return object.content();
    }

    /**
     * The footer in the last bytes of an object.
     *
     * @param tail at least the whole footer
     * @param objectSize bytes of the whole object
     * @throws WalException {@link Kind#CORRUPT}
     */
    public static SegmentFooter parse(byte[] tail, long objectSize)
    {
        return parse("of %s bytes".formatted(objectSize), tail, objectSize).footer();
    }

    private static Parsed parse(String name, byte[] tail, long objectSize)
    {
        int length = footerBytes(name, tail);
        int start = tail.length - FooterKeys.TRAILER_BYTES - length;
        long dataBytes = objectSize - FooterKeys.TRAILER_BYTES - length;
        if (start < 0 || dataBytes < FooterKeys.MAGIC.length || objectSize < tail.length) {
            throw corrupt(name, "its footer of %s bytes does not fit".formatted(length));
        }
        verifyChecksum(name, tail, start, length);
        try {
            FileMetaData metadata = Util.readFileMetaData(new ByteArrayInputStream(tail, start, length));
            Map<String, String> properties = new HashMap<>();
            for (KeyValue property : metadata.getKey_value_metadata()) {
                properties.put(property.getKey(), property.getValue());
            }
            if (Long.parseLong(property(properties, FooterKeys.DATA_BYTES)) != dataBytes) {
                throw corrupt(name, "it has %s bytes before the footer, not %s".formatted(dataBytes, properties.get(FooterKeys.DATA_BYTES)));
            }
            return new Parsed(footer(metadata, properties, objectSize), properties.getOrDefault(FooterKeys.EARLIER, ""));
        }
        catch (IOException | RuntimeException e) {
            if (e instanceof WalException corrupt) {
                throw corrupt;
            }
            throw new WalException(Kind.CORRUPT, "Cannot read segment %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    private static int footerBytes(String name, byte[] tail)
    {
        int trailer = tail.length - FooterKeys.TRAILER_BYTES;
        if (trailer < 0 || !Arrays.equals(tail, trailer + 4, tail.length, FooterKeys.MAGIC, 0, FooterKeys.MAGIC.length)) {
            throw corrupt(name, "it does not end as a Parquet file");
        }
        int length = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt(trailer);
        if (length <= 0 || length > FOOTER_BYTES_MAX) {
            throw corrupt(name, "its footer would have %s bytes".formatted(Integer.toUnsignedString(length)));
        }
        return length;
    }

    private static void verifyChecksum(String name, byte[] tail, int start, int length)
    {
        int at = checksumOffset(tail, start, length).orElseThrow(() -> corrupt(name, "it is no segment"));
        int end = at + FooterKeys.NO_CRC.length();
        CRC32C crc = new CRC32C();
        crc.update(tail, start, at - start);
        crc.update(FooterKeys.NO_CRC.getBytes(StandardCharsets.US_ASCII));
        crc.update(tail, end, start + length - end);
        String stored = new String(tail, at, end - at, StandardCharsets.US_ASCII);
        if (!stored.equals("%08x".formatted((int) crc.getValue()))) {
            throw corrupt(name, "the checksum of its footer is wrong");
        }
    }

    /**
     * Where the eight digits of the footer's checksum stand. Its key is the last one, and its value follows a type byte and
     * a length byte.
     */
    static OptionalInt checksumOffset(byte[] bytes, int start, int length)
    {
        int value = 2 + FooterKeys.NO_CRC.length();
        for (int at = start + length - CHECKSUM_KEY.length - value; at >= start; at--) {
            if (Arrays.equals(bytes, at, at + CHECKSUM_KEY.length, CHECKSUM_KEY, 0, CHECKSUM_KEY.length)) {
                return OptionalInt.of(at + CHECKSUM_KEY.length + 2);
            }
        }
        return OptionalInt.empty();
    }

    private static SegmentFooter footer(FileMetaData metadata, Map<String, String> properties, long objectSize)
    {
        SegmentKey key = new SegmentKey(
                UUID.fromString(property(properties, FooterKeys.TABLE)),
                WriterId.parse(property(properties, FooterKeys.WRITER)),
                new Sequence(Long.parseLong(property(properties, FooterKeys.SEQUENCE))));
        SegmentId id = new SegmentId(property(properties, FooterKeys.SEGMENT_ID));
        Instant created = Instant.ofEpochMilli(Long.parseLong(property(properties, FooterKeys.CREATED_MILLIS)));
        SegmentKind kind = kind(property(properties, FooterKeys.KIND));
        SegmentHeader header = switch (kind) {
            case DATA -> new SegmentHeader(key, id, created, Long.parseLong(property(properties, FooterKeys.INGEST_TIME)));
            case SEAL -> new SegmentHeader(key, id, created);
        };
        List<BatchRange> batches = batches(property(properties, FooterKeys.BATCHES));
        long rows = batches.stream().mapToLong(BatchRange::rows).sum();
        if (rows != metadata.getNum_rows() || (kind == SegmentKind.SEAL) != (rows == 0)) {
            throw new IllegalArgumentException("a %s segment of %s rows has batches of %s rows".formatted(text(kind), metadata.getNum_rows(), rows));
        }
        return new SegmentFooter(
                header,
                kind,
                Integer.parseInt(property(properties, FooterKeys.SCHEMA_ID)),
                batches,
                Integer.parseUnsignedInt(property(properties, FooterKeys.CRC32C), 16),
                objectSize,
                metadata.getRow_groups().stream().map(RowGroup::getFile_offset).toList(),
                SegmentMetrics.of(metadata));
    }

    private static String property(Map<String, String> properties, String key)
    {
        String value = properties.get(key);
        if (value == null) {
            throw new IllegalArgumentException("its footer lacks '%s'".formatted(key));
        }
        return value;
    }

    static String text(SegmentKind kind)
    {
        return switch (kind) {
            case DATA -> "data";
            case SEAL -> "seal";
        };
    }

    private static SegmentKind kind(String text)
    {
        return Arrays.stream(SegmentKind.values())
                .filter(kind -> text(kind).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("its kind is '%s'".formatted(text)));
    }

    private static List<BatchRange> batches(String text)
    {
        ByteBuffer entries = ByteBuffer.wrap(Base64.getDecoder().decode(text));
        List<BatchRange> batches = new ArrayList<>(entries.remaining() / FooterKeys.BATCH_BYTES);
        int row = 0;
        while (entries.hasRemaining()) {
            BatchId id = new BatchId(entries.getLong(), entries.getLong());
            int firstRow = entries.getInt();
            int rows = entries.getInt();
            BatchRange batch = new BatchRange(id, entries.getLong(), firstRow, rows);
            if (batch.firstRow() != row) {
                throw new IllegalArgumentException("a batch begins at row %s, not %s".formatted(batch.firstRow(), row));
            }
            row = Math.addExact(row, batch.rows());
            batches.add(batch);
        }
        return batches;
    }

    /**
     * CRC32C over the bytes before the footer: equals {@link SegmentFooter#crc32c} of an undamaged object.
     *
     * @param content the whole object
     */
    public static int dataChecksum(byte[] content, SegmentFooter footer)
    {
        int length = footerBytes(footer.header().key().objectKey().value(), content);
        CRC32C crc = new CRC32C();
        crc.update(content, 0, content.length - FooterKeys.TRAILER_BYTES - length);
        return (int) crc.getValue();
    }

    /**
     * The segment as a data file of the table: exact rows and size, split offsets, and of each column what the table's
     * metrics modes ask for.
     *
     * @param unpartitioned spec of the table; its schema names the columns
     * @param location of the segment's object
     */
    public static DataFile toDataFile(SegmentFooter footer, PartitionSpec unpartitioned, MetricsConfig config, String location)
    {
        return SegmentMetrics.toDataFile(footer, unpartitioned, config, location);
    }

    private static WalException corrupt(String name, String reason)
    {
        return new WalException(Kind.CORRUPT, "Cannot read segment %s: %s".formatted(name, reason));
    }
}
