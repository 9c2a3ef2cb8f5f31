package io.icegate.maintenance.statistics;

import io.icegate.wal.registry.BoundedMap;
import org.apache.iceberg.GenericBlobMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.puffin.Blob;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinCompressionCodec;
import org.apache.iceberg.puffin.PuffinReader;
import org.apache.iceberg.puffin.PuffinWriter;
import org.apache.iceberg.puffin.StandardBlobTypes;
import org.apache.iceberg.util.Pair;
import org.apache.iceberg.util.PropertyUtil;
import org.apache.iceberg.util.SnapshotUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.StreamSupport;

import static java.util.Objects.requireNonNull;

/**
 * Keeps the statistics of tables: unites what merges saw with the newest statistics file, whoever wrote that, into a new one. Values
 * whose rows were deleted are counted until somebody analyzes the table anew. What a process saw and had not written when it died is
 * seen again when its files are merged again. Expiration deletes the file with its snapshot. Used by one thread.
 */
public final class TableStatistics
{
    /**
     * Between two statistics files of a table.
     */
    public static final Duration INTERVAL = Duration.ofMinutes(10);

    private static final Logger log = LoggerFactory.getLogger(TableStatistics.class);
    /**
     * Statistics go with their snapshot, which stays for an hour at least, so they are carried to a newer one before.
     */
    private static final Duration CARRIED_AFTER = Duration.ofMinutes(30);
    /**
     * Tables whose values wait to be written.
     */
    private static final int TABLES_MAX = 100;
    private static final String NDV = "ndv";

    private final Duration interval;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final Map<UUID, Map<Integer, ThetaSketch>> seen = BoundedMap.create(TABLES_MAX);

    /**
     * What was written.
     */
    public record Written(int columns, long bytes) {}

