package io.icegate.rest;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.schema.Signal;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.ParquetSegmentCodec;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * Receivers without their protocols: the table {@code otel.logs}, with a view of it, and writers of its WAL.
 */
final class TestingWal
        implements AutoCloseable
{
    static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");
    static final int ROWS = 10;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final WalEnvironment environment = WalEnvironment.system(threads);
    private final ObjectStoreCatalog catalog = new ObjectStoreCatalog();
    private final List<WalWriter> writers = new ArrayList<>();
    private final Table table;

    TestingWal(Map<String, String> warehouse)
    {
        catalog.initialize("receiver", warehouse);
        table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), Signal.LOGS.shape());
        ViewBootstrap.createOrUpdate(catalog, Namespace.of("otel"), Signal.LOGS.shape(), table);
    }

    ObjectStoreCatalog catalog()
    {
        return catalog;
    }

    Table table()
    {
        table.refresh();
        return table;
    }

    WalWriter writer()
    {
        Instant now = environment.clock().instant();
        RegistryEntry entry = new RegistryEntry(WriterId.random(now, environment.random()), now, "host", "build", Set.of(table.uuid()));
        WalWriter writer = WalWriter.open(catalog.warehouse().store(), entry, new FooterCache(new ParquetSegmentCodec(), 100), WriterOptions.DEFAULT, environment);
        writers.add(writer);
        return writer;
    }

    /**
     * A durable segment with {@value #ROWS} rows of each batch. Equal batches are one request that came twice.
     */
    SegmentFooter append(WalWriter writer, long... batches)
            throws Exception
    {
        WalLane lane = writer.lane(table.uuid(), header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
        return lane.append(header -> new SegmentEncoder(Signal.LOGS.shape()).encode(
                header,
                table.schema().schemaId(),
                table.schema(),
                Arrays.stream(batches).mapToObj(batch -> LogRows.batch(batch, "tenant", ROWS)).toList())).get(60, SECONDS);
    }

    void commit()
    {
        new EngineWal(catalog.warehouse(), new ParquetSegmentCodec(), environment, EngineWal.Limits.DEFAULT).commit(table, CommitOptions.DEFAULT);
    }

    @Override
    public void close()
            throws IOException
    {
        writers.forEach(WalWriter::close);
        catalog.close();
        threads.close();
    }
}
