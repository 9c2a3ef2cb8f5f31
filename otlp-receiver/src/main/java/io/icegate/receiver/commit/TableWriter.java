package io.icegate.receiver.commit;

import io.airlift.log.Logger;
import io.icegate.receiver.commit.SessionStatus.Durable;
import io.icegate.receiver.ingest.NotEncodedException;
import io.icegate.receiver.ingest.SegmentBatcher;
import io.icegate.receiver.ingest.SegmentSink;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * One writer of the WAL with its segments of one table. Ends when the table goes, when the writer is fenced, or with the
 * process; what follows is a new writer.
 */
final class TableWriter
        implements SegmentSink
{
    private static final Logger log = Logger.get(TableWriter.class);

    private final WalWriter writer;
    private final UUID tableUuid;
    private final WalLane lane;
    private final SegmentCodec codec;
    private final SegmentEncoder encoder;
    private final WalEnvironment environment;
    private final Instant opened;
    private final AtomicReference<@Nullable Durable> lastDurable = new AtomicReference<>();
    private final SegmentBatcher batcher;
    private volatile TableSchema schema;
    private int unfitSchemaId = -1; // used by the session's thread only

    private record TableSchema(int id, Schema schema)
    {
        private static TableSchema of(Table table)
        {
            return new TableSchema(table.schema().schemaId(), table.schema());
        }
    }

    /**
     * @param batchers makes the batcher that fills the segments
     * @param whenBroken told when nothing can be appended any more
     */
    TableWriter(WalWriter writer, Table table, SegmentCodec codec, SegmentEncoder encoder, WalEnvironment environment, Function<SegmentSink, SegmentBatcher> batchers, Runnable whenBroken)
    {
        this.writer = requireNonNull(writer, "writer is null");
        this.codec = requireNonNull(codec, "codec is null");
        this.encoder = requireNonNull(encoder, "encoder is null");
        this.environment = requireNonNull(environment, "environment is null");
        this.opened = environment.clock().instant();
        this.tableUuid = table.uuid();
        this.schema = TableSchema.of(table);
        this.lane = writer.lane(tableUuid, this::encodeSeal);
        this.batcher = batchers.apply(this);
        writer.stopped().thenAccept(failure -> batcher.abandon(unavailable("this writer has ended: " + failure.kind())));
        writer.stopped().thenRun(whenBroken);
        batcher.start();
    }

    @Override
    public CompletableFuture<StoredSegment> append(List<RowBatch> batches)
    {
        AtomicLong encodedNanos = new AtomicLong();
        return lane.append(header -> encode(header, batches, encodedNanos))
                .thenApply(footer -> {
                    lastDurable.accumulateAndGet(new Durable(footer.header().key().sequence(), environment.clock().instant()), Durable::later);
                    return new StoredSegment(footer.size(), footer.rows(), Duration.ofNanos(environment.nanoTime().getAsLong() - encodedNanos.get()));
                });
    }

    private EncodedSegment encode(SegmentHeader header, List<RowBatch> batches, AtomicLong encodedNanos)
    {
        TableSchema current = schema;
        try {
            return encoder.encode(header, lane.earlier(), current.id(), current.schema(), batches);
        }
        catch (RuntimeException e) {
            throw new NotEncodedException(e);
        }
        finally {
            encodedNanos.set(environment.nanoTime().getAsLong());
        }
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

    WriterId id()
    {
        return writer.id();
    }

    SegmentBatcher batcher()
    {
        return batcher;
    }

    boolean isOver()
    {
        return writer.end().isPresent() || batcher.isBroken();
    }

    /**
     * How many of its segments are durable, from one on.
     */
    long segmentsFrom(Sequence first)
    {
        Durable last = lastDurable.get();
        return last == null ? 0 : Math.max(0, last.sequence().value() - first.value() + 1);
    }

    SessionStatus.Writer status()
    {
        return new SessionStatus.Writer(writer.id(), tableUuid, isOver(), opened, Optional.ofNullable(lastDurable.get()), batcher.load());
    }

    /**
     * Follows the schema of the table. If records no longer fit it, we keep writing the previous one. Readers match columns by
     * id, so these segments stay readable, and no record has to be refused.
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
            batcher.end().get(patience.toNanos(), NANOSECONDS);
        }
        catch (TimeoutException | ExecutionException e) {
            batcher.abandon(unavailable("the store does not answer"));
        }
        writer.close(Duration.ZERO);
    }

    /**
     * Fails what is not durable, and seals. For a table that is gone.
     */
    void abandon(String reason)
    {
        batcher.abandon(unavailable(reason));
        writer.close(Duration.ZERO);
    }

    private static RefusedException unavailable(String reason)
    {
        return new RefusedException(Refusal.UNAVAILABLE, "Cannot accept request now: " + reason);
    }
}
