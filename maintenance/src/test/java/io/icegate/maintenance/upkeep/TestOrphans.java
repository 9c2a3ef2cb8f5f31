package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.orphan.OrphanFiles;
import io.icegate.maintenance.orphan.OrphanPlan;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.WalLayout;
import io.icegate.wal.format.RowBatch;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

final class TestOrphans
{
    @TempDir
    private Path scratch;
    private UpkeepFixture warehouse;
    private Table logs;
    private ObjectKey folder;
    private final List<ObjectKey> orphans = new ArrayList<>();

    @BeforeEach
    void open()
            throws Exception
    {
        warehouse = new UpkeepFixture(scratch);
        logs = warehouse.logs(Namespace.of("otel"));
        folder = warehouse.folder(logs);
        warehouse.append(logs, warehouse.batch("acme", Instant.now(), 3), warehouse.batch("acme", Instant.now(), 4));
        warehouse.commit(logs);
        orphans.add(warehouse.put(folder.child("data").child("tenant_id=acme").child("merged-1-0.parquet"), 4));
        orphans.add(warehouse.put(folder.child("metadata").child("0f-m0.avro"), 4));
    }

    @AfterEach
    void close()
            throws IOException
    {
        warehouse.close();
    }

    /**
     * Everything that any snapshot, or anybody else, may need stays, however old: what only an old snapshot has, delete files,
     * statistics, metadata, files of a table beside, segments, and what no table writes.
     */
    @Test
    void testOnlyOrphansGo()
            throws Exception
    {
        try (Maintenance maintenance = warehouse.maintenance(Duration.ofMinutes(11), 1)) {
            maintenance.keep(logs, () -> true);
        }
        List<DataFile> merged = UpkeepFixture.files(logs);
        assertThat(merged).singleElement().satisfies(file -> assertThat(warehouse.warehouse.key(file.location()).orElseThrow().isBelow(folder)).isTrue());
        assertThat(warehouse.keys(folder)).as("these were found").doesNotContainAnyElementsOf(orphans);
        logs.newDelete().deleteFile(merged.get(0)).commit();
        addDeletes();
        addStatistics();
        warehouse.append(logs, warehouse.batch("acme", Instant.now(), 5));
        warehouse.commit(logs);
        Table other = warehouse.catalog.buildTable(TableIdentifier.of("otel", "other"), logs.schema()).withLocation(logs.location() + "x").create();
        warehouse.put(folder.child("data").child("notes.txt"), 4);
        warehouse.put(folder.child("metadata").child("00099-0f.metadata.json"), 4);
        warehouse.put(warehouse.folder(other).child("data").child("0f.parquet"), 4);
        warehouse.put(WalLayout.table(logs.uuid()).child("0f.parquet"), 4);
        warehouse.age(new ObjectKey("otel"), 4);
        warehouse.put(folder.child("data").child("young.parquet"), 2);
        List<ObjectKey> kept = all();
        orphans.forEach(key -> warehouse.put(key, 4));
        Map<Record, Integer> rows = UpkeepFixture.rows(logs);

        OrphanPlan plan = new OrphanFiles(warehouse.warehouse).plan(logs, Instant.now());
        assertThat(plan.files()).extracting(ObjectHead::key).containsExactlyInAnyOrderElementsOf(orphans);
        assertThat(plan.bytes()).isEqualTo(200);
        assertThat(all()).as("a plan changes nothing").containsAll(orphans);
        new OrphanFiles(warehouse.warehouse).delete(plan);
        assertThat(all()).containsExactlyElementsOf(kept);
        assertThat(UpkeepFixture.rows(logs)).isEqualTo(rows).hasSize(5);
    }

