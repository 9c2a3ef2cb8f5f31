package io.icegate.maintenance.expire;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.Signal;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.table.TableSpecs;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.io.PositionOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestSnapshotExpiration
{
    private final Warehouse warehouse = new Warehouse("memory:expire", new MemoryObjectStore(InstantSource.system()));
    private final ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
    private final Table table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), Signal.LOGS.shape());
    private int files;

    @AfterEach
    void close()
            throws IOException
    {
        catalog.close();
    }

    /**
     * The table keeps two hours and ten snapshots, the policy fifteen.
     */
    @Test
    void testKeeps()
            throws IOException
    {
        for (int i = 0; i < 20; i++) {
            append();
        }
        ExpirationPolicy fifteen = new ExpirationPolicy(Duration.ofHours(1), 15);
        assertThat(expiration(fifteen, Duration.ofMinutes(110)).run(table)).isEqualTo(new ExpirationResult(0, 0, 0));
        assertThat(expiration(fifteen, Duration.ofMinutes(130)).due(table)).isEqualTo(5);
        ExpirationResult result = expiration(fifteen, Duration.ofMinutes(130)).run(table);
        assertThat(result.snapshots()).isEqualTo(5);
        assertThat(result.failed()).isZero();
        assertThat(snapshots()).isEqualTo(15);
        assertThat(table.specs().values()).anyMatch(PartitionSpec::isUnpartitioned);
        assertThat(table.properties()).containsKey(OffsetVector.PROPERTY);
        // by default nothing is due before there are more than a hundred
        assertThat(expiration(ExpirationPolicy.DEFAULT, Duration.ofDays(1)).due(table)).isZero();
    }

    /**
     * A table that keeps less than queries may need keeps an hour all the same.
     */
    @Test
    void testQueriesKeepAnHour()
            throws IOException
    {
        table.updateProperties().set("history.expire.max-snapshot-age-ms", "1").set("history.expire.min-snapshots-to-keep", "1").commit();
        append();
        append();
        append();
        ExpirationPolicy one = new ExpirationPolicy(Duration.ofHours(1), 1);
        assertThat(expiration(one, Duration.ofMinutes(59)).due(table)).isZero();
        assertThat(expiration(one, Duration.ofMinutes(61)).due(table)).isEqualTo(2);
        assertThatThrownBy(() -> new ExpirationPolicy(Duration.ofMinutes(59), 1)).hasMessageContaining("queries may need them");
    }

    /**
     * What was current an hour ago stays, however old it is: a query may have begun on it since.
     */
    @Test
    void testLongCurrentSnapshotsKeepAnHour()
            throws IOException
    {
        table.updateProperties().set("history.expire.max-snapshot-age-ms", "1").set("history.expire.min-snapshots-to-keep", "1").commit();
        append();
        long old = table.currentSnapshot().timestampMillis();
        while (System.currentTimeMillis() < old + 10) {
            Thread.onSpinWait();
        }
        append();
        long replaced = table.currentSnapshot().timestampMillis();
        Duration hour = Duration.ofHours(1);
        ExpirationPolicy one = new ExpirationPolicy(hour, 1);
        assertThat(new SnapshotExpiration(one, () -> Instant.ofEpochMilli(replaced - 1).plus(hour)).due(table)).isZero();
        assertThat(new SnapshotExpiration(one, () -> Instant.ofEpochMilli(replaced).plus(hour)).due(table)).isEqualTo(1);
    }

    /**
     * A file is deleted when no snapshot that is kept refers to it, and not before.
     */
    @Test
    void testFilesOfTheDead()
            throws IOException
    {
        DataFile replaced = append();
        DataFile kept = append();
        table.newDelete().deleteFile(replaced).commit();
        append();
        expiration(new ExpirationPolicy(Duration.ofHours(1), 4), Duration.ofHours(3)).run(table);
        assertThat(table.io().newInputFile(replaced.location()).exists()).isTrue();
        table.updateProperties().set("history.expire.min-snapshots-to-keep", "1").commit();
        assertThat(expiration(new ExpirationPolicy(Duration.ofHours(1), 1), Duration.ofHours(3)).run(table).snapshots()).isEqualTo(3);
        assertThat(table.io().newInputFile(replaced.location()).exists()).isFalse();
        assertThat(table.io().newInputFile(kept.location()).exists()).isTrue();
    }

    private static SnapshotExpiration expiration(ExpirationPolicy policy, Duration later)
    {
        return new SnapshotExpiration(policy, () -> Instant.now().plus(later));
    }

    private long snapshots()
    {
        return StreamSupport.stream(table.snapshots().spliterator(), false).count();
    }

    private DataFile append()
            throws IOException
    {
        String location = table.locationProvider().newDataLocation("file-%s.parquet".formatted(files++));
        try (PositionOutputStream out = table.io().newOutputFile(location).create()) {
            out.write(1);
        }
        DataFile file = DataFiles.builder(TableSpecs.unpartitioned("logs", table.specs().values()))
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(1)
                .withRecordCount(1)
                .build();
        table.newFastAppend().appendFile(file).commit();
        table.refresh();
        return file;
    }
}
