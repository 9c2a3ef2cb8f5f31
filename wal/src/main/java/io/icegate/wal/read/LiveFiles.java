package io.icegate.wal.read;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Outcome;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.BatchRange;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.WalException;
import io.icegate.wal.registry.BoundedMap;
import io.icegate.wal.table.TableSpecs;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.TableMetadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * Turns a live tail into Iceberg files. Dropped rows become one position-delete file per segment below {@code _live/},
 * named by its content, so that equal tails share it and no file is overwritten.
 */
public final class LiveFiles
{
    private static final int ATTEMPTS_MAX = 5;
    private static final int WRITTEN_MAX = 10_000;
    private static final int DESCRIBED_MAX = 1_000;
    private static final String METRICS_PROPERTIES = "write.metadata.metrics.";

    private final Warehouse warehouse;
    private final SegmentCodec codec;
    private final RetryPolicy.Waiting waiting;
    private final Set<ObjectKey> written = Collections.newSetFromMap(BoundedMap.create(WRITTEN_MAX));
    // a segment is asked for by every query until it is committed
    private final Map<SegmentKey, Described> described = BoundedMap.create(DESCRIBED_MAX);

    /**
     * What a description of a segment depends on, beside the segment itself.
     */
    private record Shape(int schemaId, int specId, int sortOrderId, Map<String, String> metrics)
    {
        static Shape of(TableMetadata metadata, PartitionSpec spec)
        {
            Map<String, String> metrics = new HashMap<>();
            metadata.properties().forEach((name, value) -> {
                if (name.startsWith(METRICS_PROPERTIES)) {
                    metrics.put(name, value);
                }
            });
            return new Shape(metadata.currentSchemaId(), spec.specId(), metadata.defaultSortOrderId(), metrics);
        }
    }

    private record Described(Shape shape, DataFile file) {}

    public LiveFiles(Warehouse warehouse, SegmentCodec codec, RetryPolicy.Waiting waiting)
    {
        this.waiting = requireNonNull(waiting, "waiting is null");
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.codec = requireNonNull(codec, "codec is null");
    }

    /**
     * The files of the tail, in its order; delete files are stored on return.
     *
     * @param metadata that the tail was read for
     * @throws WalException UNAVAILABLE when a delete file could not be stored
     */
    public List<LiveFile> files(TableMetadata metadata, LiveTail tail)
    {
        if (tail.isEmpty()) {
            return List.of();
        }
        if (!metadata.uuid().equals(tail.table().toString())) {
            throw new IllegalArgumentException("Cannot describe the live tail of table %s by the metadata of table %s".formatted(tail.table(), metadata.uuid()));
        }
        PartitionSpec unpartitioned = TableSpecs.unpartitioned(metadata.location(), metadata.specs());
        Shape shape = Shape.of(metadata, unpartitioned);
        MetricsConfig metrics = MetricsConfig.from(metadata.properties(), metadata.schema(), metadata.sortOrder());
        List<LiveFile> files = new ArrayList<>();
        for (LiveSegment segment : tail.segments()) {
            String location = warehouse.location(segment.head().key());
            DataFile file = describe(segment, shape, () -> codec.dataFile(segment.footer(), unpartitioned, metrics, location));
            List<BatchRange> ranges = tail.duplicates().getOrDefault(segment.key(), List.of());
            files.add(new LiveFile(segment, file, ranges.isEmpty() ? Optional.empty() : Optional.of(deletes(segment, location, ranges, unpartitioned))));
        }
        return files;
    }

    private DataFile describe(LiveSegment segment, Shape shape, Supplier<DataFile> describe)
    {
        Described known = described.get(segment.key());
        if (known == null || !known.shape().equals(shape)) {
            known = new Described(shape, describe.get());
            described.put(segment.key(), known);
        }
        return known.file();
    }

    private DeleteFile deletes(LiveSegment segment, String location, List<BatchRange> ranges, PartitionSpec unpartitioned)
    {
        ObjectKey key = LiveDeletesName.of(segment.key(), segment.deletesName(ranges));
        SegmentCodec.EncodedDeletes deletes = codec.encodeDeletes(location, ranges, unpartitioned, warehouse.location(key));
        if (written.contains(key)) {
            return deletes.file();
        }
        // taken is as good as written: the name is the content
        Settled<ObjectHead> settled = OwnedObject.settle(
                () -> warehouse.store().putIfAbsent(key, deletes.content()),
                _answer -> warehouse.store().head(key),
                _head -> true,
                RetryPolicy.of(waiting).withAttemptsMax(ATTEMPTS_MAX));
        if (settled.outcome() != Outcome.OURS) {
            Exception failure = settled.failure().orElseThrow();
            throw new WalException(UNAVAILABLE, "Cannot store the live deletes of segment %s: %s".formatted(segment.head().key(), failure.getMessage()), failure);
        }
        written.add(key);
        return deletes.file();
    }
}
