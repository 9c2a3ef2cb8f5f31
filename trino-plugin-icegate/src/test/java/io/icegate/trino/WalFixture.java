package io.icegate.trino;

import com.google.common.collect.ImmutableSet;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.schema.AttributeValue;
import io.icegate.schema.Attributes;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.EntityRef;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.schema.Signal;
import io.icegate.schema.TableShape;
import io.icegate.wal.BatchId;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.commit.CommitResult;
import io.icegate.wal.commit.WalCommitter;
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
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * A warehouse in a folder with logs tables, and the means to append to their WAL and to commit it, as receivers do.
 */
@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
final class WalFixture
        implements AutoCloseable
{
    static final Instant DAY = Instant.parse("2026-11-20T10:00:00Z");

    private static final ResourceValues SHOP = new ResourceValues(attributes(text("service.name", "shop")), 0, null, List.of());

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final WalEnvironment environment = WalEnvironment.system(executor);
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final FooterCache footers = new FooterCache(new ParquetSegmentCodec(), FooterCache.COUNT_MAX_DEFAULT);
    private final AtomicLong nextBatch = new AtomicLong();
    private final List<WalWriter> writers = new ArrayList<>();
    private final Warehouse warehouse;
    private final ObjectStoreCatalog catalog;

    WalFixture(Path folder)
    {
        warehouse = Warehouses.open("file:" + folder, Map.of());
        catalog = ObjectStoreCatalog.open("fixture", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
    }

    Warehouse warehouse()
    {
        return warehouse;
    }

    ObjectStoreCatalog catalog()
    {
        return catalog;
    }

    /**
     * {@code <namespace>.logs}, empty, without a snapshot.
     */
    Logs createLogs(String namespace)
    {
        return create(namespace, Signal.LOGS.shape());
    }

    /**
     * The table of a signal, empty, without a snapshot.
     */
    Logs create(String namespace, TableShape shape)
    {
        TableBootstrap.createOrUpdate(catalog, Namespace.of(namespace), shape);
        return new Logs(TableIdentifier.of(Namespace.of(namespace), shape.name()), shape);
    }

    /**
     * As a receiver does when it starts.
     */
    void createViews(Logs logs)
    {
        Table table = logs.table();
        ViewBootstrap.createOrUpdate(catalog, logs.identifier.namespace(), Signal.LOGS.shape(), table);
    }

    Logs logs(String namespace)
    {
        return logs(namespace, Signal.LOGS.shape().name());
    }

    /**
     * A table of logs that was renamed.
     */
    Logs logs(String namespace, String table)
    {
        return new Logs(TableIdentifier.of(Namespace.of(namespace), table), Signal.LOGS.shape());
    }

    Table table(String namespace)
    {
        return catalog.loadTable(TableIdentifier.of(Namespace.of(namespace), Signal.LOGS.shape().name()));
    }

    /**
     * The tables that the catalog has, shown or not.
     */
    List<TableIdentifier> tables(String namespace)
    {
        return catalog.listTables(Namespace.of(namespace));
    }

    CommitResult commit(Table table)
    {
        return new WalCommitter(warehouse, footers, new BatchIndexes(warehouse.store(), environment), environment).commit(table, new CommitOptions(CommitOptions.SEGMENTS_MAX, false));
    }

    /**
     * Changes the metadata of a table in place, behind the back of the catalog and its rules.
     */
    void rewriteMetadata(TableIdentifier table, UnaryOperator<TableMetadata> change)
    {
        TableMetadata metadata = ((BaseTable) catalog.loadTable(table)).operations().current();
        TableMetadataParser.overwrite(change.apply(metadata), new ObjectStoreFileIO(warehouse).newOutputFile(metadata.metadataFileLocation()));
    }

    @Override
    public void close()
            throws Exception
    {
        writers.forEach(WalWriter::close);
        catalog.close();
        executor.close();
    }

    /**
     * One table and one writer of it.
     */
    final class Logs
    {
        private final TableIdentifier identifier;
        private final Table table;
        private final UUID uuid;
        private final SegmentEncoder encoder;
        private final WalLane lane;
        private Schema schema;

        private Logs(TableIdentifier identifier, TableShape shape)
        {
            this.identifier = identifier;
            this.encoder = new SegmentEncoder(shape);
            this.table = catalog.loadTable(identifier);
            this.schema = table.schema();
            this.uuid = table.uuid();
            WriterId id = WriterId.random(environment.clock().instant(), random);
            WalWriter writer = WalWriter.open(warehouse.store(), new RegistryEntry(id, environment.clock().instant(), "host", "test", ImmutableSet.of(uuid)), footers, WriterOptions.DEFAULT, environment);
            writers.add(writer);
            lane = writer.lane(uuid, header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
        }

        String name()
        {
            return identifier.toString();
        }

        UUID uuid()
        {
            return uuid;
        }

        Table table()
        {
            return catalog.loadTable(identifier);
        }

        /**
         * A segment with one batch of rows {@code first} to {@code last}, all of one tenant.
         */
        SegmentFooter append(String tenant, long first, long last)
        {
            return append(batch(tenant, first, last));
        }

        /**
         * A segment of these batches. The same batch in two segments is a repeated request.
         */
        SegmentFooter append(RowBatch... batches)
        {
            Schema current = followSchema();
            return lane.append(header -> encoder.encode(header, current.schemaId(), current, List.of(batches))).join();
        }

        /**
         * The schema of the table, or the one before when the table has lost a column.
         */
        private Schema followSchema()
        {
            Schema current = table().schema();
            try {
                encoder.requireFit(current);
                schema = current;
            }
            catch (IllegalArgumentException e) {
                // as receivers do
            }
            return schema;
        }

        CommitResult commit()
        {
            return WalFixture.this.commit(table());
        }

        LogBatch batch(String tenant, long first, long last)
        {
            return batch(tenant, LongStream.rangeClosed(first, last).mapToObj(WalFixture::row).toList());
        }

        /**
         * A batch with one row, whose body is this one.
         */
        LogBatch batch(String tenant, long number, CanonicalText body)
        {
            LogRow row = row(number);
            return batch(tenant, List.of(new LogRow(
                    row.resource(),
                    row.scope(),
                    row.timestampMicros(),
                    row.receivedMicros(),
                    row.timeUnixNano(),
                    row.observedTimeUnixNano(),
                    row.severityNumber(),
                    row.severityText(),
                    row.eventName(),
                    body,
                    row.traceId(),
                    row.spanId(),
                    row.flags(),
                    row.attributes(),
                    row.droppedAttributesCount(),
                    row.residual())));
        }

        LogBatch batch(String tenant, List<LogRow> rows)
        {
            return new LogBatch(new BatchId(uuid.getMostSignificantBits(), nextBatch.incrementAndGet()), tenant, rows, 1000);
        }
    }

    /**
     * The row with {@code time_unix_nano = number}. Every third row has few columns, so that nulls are there too; rows with
     * {@code number % 4 == 2} of the others have every column.
     */
    static LogRow row(long number)
    {
        long micros = DAY.toEpochMilli() * 1000 + number;
        boolean sparse = number % 3 == 0;
        return new LogRow(
                sparse ? ResourceValues.EMPTY : resource(number),
                sparse ? ScopeValues.EMPTY : new ScopeValues("scope", "1.0", attributes(text("scope.key", "scope value"), entry("scope.version", new AttributeValue.Int(number % 7))), 2, "https://scope"),
                micros,
                micros + 1,
                number,
                number + 1,
                (int) (number % 24) + 1,
                sparse ? null : "INFO",
                sparse ? null : "event",
                sparse ? null : CanonicalText.of(body(number)),
                sparse ? null : HexFormat.of().formatHex(bytes(16, number)),
                sparse ? null : HexFormat.of().formatHex(bytes(8, number)),
                number % 2,
                sparse ? Attributes.EMPTY : attributes(
                        text("key", "value " + number),
                        entry("ratio", new AttributeValue.Real(number / 8.0)),
                        entry("none", new AttributeValue.Empty()),
                        entry("flags", new AttributeValue.Array(List.of(new AttributeValue.Bool(true), new AttributeValue.Int(number))))),
                3,
                sparse ? null : bytes(5, number));
    }

    /**
     * A row of service {@code shop} as applications send it, without a trace.
     */
    static LogRow row(long micros, int severity, String event, String body, Map<String, AttributeValue> attributes)
    {
        return new LogRow(
                SHOP,
                ScopeValues.EMPTY,
                micros,
                micros,
                micros * 1000,
                0,
                severity,
                "INFO",
                event,
                CanonicalText.of(new AttributeValue.Text(body)),
                null,
                null,
                0,
                Attributes.of(attributes.entrySet().stream().map(attribute -> entry(attribute.getKey(), attribute.getValue())).toList()),
                0,
                null);
    }

    private static ResourceValues resource(long number)
    {
        return new ResourceValues(
                attributes(
                        text("service.name", "service-" + number % 5),
                        text("service.namespace", "namespace-" + number % 2),
                        text("service.instance.id", "instance-" + number % 11),
                        entry("process.pid", new AttributeValue.Int(number))),
                1,
                "https://schema",
                List.of(new EntityRef("https://entity", "service", List.of("service.name", "service.namespace"), List.of("process.pid"))));
    }

    private static AttributeValue body(long number)
    {
        return switch ((int) (number % 4)) {
            case 0 -> new AttributeValue.Empty();
            case 2 -> new AttributeValue.KeyValues(List.of(text("text", "body " + number)));
            default -> new AttributeValue.Text("body " + number);
        };
    }

    private static Attributes attributes(AttributeValue.Entry... entries)
    {
        return Attributes.of(List.of(entries));
    }

    private static AttributeValue.Entry text(String key, String value)
    {
        return entry(key, new AttributeValue.Text(value));
    }

    private static AttributeValue.Entry entry(String key, AttributeValue value)
    {
        return new AttributeValue.Entry(key, value);
    }

    private static byte[] bytes(int count, long seed)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (seed >>> (8 * (i % 8)));
        }
        return bytes;
    }
}
