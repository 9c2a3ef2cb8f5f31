package io.icegate.spark;

import io.icegate.catalog.ObjectStoreCatalog;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Statements that change tables, and what they leave alone.
 */
final class TestTableChanges
{
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");

    @Test
    void testChangesThatEndIngestAreRefused(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            assertRefused(spark, "ALTER TABLE {c}.otel.logs SET TBLPROPERTIES ('format-version' = '3')", "its format version is 3 and a table with a WAL needs 2");
            assertRefused(spark, "ALTER TABLE {c}.otel.logs DROP COLUMN flags", "receivers need column 'flags'");
            assertRefused(spark, "ALTER TABLE {c}.otel.logs RENAME COLUMN severity_number TO severity", "receivers need column 'severity_number'");
            assertRefused(spark, "ALTER TABLE {c}.otel.logs ADD COLUMN resource_entity_refs.element.note string", "column 'resource_entity_refs' would be list<");

            spark.sql("ALTER TABLE {c}.otel.logs ALTER COLUMN severity_number TYPE bigint");
            spark.sql("ALTER TABLE {c}.otel.logs ALTER COLUMN flags DROP NOT NULL");
            spark.sql("ALTER TABLE {c}.otel.logs ADD COLUMN mine bigint COMMENT 'of somebody' FIRST");
            spark.sql("ALTER TABLE {c}.otel.logs DROP COLUMN event_name");
            assertRefused(spark, "ALTER TABLE {c}.otel.logs RENAME COLUMN mine TO event_name", "column 'event_name' would be long and receivers write string");
            assertThat(spark.sql("SELECT mine, severity_number, flags FROM {c}.otel.logs")).isEmpty();
        }
    }

    private static void assertRefused(TestingSpark spark, String statement, String reason)
    {
        assertThatThrownBy(() -> spark.sql(statement)).as(statement).isInstanceOf(UnsupportedOperationException.class).hasMessageContaining(reason);
    }

    @Test
    void testE24ShowCreateTableMakesPlainTable(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            String statement = (String) spark.value("SHOW CREATE TABLE {c}.otel.logs");
            assertThat(statement).doesNotContain("icegate.wal.offsets");
            String copy = statement.replace(".otel.logs", ".otel.copy").replaceFirst("LOCATION '[^']*'", "");

            spark.sql(copy);
            spark.sql("INSERT INTO {c}.otel.copy SELECT * FROM {c}.otel.logs");
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            spark.sql("INSERT INTO {c}.otel.copy SELECT * FROM {c}.otel.logs");
            assertThat(spark.value("SELECT count(*) FROM {c}.otel.copy")).isEqualTo(10L);
            assertThat(wal.catalog().loadTable(TableIdentifier.of("otel", "copy")).properties()).doesNotContainKey("icegate.wal.offsets");

            // as a client shows it that knows nothing of us
            spark.sql(copy.replace(".otel.copy", ".otel.foreign").replaceFirst("TBLPROPERTIES \\(", "TBLPROPERTIES ('icegate.wal.offsets' = '%s=1', ".formatted(wal.writer())));
            assertThat(wal.catalog().loadTable(TableIdentifier.of("otel", "foreign")).properties()).doesNotContainKey("icegate.wal.offsets");
            spark.sql("INSERT INTO {c}.otel.foreign SELECT * FROM {c}.otel.logs");
            assertThat(spark.value("SELECT count(*) FROM {c}.otel.foreign")).isEqualTo(10L);
        }
    }

    @Test
    void testPurgeLeavesFilesOfOthers(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        spark.sql("CREATE NAMESPACE {c}.db");
        spark.sql("CREATE TABLE {c}.db.kept (id bigint) USING iceberg");
        spark.sql("CREATE TABLE {c}.db.gone (id bigint) USING iceberg");
        spark.sql("INSERT INTO {c}.db.kept VALUES (1)");
        spark.sql("INSERT INTO {c}.db.gone VALUES (2)");
        try (ObjectStoreCatalog catalog = new ObjectStoreCatalog()) {
            catalog.initialize("other", Map.of("warehouse", spark.warehouse()));
            // as add_files does
            catalog.loadTable(TableIdentifier.of("db", "gone")).newAppend().appendFile(file(catalog.loadTable(TableIdentifier.of("db", "kept")))).commit();
        }
        assertThat(spark.sql("SELECT id FROM {c}.db.gone ORDER BY id").toString()).isEqualTo("[[1], [2]]");
        Path data = TestIceGateSparkCatalog.dataFolder(spark, "db.kept");
        Path goneData = Path.of(((String) spark.value("SELECT file_path FROM {c}.db.gone.files WHERE file_path NOT LIKE '%kept%'")).replaceFirst("^file:/+", "/"));

        spark.sql("DROP TABLE {c}.db.gone PURGE");

        assertThat(goneData).doesNotExist();
        assertThat(data).isNotEmptyDirectory();
        assertThat(spark.value("SELECT id FROM {c}.db.kept")).isEqualTo(1L);
    }

    @Test
    void testOrphansAreLookedForInTheTablesFolder(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            wal.append(2, 10, 19);
            spark.sql("CREATE TABLE {c}.otel.other (id bigint) USING iceberg");
            spark.sql("INSERT INTO {c}.otel.other VALUES (1)");
            String logs = wal.catalog().loadTable(LOGS).location();
            List<Path> before = makeOld(folder);

            for (String location : List.of(spark.warehouse(), spark.warehouse() + "/_wal", spark.warehouse() + "/otel", logs + "/../other", logs + "x")) {
                assertThatThrownBy(() -> spark.sql("CALL {c}.system.remove_orphan_files(table => 'otel.logs', location => '%s', prefix_listing => true)".formatted(location))).as(location)
                        .isInstanceOf(IllegalArgumentException.class);
            }
            TestingSpark.session().sql("SELECT '%s' AS file_path, TIMESTAMP '2020-01-01 00:00:00' AS last_modified".formatted(before.get(0).toUri())).createOrReplaceTempView("found");
            assertThatThrownBy(() -> spark.sql("CALL {c}.system.remove_orphan_files(table => 'otel.logs', file_list_view => 'found')"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 files of view 'found' are not in the table's folder");

            Path stray = Files.write(Path.of(logs.replaceFirst("^file:/+", "/")).resolve("stray.parquet"), new byte[10]);
            Files.setLastModifiedTime(stray, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
            spark.sql("CALL {c}.system.remove_orphan_files(table => 'otel.logs', location => '%s', prefix_listing => true)".formatted(logs));
            assertThat(stray).doesNotExist();
            assertThat(files(folder)).containsAll(before);
        }
    }

    /**
     * An expiry of snapshots would delete them.
     */
    @Test
    void testFilesOfOthersAreNotAdded(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            spark.sql("CREATE TABLE {c}.otel.copy AS SELECT * FROM {c}.otel.logs WHERE false");
            String segments = spark.warehouse() + "/_wal/v1/" + wal.catalog().loadTable(LOGS).uuid();
            for (String source : List.of(segments, spark.warehouse(), wal.catalog().loadTable(LOGS).location() + "/data")) {
                assertThatThrownBy(() -> spark.sql("CALL {c}.system.add_files(table => 'otel.copy', source_table => '`parquet`.`%s`')".formatted(source))).as(source)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("Cannot add files of %s to table otel.copy: they belong to ".formatted(source));
            }
        }
    }

    private static List<Path> makeOld(Path folder)
            throws IOException
    {
        List<Path> files = files(folder).stream().filter(file -> file.toString().contains("/_wal/") || file.toString().contains("other")).toList();
        for (Path file : files) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
        }
        return files;
    }

    private static List<Path> files(Path folder)
            throws IOException
    {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static DataFile file(Table table)
            throws IOException
    {
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            return tasks.iterator().next().file().copy();
        }
    }
}
