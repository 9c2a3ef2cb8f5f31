package io.icegate.tests;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.schema.Signal;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code ./icegate maintain} on a warehouse that receivers have left.
 */
final class TestMaintain
{
    private static final int SEGMENTS = 40;
    private static final int ROWS = 10;

    @TempDir
    private Path folder;
    private Path warehouse;
    private List<DataFile> segments;

    @BeforeEach
    void commitSegments()
            throws Exception
    {
        warehouse = folder.resolve("warehouse");
        Warehouse opened = Warehouses.open("file:" + warehouse, Map.of());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", opened, new ObjectStoreFileIO(opened), Map.of())) {
            Table table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), Signal.LOGS.shape());
            WalEnvironment environment = WalEnvironment.system(threads);
            EngineWal wal = new EngineWal(opened, new ParquetSegmentCodec(), environment, EngineWal.Limits.DEFAULT);
            RegistryEntry entry = new RegistryEntry(WriterId.random(Instant.now(), new Random()), Instant.now(), "host", "build", Set.of(table.uuid()));
            try (WalWriter writer = WalWriter.open(opened.store(), entry, wal.footers(), WriterOptions.DEFAULT, environment)) {
                WalLane lane = writer.lane(table.uuid(), header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
                SegmentEncoder encoder = new SegmentEncoder(Signal.LOGS.shape());
                for (int segment = 0; segment < SEGMENTS; segment++) {
                    int number = segment;
                    lane.append(header -> encoder.encode(header, table.schema().schemaId(), table.schema(), List.of(LogRows.batch(number, "acme", ROWS)))).get(60, SECONDS);
                }
            }
            wal.commit(table, CommitOptions.DEFAULT);
            segments = files(table);
        }
        assertThat(segments).hasSize(SEGMENTS);
    }

    @Test
    void testOnceMergesWhatIsDue()
            throws Exception
    {
        try (IceGateScript maintain = maintain()) {
            assertThat(maintain.exitValue()).isZero();
            assertThat(maintain.output()).contains("merge icegate.otel.logs: COMMITTED of %s files".formatted(SEGMENTS));
        }
        List<DataFile> merged = files();
        assertThat(merged).hasSizeLessThan(SEGMENTS / 4);
        assertThat(merged.stream().mapToLong(DataFile::recordCount).sum()).isEqualTo((long) SEGMENTS * ROWS);
        try (IceGateScript maintain = maintain()) {
            assertThat(maintain.exitValue()).isZero();
            assertThat(maintain.output().lines()).as("nothing is due").singleElement().asString().startsWith("Keeping the tables of file:");
        }
        assertThat(files()).extracting(DataFile::location).containsExactlyInAnyOrderElementsOf(merged.stream().map(DataFile::location).toList());
    }

    /**
     * Rows, as the table says, and files of nobody. A young file may be somebody's, and one outside is.
     */
    @Test
    void testOnceDeletesWhatIsDue()
            throws Exception
    {
        Warehouse opened = Warehouses.open("file:" + warehouse, Map.of());
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", opened, new ObjectStoreFileIO(opened), Map.of())) {
            Table table = catalog.loadTable(TableIdentifier.of("otel", "logs"));
            table.updateProperties().set("icegate.ttl", "1h").commit();
            Path data = Files.createDirectories(Path.of(table.location().substring("file:".length()), "data"));
            Path orphan = old(data.resolve("0f.parquet"));
            Path young = Files.write(data.resolve("1f.parquet"), new byte[10]);
            Path outside = old(warehouse.resolve("otel").resolve("2f.parquet"));
            try (IceGateScript maintain = maintain()) {
                assertThat(maintain.exitValue()).isZero();
                assertThat(maintain.output()).contains(
                        "ttl icegate.otel.logs: DELETED %s files, %s rows".formatted(SEGMENTS, SEGMENTS * ROWS),
                        "orphans icegate.otel.logs: DELETED 1 files, 10 bytes");
            }
            assertThat(files()).isEmpty();
            assertThat(orphan).doesNotExist();
            assertThat(List.of(young, outside)).allSatisfy(file -> assertThat(file).exists());
            assertThat(segments).as("a snapshot has them").allSatisfy(segment -> assertThat(Path.of(segment.location().substring("file:".length()))).exists());
        }
    }

    private static Path old(Path file)
            throws IOException
    {
        Files.write(file, new byte[10]);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(4, ChronoUnit.DAYS)));
        return file;
    }

    @Test
    void testFailureIsTold()
            throws Exception
    {
        Path broken = Path.of(segments.getFirst().location().substring("file:".length()));
        byte[] content = Files.readAllBytes(broken);
        content[content.length / 2] ^= 1;
        Files.write(broken, content);
        try (IceGateScript maintain = maintain()) {
            assertThat(maintain.exitValue()).isEqualTo(1);
            assertThat(maintain.output()).contains("merge icegate.otel.logs failed: ");
        }
        assertThat(files()).as("nothing has changed").hasSize(SEGMENTS);
    }

    /**
     * A column of a type that no signal has cannot be merged here, which waits for an engine. One that was named and is not there is a
     * failure of this command, which does not ask again; the table is as it was.
     */
    @Test
    void testTrinoMergesWhatIsRefused()
            throws Exception
    {
        Warehouse opened = Warehouses.open("file:" + warehouse, Map.of());
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", opened, new ObjectStoreFileIO(opened), Map.of())) {
            catalog.loadTable(TableIdentifier.of("otel", "logs")).updateSchema().addColumn("price", Types.DecimalType.of(10, 2)).commit();
        }
        try (IceGateScript maintain = maintain()) {
            assertThat(maintain.output()).contains("rewrite icegate.otel.logs: WAITING of %s files for an engine: ./icegate maintain --trino URL, or ALTER TABLE ".formatted(SEGMENTS), ". Cannot merge ");
            assertThat(maintain.exitValue()).as("nothing has failed").isZero();
        }
        try (IceGateScript doctor = IceGateScript.run(folder, "doctor", "--data", folder.resolve("data").toString(), "--warehouse", warehouse.toString(), "--json")) {
            assertThat(doctor.output()).contains("\"rule\":\"engine_needed\"", "./icegate maintain --trino URL");
        }
        int port = Services.freePorts().getFirst();
        String url = "http://localhost:" + port;
        try (IceGateScript maintain = maintain("--trino", url)) {
            assertThat(maintain.exitValue()).isEqualTo(1);
            assertThat(maintain.output()).contains("rewrite icegate.otel.logs: WAITING of %s files for Trino, asked again in 5 s: a statement on %s failed: ".formatted(SEGMENTS, url));
        }
        assertThat(files()).hasSize(SEGMENTS);
        try (IceGateScript trino = IceGateScript.start(folder, Services.environment(Map.of()), List.of(
                "trino", "--data", folder.resolve("trino").toString(), "--warehouse", warehouse.toString(), "--trino-port", Integer.toString(port), "--trino-memory", "1GB"))) {
            trino.awaitOutput("Trino is ready.");
            try (IceGateScript maintain = maintain("--trino", url)) {
                assertThat(maintain.output()).contains("rewrite icegate.otel.logs: REWRITTEN %1$s of %1$s files, ".formatted(SEGMENTS), "Trino: query ");
                assertThat(maintain.exitValue()).isZero();
            }
        }
        List<DataFile> rewritten = files();
        assertThat(rewritten).hasSizeLessThan(SEGMENTS / 4).noneMatch(file -> file.location().contains("/_wal/"));
        assertThat(rewritten.stream().mapToLong(DataFile::recordCount).sum()).isEqualTo((long) SEGMENTS * ROWS);
    }

    private IceGateScript maintain(String... further)
            throws Exception
    {
        List<String> arguments = new ArrayList<>(List.of("maintain", "--once", "--data", folder.resolve("data").toString(), "--warehouse", warehouse.toString()));
        arguments.addAll(List.of(further));
        return IceGateScript.run(folder, arguments.toArray(String[]::new));
    }

    private List<DataFile> files()
            throws IOException
    {
        Warehouse opened = Warehouses.open("file:" + warehouse, Map.of());
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", opened, new ObjectStoreFileIO(opened), Map.of())) {
            return files(catalog.loadTable(TableIdentifier.of("otel", "logs")));
        }
    }

    private static List<DataFile> files(Table table)
            throws IOException
    {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> files.add(task.file().copy()));
        }
        return files;
    }
}