    /**
     * Once a week for a table, whoever looked last. What is younger than three days waits for the next look.
     */
    @Test
    void testEachWeek()
    {
        warehouse.round(Duration.ZERO);
        assertThat(warehouse.actions).singleElement().satisfies(action -> {
            assertThat(action.succeeded()).isTrue();
            assertThat(action.text()).startsWith("orphans icegate.otel.logs: DELETED 2 files, 200 bytes");
            assertThat(action.work().filesIn()).isEqualTo(2);
            assertThat(action.work().bytesIn()).isEqualTo(200);
        });
        orphans.forEach(key -> warehouse.put(key, 4));
        warehouse.round(Duration.ofDays(6));
        assertThat(warehouse.keys(folder)).containsAll(orphans);
        warehouse.put(orphans.get(0), 2);
        warehouse.round(Duration.ofDays(8));
        assertThat(warehouse.keys(folder)).contains(orphans.get(0)).doesNotContain(orphans.get(1));
        assertThat(new UpkeepStatuses(warehouse.store).read(logs.uuid()).orElseThrow().actions()).extracting(UpkeepAction::kind).filteredOn("orphans"::equals).hasSize(2);
    }

    /**
     * A batch that came again through another writer is in a segment that no snapshot names. It goes when nobody can go back
     * to before its commit; the segments beside it, which are files of the table, do not.
     */
    @Test
    void testSegmentsOfCopiesGo()
            throws Exception
    {
        RowBatch batch = warehouse.batch("acme", Instant.now(), 5);
        warehouse.append(logs, batch);
        warehouse.commit(logs);
        List<ObjectKey> before = segments();
        warehouse.append(logs, batch);
        List<ObjectKey> copies = new ArrayList<>(segments());
        copies.removeAll(before);
        assertThat(copies).hasSize(1);
        warehouse.append(logs, warehouse.batch("acme", Instant.now(), 1));
        warehouse.commit(logs);
        Map<Record, Integer> rows = UpkeepFixture.rows(logs);
        warehouse.age(WalLayout.table(logs.uuid()), 4);
        assertThat(new OrphanFiles(warehouse.warehouse).plan(logs, Instant.now()).files()).extracting(ObjectHead::key).as("snapshots before are there").doesNotContainAnyElementsOf(before).doesNotContainAnyElementsOf(copies);

        long current = logs.currentSnapshot().snapshotId();
        for (Snapshot snapshot : logs.snapshots()) {
            if (snapshot.snapshotId() != current) {
                logs.expireSnapshots().expireSnapshotId(snapshot.snapshotId()).commit();
            }
        }
        warehouse.append(logs, warehouse.batch("acme", Instant.now(), 2));
        warehouse.age(WalLayout.table(logs.uuid()), 4);
        List<ObjectKey> kept = new ArrayList<>(segments());
        kept.removeAll(copies);
        OrphanFiles files = new OrphanFiles(warehouse.warehouse);
        files.delete(files.plan(logs, Instant.now()));
        assertThat(segments()).containsExactlyElementsOf(kept);
        assertThat(UpkeepFixture.rows(logs)).isEqualTo(rows);
        warehouse.commit(logs);
        assertThat(UpkeepFixture.rows(logs)).hasSize(rows.size() + 2);
    }

    private List<ObjectKey> segments()
    {
        return warehouse.keys(WalLayout.table(logs.uuid())).stream().filter(key -> SegmentKey.parse(key).isPresent()).toList();
    }

    private void addDeletes()
    {
        ObjectKey deletes = warehouse.put(folder.child("data").child("0f-deletes.parquet"), 4);
        logs.newRowDelta()
                .addDeletes(FileMetadata.deleteFileBuilder(logs.spec()).ofPositionDeletes().withPath(warehouse.warehouse.location(deletes)).withFormat("parquet")
                        .withPartitionPath("tenant_id=acme/timestamp_day=2026-01-01").withFileSizeInBytes(100).withRecordCount(1).build())
                .commit();
    }

    private void addStatistics()
    {
        ObjectKey statistics = warehouse.put(folder.child("metadata").child("0f.stats"), 4);
        long snapshot = logs.currentSnapshot().snapshotId();
        logs.updateStatistics().setStatistics(new GenericStatisticsFile(snapshot, warehouse.warehouse.location(statistics), 100, 10, List.of())).commit();
    }

    /**
     * But for the catalog and the locks of maintenance.
     */
    private List<ObjectKey> all()
    {
        List<ObjectKey> keys = new ArrayList<>(warehouse.keys(new ObjectKey("otel")));
        keys.addAll(warehouse.keys(WalLayout.table(logs.uuid())));
        return keys;
    }
}