    /**
     * @param interval between two statistics files of a table
     * @param random names files; never repeats itself among processes
     */
    public TableStatistics(Duration interval, RandomGenerator random, InstantSource clock)
    {
        this.interval = requireNonNull(interval, "interval is null");
        this.random = requireNonNull(random, "random is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Remembers values that are in a table.
     *
     * @param values by field
     */
    public void add(Table table, Map<Integer, ThetaSketch> values)
    {
        Map<Integer, ThetaSketch> known = seen.computeIfAbsent(table.uuid(), _uuid -> new HashMap<>());
        values.forEach((field, sketch) -> known.computeIfAbsent(field, _field -> new ThetaSketch()).add(sketch));
    }

    /**
     * Returns why statistics should be written now; empty when they should not.
     */
    public Optional<String> due(Table table)
    {
        if (table.currentSnapshot() == null) {
            return Optional.empty();
        }
        Optional<StatisticsFile> newest = newest(table);
        if (newest.isEmpty()) {
            return seen.containsKey(table.uuid()) ? Optional.of("the table has no statistics") : Optional.empty();
        }
        Snapshot described = table.snapshot(newest.orElseThrow().snapshotId());
        if (described.snapshotId() == table.currentSnapshot().snapshotId()) {
            return Optional.empty();
        }
        Duration age = Duration.between(Instant.ofEpochMilli(described.timestampMillis()), clock.instant());
        if (seen.containsKey(table.uuid()) && age.compareTo(interval) >= 0) {
            return Optional.of("values were merged since " + Instant.ofEpochMilli(described.timestampMillis()));
        }
        return age.compareTo(CARRIED_AFTER) >= 0 ? Optional.of("the snapshot of the last ones will expire") : Optional.empty();
    }

    /**
     * Writes statistics of the current snapshot.
     *
     * @throws UncheckedIOException when a file cannot be read or written; nothing has changed then
     * @throws CommitFailedException when others were always faster; nothing has changed then
     */
    public Written run(Table table)
    {
        Snapshot snapshot = requireNonNull(table.currentSnapshot(), "currentSnapshot is null");
        Map<Integer, Known> columns = newest(table).map(file -> read(table, file)).orElseGet(TreeMap::new);
        seen.getOrDefault(table.uuid(), Map.of()).forEach((field, values) -> columns.merge(
                field,
                new Known(values, snapshot.snapshotId(), snapshot.sequenceNumber()),
                (before, now) -> {
                    before.values().add(now.values());
                    return new Known(before.values(), now.snapshotId(), now.sequenceNumber());
                }));
        columns.entrySet().removeIf(column -> table.schema().findField(column.getKey()) == null || column.getValue().values().isEmpty());
        StatisticsFile written = write(table, snapshot, columns);
        try {
            table.updateStatistics().setStatistics(written).commit();
        }
        catch (CommitFailedException e) {
            delete(table, written.path());
            throw e;
        }
        seen.remove(table.uuid());
        table.refresh();
        return new Written(columns.size(), written.fileSizeInBytes());
    }

    /**
     * What is known of a column since a snapshot.
     */
    private record Known(ThetaSketch values, long snapshotId, long sequenceNumber) {}

    /**
     * The statistics of the newest ancestor that has some.
     */
    private static Optional<StatisticsFile> newest(Table table)
    {
        Map<Long, StatisticsFile> files = new HashMap<>();
        table.statisticsFiles().forEach(file -> files.put(file.snapshotId(), file));
        if (files.isEmpty()) {
            return Optional.empty();
        }
        return StreamSupport.stream(SnapshotUtil.currentAncestors(table).spliterator(), false)
                .filter(snapshot -> files.containsKey(snapshot.snapshotId()))
                .map(snapshot -> requireNonNull(files.get(snapshot.snapshotId()), "file is null"))
                .findFirst();
    }

    /**
     * Forgets what is in no form that it knows.
     */
    private static Map<Integer, Known> read(Table table, StatisticsFile file)
    {
        Map<Integer, Known> columns = new TreeMap<>();
        try (PuffinReader reader = Puffin.read(table.io().newInputFile(file.path())).withFileSize(file.fileSizeInBytes()).withFooterSize(file.fileFooterSizeInBytes()).build()) {
            List<BlobMetadata> sketches = reader.fileMetadata().blobs().stream()
                    .filter(blob -> blob.type().equals(StandardBlobTypes.APACHE_DATASKETCHES_THETA_V1) && blob.inputFields().size() == 1)
                    .toList();
            for (Pair<BlobMetadata, ByteBuffer> blob : reader.readAll(sketches)) {
                ThetaSketch.read(blob.second()).ifPresent(sketch -> columns.put(
                        blob.first().inputFields().get(0),
                        new Known(sketch, blob.first().snapshotId(), blob.first().sequenceNumber())));
            }
            return columns;
        }
        catch (NotFoundException e) {
            log.warn("Statistics of table {} begin anew, because {} is gone: {}", table.name(), file.path(), e.getMessage());
            return new TreeMap<>();
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot read statistics %s: %s".formatted(file.path(), e.getMessage()), e);
        }
    }

    private StatisticsFile write(Table table, Snapshot snapshot, Map<Integer, Known> columns)
    {
        long rows = PropertyUtil.propertyAsLong(snapshot.summary(), SnapshotSummary.TOTAL_RECORDS_PROP, Long.MAX_VALUE);
        OutputFile output = table.io().newOutputFile(((HasTableOperations) table).operations().metadataFileLocation("%s-%016x%016x.stats".formatted(snapshot.snapshotId(), random.nextLong(), random.nextLong())));
        try (PuffinWriter writer = Puffin.write(output).createdBy("icegate").build()) {
            columns.forEach((field, column) -> writer.add(new Blob(
                    StandardBlobTypes.APACHE_DATASKETCHES_THETA_V1,
                    List.of(field),
                    column.snapshotId(),
                    column.sequenceNumber(),
                    column.values().serialize(),
                    PuffinCompressionCodec.NONE,
                    Map.of(NDV, Long.toString(Math.min(rows, column.values().estimate()))))));
            writer.finish();
            return new GenericStatisticsFile(snapshot.snapshotId(), output.location(), writer.fileSize(), writer.footerSize(), GenericBlobMetadata.from(writer.writtenBlobsMetadata()));
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot write statistics %s: %s".formatted(output.location(), e.getMessage()), e);
        }
    }

    private static void delete(Table table, String location)
    {
        try {
            table.io().deleteFile(location);
        }
        catch (RuntimeException e) {
            log.warn("Cannot delete {}, which nothing refers to: {}", location, e.getMessage());
        }
    }
}
