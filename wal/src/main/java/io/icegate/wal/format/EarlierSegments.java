package io.icegate.wal.format;

import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.EarlierSegment;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import org.apache.iceberg.Metrics;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * What the footer of a segment tells of those before it, see docs/format/segment.md: everything that their own footers tell.
 */
final class EarlierSegments
{
    /**
     * Longest text. The footer with it still comes with the first request.
     */
    static final int TEXT_MAX = 32 * 1024;
    private static final int FORMAT = 1;
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int ABSENT = -1;

    private EarlierSegments() {}

    /**
     * The newest of them that fit; empty when none does.
     *
     * @param earlier a dense run, oldest first
     */
    static String encode(List<EarlierSegment> earlier)
    {
        List<EarlierSegment> kept = earlier;
        while (!kept.isEmpty()) {
            String text = text(kept);
            if (text.length() <= TEXT_MAX) {
                return text;
            }
            kept = kept.subList((kept.size() + 1) / 2, kept.size());
        }
        return "";
    }

    private static String text(List<EarlierSegment> earlier)
    {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(new DeflaterOutputStream(bytes, deflater), BUFFER_BYTES))) {
            out.writeByte(FORMAT);
            out.writeInt(earlier.size());
            out.writeLong(earlier.get(0).footer().header().key().sequence().value());
            for (EarlierSegment segment : earlier) {
                write(out, segment);
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        finally {
            deflater.end();
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static void write(DataOutputStream out, EarlierSegment segment)
            throws IOException
    {
        SegmentFooter footer = segment.footer();
        SegmentHeader header = footer.header();
        out.writeLong(segment.durable().toEpochMilli());
        out.writeUTF(header.id().hex());
        out.writeLong(header.created().toEpochMilli());
        out.writeLong(header.ingestMicros());
        out.writeInt(footer.schemaId());
        out.writeInt(footer.crc32c());
        out.writeLong(footer.size());
        out.writeInt(footer.splitOffsets().size());
        for (long offset : footer.splitOffsets()) {
            out.writeLong(offset);
        }
        out.writeInt(footer.batches().size());
        for (BatchRange batch : footer.batches()) {
            out.writeLong(batch.id().high());
            out.writeLong(batch.id().low());
            out.writeLong(batch.acceptedMillis());
            out.writeInt(batch.rows());
        }
        Metrics metrics = footer.metrics();
        Map<Integer, Long> values = new TreeMap<>(metrics.valueCounts());
        out.writeInt(values.size());
        for (Map.Entry<Integer, Long> column : values.entrySet()) {
            int id = column.getKey();
            out.writeInt(id);
            out.writeLong(column.getValue());
            out.writeLong(metrics.columnSizes().getOrDefault(id, (long) ABSENT));
            out.writeLong(metrics.nullValueCounts().getOrDefault(id, (long) ABSENT));
            writeBound(out, metrics.lowerBounds(), id);
            writeBound(out, metrics.upperBounds(), id);
        }
    }

    private static void writeBound(DataOutputStream out, Map<Integer, ByteBuffer> bounds, int id)
            throws IOException
    {
        ByteBuffer bound = bounds.get(id);
        if (bound == null) {
            out.writeInt(ABSENT);
            return;
        }
        byte[] bytes = new byte[bound.remaining()];
        bound.duplicate().get(bytes);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /**
     * What {@link #encode} wrote; empty when another version did.
     *
     * @param later whose footer has the text
     * @throws IllegalArgumentException when the text is none
     */
    static List<EarlierSegment> parse(String text, SegmentKey later)
    {
        if (text.isEmpty()) {
            return List.of();
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new InflaterInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(text))), BUFFER_BYTES))) {
            if (in.readByte() != FORMAT) {
                return List.of();
            }
            int count = in.readInt();
            long first = in.readLong();
            if (first < 0 || count < 0 || count > later.sequence().value() - first) {
                throw new IllegalArgumentException("it tells of %s segments before it from %s on".formatted(count, first));
            }
            List<EarlierSegment> earlier = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                earlier.add(read(in, new SegmentKey(later.table(), later.writer(), new Sequence(first + i))));
            }
            return earlier;
        }
        catch (IOException e) {
            throw new IllegalArgumentException("what it tells of segments before it is cut off", e);
        }
    }

    private static EarlierSegment read(DataInputStream in, SegmentKey key)
            throws IOException
    {
        Instant durable = Instant.ofEpochMilli(in.readLong());
        SegmentHeader header = new SegmentHeader(key, new SegmentId(in.readUTF()), Instant.ofEpochMilli(in.readLong()), in.readLong());
        int schemaId = in.readInt();
        int crc32c = in.readInt();
        long size = in.readLong();
        List<Long> splitOffsets = new ArrayList<>();
        for (int count = in.readInt(); count > 0; count--) {
            splitOffsets.add(in.readLong());
        }
        List<BatchRange> batches = new ArrayList<>();
        int row = 0;
        for (int count = in.readInt(); count > 0; count--) {
            BatchId id = new BatchId(in.readLong(), in.readLong());
            BatchRange batch = new BatchRange(id, in.readLong(), row, in.readInt());
            batches.add(batch);
            row = Math.addExact(row, batch.rows());
        }
        Map<Integer, Long> values = new HashMap<>();
        Map<Integer, Long> sizes = new HashMap<>();
        Map<Integer, Long> nulls = new HashMap<>();
        Map<Integer, ByteBuffer> lower = new HashMap<>();
        Map<Integer, ByteBuffer> upper = new HashMap<>();
        for (int count = in.readInt(); count > 0; count--) {
            int id = in.readInt();
            values.put(id, in.readLong());
            readCount(in, sizes, id);
            readCount(in, nulls, id);
            readBound(in, lower, id);
            readBound(in, upper, id);
        }
        return new EarlierSegment(new SegmentFooter(header, SegmentKind.DATA, schemaId, batches, crc32c, size, splitOffsets, new Metrics((long) row, sizes, values, nulls, Map.of(), lower, upper)), durable);
    }

    private static void readCount(DataInputStream in, Map<Integer, Long> counts, int id)
            throws IOException
    {
        long count = in.readLong();
        if (count != ABSENT) {
            counts.put(id, count);
        }
    }

    private static void readBound(DataInputStream in, Map<Integer, ByteBuffer> bounds, int id)
            throws IOException
    {
        int length = in.readInt();
        if (length != ABSENT) {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length != length) {
                throw new IOException("end of text");
            }
            bounds.put(id, ByteBuffer.wrap(bytes));
        }
    }
}
