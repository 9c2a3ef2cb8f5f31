package io.icegate.receiver.commit;

import io.airlift.log.Logger;
import io.icegate.receiver.ingest.Lane;
import io.icegate.receiver.ingest.SegmentFormat;
import io.icegate.receiver.ingest.SegmentSink;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.Signal;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * One writer of the WAL with its lane into one table. Ends when the table goes, when the writer is fenced, or with the
 * process; what follows is a new writer.
 */
final class WriterSession
{
    private static final Logger log = Logger.get(WriterSession.class);

    private final WalWriter writer;
    private final UUID tableUuid;
    private final Lane lane;
    private final SegmentCodec codec;
    private final SegmentEncoder encoder = new SegmentEncoder(Signal.LOGS.shape());
    private volatile TableSchema schema;
    private int unfitSchemaId = -1; // used by the commit loop only

    /**
     * Makes the lane of a session.
     */
    @FunctionalInterface
    interface LaneFactory
    {
        Lane create(SegmentSink sink, SegmentFormat format, Runnable whenBroken);
    }

    private record TableSchema(int id, Schema schema)
    {
        private static TableSchema of(Table table)
        {
            return new TableSchema(table.schema().schemaId(), table.schema());
        }
    }

    /**
     * @param whenBroken told once when the lane can accept nothing any more
     */
    WriterSession(WalWriter writer, Table table, SegmentCodec codec, LaneFactory lanes, Runnable whenBroken)
    {
        this.writer = requireNonNull(writer, "writer is null");
        this.codec = requireNonNull(codec, "codec is null");
        this.tableUuid = table.uuid();
        this.schema = TableSchema.of(table);
        WalLane segments = writer.lane(tableUuid, this::encodeSeal);
        this.lane = lanes.create(segments::append, this::encode, whenBroken);
        writer.stopped().thenAccept(failure -> lane.abandon(unavailable("this writer has ended: " + failure.kind())));
        writer.stopped().thenRun(whenBroken);
        lane.start();
    }

    private EncodedSegment encode(SegmentHeader header, List<LogBatch> batches)
    {
        TableSchema current = schema;
        return encoder.encode(header, current.id(), current.schema(), batches);
    }

    private EncodedSegment encodeSeal(SegmentHeader header)
    {
        TableSchema current = schema;
        return codec.encodeSeal(header, current.id(), current.schema());
    }

    UUID tableUuid()
    {
        return tableUuid;
    }

    WriterId writerId()
    {
        return writer.id();
    }

    Lane lane()
    {
        return lane;
    }

    boolean isOver()
    {
        return writer.end().isPresent() || lane.isBroken();
    }

    /**
     * Follows the schema of the table. One that the records do not fit in is not followed: readers go by column ids, so that
     * segments of the last one are as readable as data files from before the change, and no record has to be refused.
     */
    void followSchema(Table table)
    {
        int id = table.schema().schemaId();
        if (id == schema.id() || id == unfitSchemaId) {
            return;
        }
        try {
            encoder.requireFit(table.schema());
            schema = TableSchema.of(table);
        }
        catch (IllegalArgumentException e) {
            unfitSchemaId = id;
            log.warn("table=%s schema=%s is not followed, segments are written with schema %s: %s", table.name(), id, schema.id(), e.getMessage());
        }
    }

    /**
     * Makes durable what was accepted, as far as that is possible in time, and seals.
     */
    void drain(Duration patience)
            throws InterruptedException
    {
        try {
            lane.end().get(patience.toNanos(), NANOSECONDS);
        }
        catch (TimeoutException | ExecutionException e) {
            lane.abandon(unavailable("the store does not answer"));
        }
        writer.close(Duration.ZERO);
    }

    /**
     * Fails what is not durable, and seals. For a table that is gone.
     */
    void abandon(String reason)
    {
        lane.abandon(unavailable(reason));
        writer.close(Duration.ZERO);
    }

    private static RefusedException unavailable(String reason)
    {
        return new RefusedException(Refusal.UNAVAILABLE, "Cannot accept request now: " + reason);
    }
}
