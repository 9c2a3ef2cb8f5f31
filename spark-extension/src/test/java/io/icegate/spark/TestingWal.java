package io.icegate.spark;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.schema.AttributeValue;
import io.icegate.schema.Attributes;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.table.ViewBootstrap;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;

import static java.util.Objects.requireNonNull;

/**
 * A receiver without its protocols: the table of a signal, logs unless another is named, and a writer that appends real segments to its WAL. It
 * opens a catalog of its own, as another process would.
 */
final class TestingWal
        implements AutoCloseable
{
    private static final Instant FIRST_EVENT = Instant.parse("2026-11-20T23:00:00Z");
    private static final ResourceValues RESOURCE = new ResourceValues(attributes("service.name", "checkout"), 0, null, List.of());

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final ObjectStoreCatalog catalog = new ObjectStoreCatalog();
    private final Signal signal;
    private final Table table;
    private final WalWriter writer;

    TestingWal(String warehouse)
    {
        this(warehouse, Map.of());
    }

    TestingWal(String warehouse, Map<String, String> storeProperties)
    {
        this(warehouse, storeProperties, Signal.LOGS);
    }

    TestingWal(String warehouse, Map<String, String> storeProperties, Signal signal)
    {
        Map<String, String> properties = new HashMap<>(storeProperties);
        properties.put("warehouse", warehouse);
        catalog.initialize("receiver", properties);
        this.signal = requireNonNull(signal, "signal is null");
        table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), signal.shape());
        WalEnvironment environment = WalEnvironment.system(executor);
        Instant now = Instant.now();
        RegistryEntry entry = new RegistryEntry(WriterId.random(now, environment.random()), now, "localhost", "test", Set.of(table.uuid()));
        writer = WalWriter.open(catalog.warehouse().store(), entry, new FooterCache(new ParquetSegmentCodec(), 1_000), WriterOptions.DEFAULT, environment);
    }

    /**
     * As a receiver does when it starts.
     */
    void createViews()
    {
        ViewBootstrap.createOrUpdate(catalog, Namespace.of("otel"), signal.shape(), table);
    }

    ObjectStoreCatalog catalog()
    {
        return catalog;
    }

    WriterId writer()
    {
        return writer.id();
    }

    /**
     * Makes one segment of one batch durable. Equal numbers give equal rows; an hour lies between two rows.
     *
     * @param batch equal batches are duplicates
     */
    void append(long batch, long firstNumber, long lastNumber)
    {
        List<LogRow> rows = LongStream.rangeClosed(firstNumber, lastNumber).mapToObj(TestingWal::row).toList();
        append(new LogBatch(new BatchId(7, batch), "acme", rows, 100L * rows.size()));
    }

    /**
     * Makes one segment of one batch durable.
     */
    void append(RowBatch batch)
    {
        try {
            lane().append(header -> new SegmentEncoder(signal.shape()).encode(header, table.schema().schemaId(), table.schema(), List.of(batch))).get(120, TimeUnit.SECONDS);
        }
        catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Cannot append a segment", e);
        }
    }

    /**
     * Commits what waits, as a receiver does.
     */
    void commit()
    {
        new EngineWal(catalog.warehouse(), new ParquetSegmentCodec(), WalEnvironment.system(executor), EngineWal.Limits.DEFAULT)
                .commit(catalog.loadTable(TableIdentifier.of("otel", signal.shape().name())), CommitOptions.DEFAULT);
    }

    private WalLane lane()
    {
        return writer.lane(table.uuid(), header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
    }

    private static LogRow row(long number)
    {
        Instant event = FIRST_EVENT.plusSeconds(number * 3_600);
        long micros = TimeUnit.SECONDS.toMicros(event.getEpochSecond());
        return new LogRow(
                RESOURCE,
                ScopeValues.EMPTY,
                micros,
                micros + 5,
                micros * 1_000,
                0,
                9,
                "INFO",
                null,
                CanonicalText.of(new AttributeValue.Text("message " + number)),
                "%032x".formatted(number),
                "%016x".formatted(number),
                1,
                attributes("number", Long.toString(number)),
                0,
                new byte[0]);
    }

    private static Attributes attributes(String key, String value)
    {
        return Attributes.of(List.of(new AttributeValue.Entry(key, new AttributeValue.Text(value))));
    }

    @Override
    public void close()
            throws IOException
    {
        writer.close();
        catalog.close();
        executor.shutdownNow();
    }
}
