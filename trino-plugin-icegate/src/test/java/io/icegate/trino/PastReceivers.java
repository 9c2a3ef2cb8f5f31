package io.icegate.trino;

import com.google.common.collect.ImmutableSet;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Sleeper;
import io.icegate.objectstore.StoreOperation;
import io.icegate.schema.LogRow;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import org.apache.iceberg.Table;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Receivers of a time that is not now. The clock stands while one of them writes, and theirs is the store's: a writer whose clock is off refuses to write.
 */
final class PastReceivers
        implements AutoCloseable
{
    /**
     * What a new writer adds to the time of its registration.
     */
    private static final Duration FLOOR = Duration.ofSeconds(1);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final FooterCache footers = new FooterCache(new ParquetSegmentCodec(), FooterCache.COUNT_MAX_DEFAULT);
    private final SegmentEncoder encoder = new SegmentEncoder(Signal.LOGS.shape());
    private final ObjectStore store;
    private final Table table;
    private final Random random = new Random();
    private long batches;

    PastReceivers(ObjectStore store, Table table)
    {
        this.store = store;
        this.table = table;
    }

    /**
     * A receiver starts, stores one request and ends.
     *
     * @param ingested what its rows have as {@code ingest_time}
     */
    void receive(String tenant, Instant ingested, List<LogRow> rows)
    {
        Instant now = ingested.minus(FLOOR);
        WalEnvironment environment = new WalEnvironment(executor, () -> now, () -> 0, Sleeper.system(), random);
        RegistryEntry entry = new RegistryEntry(WriterId.random(now, random), now, "host", "test", ImmutableSet.of(table.uuid()));
        try (WalWriter writer = WalWriter.open(new StoreOfThen(store, now), entry, footers, WriterOptions.DEFAULT, environment)) {
            WalLane lane = writer.lane(table.uuid(), header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
            batches++;
            LogBatch batch = new LogBatch(new BatchId(table.uuid().getMostSignificantBits(), batches), tenant, rows, 1000);
            lane.append(header -> encoder.encode(header, table.schema().schemaId(), table.schema(), List.of(batch))).join();
        }
    }

    @Override
    public void close()
    {
        executor.close();
    }

    /**
     * Tells that what it is asked for was written just then.
     */
    private static final class StoreOfThen
            extends ObjectStoreDecorator
    {
        private final Instant then;

        private StoreOfThen(ObjectStore store, Instant then)
        {
            super(store);
            this.then = then;
        }

        @Override
        @SuppressWarnings("unchecked")
        protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                throws IOException
        {
            T answer = request.send();
            if (operation == StoreOperation.HEAD) {
                return (T) ((Optional<ObjectHead>) answer).map(head -> new ObjectHead(head.key(), head.size(), then));
            }
            return answer;
        }

        @Override
        protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
        {
            return request.send();
        }

        @Override
        public void close()
        {
            // the inner store belongs to another
        }
    }
}
