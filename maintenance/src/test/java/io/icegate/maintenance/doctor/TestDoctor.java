package io.icegate.maintenance.doctor;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.maintenance.upkeep.UpkeepStatuses;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.Signal;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.table.TableSpecs;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

final class TestDoctor
{
    private static final TableIdentifier NAME = TableIdentifier.of("otel", "logs");
    private static final long MEGABYTE = 1 << 20;

    private final Warehouse warehouse = new Warehouse("memory:doctor", new MemoryObjectStore(InstantSource.system()));
    private final ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
    private final Table table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), Signal.LOGS.shape());
    private int files;

    @AfterEach
    void close()
            throws IOException
    {
        catalog.close();
    }

    @Test
    void testNewTableIsWell()
    {
        assertThat(examine(Duration.ZERO, DoctorThresholds.DEFAULT)).isEmpty();
        segments(3, MEGABYTE);
        assertThat(examine(Duration.ZERO, DoctorThresholds.DEFAULT)).isEmpty();
    }

    @Test
    void testSmallFiles()
    {
        segments(65, MEGABYTE);
        assertThat(rules(examine(Duration.ZERO, DoctorThresholds.DEFAULT))).doesNotContain("small_files");
        assertThat(finding("small_files", examine(Duration.ofHours(1), DoctorThresholds.DEFAULT))).isEqualTo(new Finding(
                "small_files",
                NAME,
                Severity.WARNING,
                "65 of 65 files below 64 MB in segments, which mix partitions are older than 30 min",
                "a query opens each of them; together they have 65 MB",
                "ALTER TABLE icegate.\"otel\".\"logs\" EXECUTE optimize(file_size_threshold => '64MB')"));
    }

    @Test
    void testDeleteFiles()
    {
        segments(1, MEGABYTE);
        PartitionSpec unpartitioned = TableSpecs.unpartitioned("logs", table.specs().values());
        table.newRowDelta()
                .addDeletes(FileMetadata.deleteFileBuilder(unpartitioned).ofPositionDeletes().withPath("memory:doctor/deletes.parquet").withFormat(FileFormat.PARQUET).withFileSizeInBytes(1).withRecordCount(7).build())
                .commit();
        assertThat(finding("delete_files", examine(Duration.ZERO, DoctorThresholds.DEFAULT)).reason()).isEqualTo("1 delete files take 7 rows out of 1 data files");
    }

    @Test
    void testRetention()
    {
        for (int i = 0; i < 15; i++) {
            segments(1, MEGABYTE);
        }
        assertThat(rules(examine(Duration.ofHours(2), DoctorThresholds.DEFAULT))).doesNotContain("retention_due");
        Finding due = finding("retention_due", examine(Duration.ofHours(4), DoctorThresholds.DEFAULT));
        // ten are kept, whatever their age
        assertThat(due.reason()).isEqualTo("5 of 15 snapshots are older than the 2 h 0 min that the table keeps");
        assertThat(due.remedy()).isEqualTo("SET SESSION icegate.expire_snapshots_min_retention = '120m'; ALTER TABLE icegate.\"otel\".\"logs\" EXECUTE expire_snapshots(retention_threshold => '120m')");
    }

    @Test
    void testManifestsAndMetadata()
    {
        segments(1, MEGABYTE);
        segments(1, MEGABYTE);
        DoctorThresholds strict = new DoctorThresholds(64 * MEGABYTE, 1, Duration.ofMinutes(30), 1, 1, Duration.ofHours(1), Duration.ofMinutes(5));
        List<Finding> findings = examine(Duration.ZERO, strict);
        assertThat(finding("manifests", findings).reason()).isEqualTo("the current snapshot has 2 manifests");
        assertThat(finding("metadata_size", findings).severity()).isEqualTo(Severity.CRITICAL);
        assertThat(finding("statistics", findings).remedy()).isEqualTo("ANALYZE icegate.\"otel\".\"logs\"");
        // the worst comes first
        assertThat(findings).extracting(Finding::severity).isSortedAccordingTo((left, right) -> right.compareTo(left));
    }

    @Test
    void testDrift()
    {
        append(DataFiles.builder(table.spec()).withPartitionPath("tenant_id=a/timestamp_day=2026-11-21"), 100 * MEGABYTE);
        assertThat(finding("sort_drift", examine(Duration.ZERO, DoctorThresholds.DEFAULT)).reason()).isEqualTo("1 files of 100 MB have another order than the table");
        table.updateSpec().addField("service_name").commit();
        table.refresh();
        assertThat(finding("spec_drift", examine(Duration.ZERO, DoctorThresholds.DEFAULT)).reason()).isEqualTo("1 files lie in partitions of an earlier layout");
    }

    /**
     * A table that is registered brings its properties past the guard.
     */
    @Test
    void testTtl()
    {
        TableMetadata metadata = ((BaseTable) table).operations().current();
        Map<String, String> wrong = Map.of("icegate.ttl", "30d", "icegate.ttl.tenant.acme", "a week", "icegate.ttl.tenant.b'c", "0d");
        String location = table.location() + "/metadata/wrong.metadata.json";
        TableMetadataParser.write(metadata.replaceProperties(wrong), table.io().newOutputFile(location));
        Table registered = new BaseTable(new StaticTableOperations(location, table.io()), "logs");
        List<Finding> findings = new Doctor(DoctorThresholds.DEFAULT, InstantSource.system()).examine(NAME, registered, WaitingSegments.NONE);
        assertThat(findings).extracting(Finding::rule).containsExactly("ttl_invalid", "ttl_invalid");
        assertThat(findings).extracting(Finding::reason).anySatisfy(reason -> assertThat(reason).contains("icegate.ttl.tenant.acme = 'a week'", "30d or 12h"));
        assertThat(findings).extracting(Finding::remedy).containsExactlyInAnyOrder(
                "ALTER TABLE icegate.otel.logs UNSET TBLPROPERTIES ('icegate.ttl.tenant.acme') -- Spark; or set it to a value",
                "ALTER TABLE icegate.otel.logs UNSET TBLPROPERTIES ('icegate.ttl.tenant.b\\'c') -- Spark; or set it to a value");
    }

    @Test
    void testWal()
    {
        Instant now = Instant.now();
        Doctor doctor = new Doctor(DoctorThresholds.DEFAULT, () -> now);
        assertThat(doctor.examine(NAME, table, new WaitingSegments(3, 30, Optional.of(now.minusSeconds(60)), 0))).isEmpty();
        assertThat(finding("wal_lag", doctor.examine(NAME, table, new WaitingSegments(3, 30, Optional.of(now.minusSeconds(600)), 0)))).isEqualTo(new Finding(
                "wal_lag",
                NAME,
                Severity.WARNING,
                "3 segments with 30 rows wait, the oldest for 10 min",
                "every query lists and opens them; no receiver commits",
                "CALL icegate.system.commit_wal('otel', 'logs')"));
        assertThat(finding("wal_lag", doctor.examine(NAME, table, new WaitingSegments(3, 30, Optional.of(now.minusSeconds(4_000)), 0))).severity()).isEqualTo(Severity.CRITICAL);
        assertThat(finding("wal_corrupt", doctor.examine(NAME, table, new WaitingSegments(0, 0, Optional.empty(), 2))).severity()).isEqualTo(Severity.CRITICAL);
    }

    /**
     * One table that cannot be read hides no other.
     */
    @Test
    void testUnreadableTable()
    {
        EngineWal wal = new EngineWal(warehouse, new ParquetSegmentCodec(), WalEnvironment.system(Runnable::run), EngineWal.Limits.DEFAULT);
        Doctor doctor = new Doctor(DoctorThresholds.DEFAULT, InstantSource.system());
        assertThat(doctor.examine(NAME, () -> catalog.loadTable(NAME), wal, new UpkeepStatuses(warehouse.store()))).isEmpty();
        assertThat(doctor.examine(TableIdentifier.of("otel", "gone"), () -> catalog.loadTable(TableIdentifier.of("otel", "gone")), wal, new UpkeepStatuses(warehouse.store()))).isEmpty();
        table.io().deleteFile(((BaseTable) table).operations().current().metadataFileLocation());
        assertThat(doctor.examine(NAME, () -> catalog.loadTable(NAME), wal, new UpkeepStatuses(warehouse.store()))).singleElement().satisfies(finding -> {
            assertThat(finding.rule()).isEqualTo("unreadable");
            assertThat(finding.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(finding.reason()).contains("metadata.json");
        });
    }

    private List<Finding> examine(Duration later, DoctorThresholds thresholds)
    {
        table.refresh();
        return new Doctor(thresholds, () -> Instant.now().plus(later)).examine(NAME, table, WaitingSegments.NONE);
    }

    private static List<String> rules(List<Finding> findings)
    {
        return findings.stream().map(Finding::rule).toList();
    }

    private static Finding finding(String rule, List<Finding> findings)
    {
        return findings.stream().filter(finding -> finding.rule().equals(rule)).findFirst().orElseThrow(() -> new AssertionError("no %s in %s".formatted(rule, findings)));
    }

    private void segments(int count, long bytes)
    {
        AppendFiles append = table.newFastAppend();
        PartitionSpec unpartitioned = TableSpecs.unpartitioned("logs", table.specs().values());
        for (int i = 0; i < count; i++) {
            append.appendFile(file(DataFiles.builder(unpartitioned), bytes));
        }
        append.commit();
    }

    private void append(DataFiles.Builder builder, long bytes)
    {
        table.newFastAppend().appendFile(file(builder, bytes)).commit();
    }

    private DataFile file(DataFiles.Builder builder, long bytes)
    {
        return builder.withPath("memory:doctor/%s.parquet".formatted(files++)).withFormat(FileFormat.PARQUET).withFileSizeInBytes(bytes).withRecordCount(1_000).build();
    }
}
