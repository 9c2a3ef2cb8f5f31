package io.icegate.wal;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * The bytes of segments, as far as the protocol of the WAL needs them. The protocol is independent of the file format.
 */
public interface SegmentCodec
{
    /**
     * A position-delete file, ready to be stored at {@code file.location()}. The same ranges give the same bytes.
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record EncodedDeletes(byte[] content, DeleteFile file)
    {
        public EncodedDeletes
        {
            requireNonNull(content, "content is null");
            requireNonNull(file, "file is null");
        }
    }

    /**
     * A segment that was looked for.
     *
     * @param footer empty when it cannot be read; {@link #readFooter} says why
     * @param earlier segments that it tells of, a dense run of lower numbers, lowest first; all numbers below the end of the run are durable
     */
    record FoundSegment(ObjectHead head, Optional<SegmentFooter> footer, List<EarlierSegment> earlier)
    {
        public FoundSegment(ObjectHead head, Optional<SegmentFooter> footer)
        {
            this(head, footer, List.of());
        }

        public FoundSegment
        {
            requireNonNull(head, "head is null");
            requireNonNull(footer, "footer is null");
            earlier = List.copyOf(earlier);
        }
    }

    /**
     * @throws IOException when the store did not answer
     * @throws java.io.FileNotFoundException when the object does not exist
     * @throws WalException of kind CORRUPT when the object is not a segment or disagrees with its key
     */
    SegmentFooter readFooter(ObjectStore store, ObjectHead head)
            throws IOException;

    /**
     * As {@link #readFooter}, with what the segment tells of those before it.
     *
     * @throws IOException when the store did not answer
     * @throws java.io.FileNotFoundException when the object does not exist
     */
    default FoundSegment read(ObjectStore store, ObjectHead head)
            throws IOException
    {
        try {
            return new FoundSegment(head, Optional.of(readFooter(store, head)));
        }
        catch (WalException e) {
            if (e.kind() != WalException.Kind.CORRUPT) {
                throw e;
            }
            return new FoundSegment(head, Optional.empty());
        }
    }

    /**
     * Looks whether a segment is there, and reads its footer by the way. Empty means that it definitely is not there.
     *
     * @throws IOException when the store did not answer
     */
    default Optional<FoundSegment> find(ObjectStore store, SegmentKey key)
            throws IOException
    {
        Optional<ObjectHead> head = store.head(key.objectKey());
        if (head.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(store, head.orElseThrow()));
        }
        catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    EncodedSegment encodeSeal(SegmentHeader header, int schemaId, Schema schema);

    /**
     * The segment as a data file of the table; metrics are reduced to what the table asks for.
     */
    DataFile dataFile(SegmentFooter footer, PartitionSpec unpartitioned, MetricsConfig metrics, String location);

    /**
     * @param segment location of the data file whose rows are deleted
     */
    EncodedDeletes encodeDeletes(String segment, List<BatchRange> ranges, PartitionSpec unpartitioned, String location);
}
