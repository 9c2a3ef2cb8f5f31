package io.icegate.catalog;

import io.icegate.catalog.log.CatalogEnvironment;
import io.icegate.catalog.log.CatalogFormat;
import io.icegate.catalog.log.CatalogLog;
import io.icegate.catalog.log.LogFixture;
import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.Warehouse;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static io.icegate.catalog.log.LogFixture.NAMESPACE;
import static io.icegate.catalog.log.LogFixture.location;
import static io.icegate.catalog.log.LogFixture.records;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several processes on one folder. {@code -Dicegate.race-commits} and {@code -Dicegate.kill-rounds} set how much they do;
 * {@code -Plong} sets more than the default.
 */
final class TestCatalogProcesses
{
    private static final int PROCESSES = 4;
    private static final int THREADS = 4;
    private static final int COMMITS = Integer.getInteger("icegate.race-commits", 80);
    private static final long SECONDS_MAX = 600;

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void killWhoIsLeft()
            throws InterruptedException
    {
        for (Process each : started) {
            each.destroyForcibly().waitFor();
        }
    }

    @Test
    void testEveryCommitOfSixteenThreadsInFourProcessesExactlyOnce()
            throws IOException, InterruptedException
    {
        Warehouse warehouse = Warehouses.open(folder.resolve("warehouse").toString(), Map.of());
        ObjectStoreCatalog catalog = new ObjectStoreCatalog();
        catalog.initialize("race", Map.of("warehouse", warehouse.root()));
        catalog.createNamespace(NAMESPACE);
        Schema schema = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
        for (int process = 0; process < PROCESSES; process++) {
            for (int thread = 0; thread < THREADS; thread++) {
                catalog.createTable(TableIdentifier.of(NAMESPACE, process + "-" + thread), schema);
            }
        }
        long before = catalog.state().version();

        List<Process> children = new ArrayList<>();
        for (int process = 0; process < PROCESSES; process++) {
            children.add(start(CatalogProcess.Race.class, folder.resolve("race-" + process), warehouse.root(), Integer.toString(process), Integer.toString(THREADS), Integer.toString(COMMITS)));
        }
        for (Process child : children) {
            assertThat(child.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        }
        for (int process = 0; process < PROCESSES; process++) {
            assertThat(children.get(process).exitValue()).as(Files.readString(folder.resolve("race-" + process))).isZero();
        }

        Map<String, Integer> commits = new HashMap<>();
        List<CatalogRecord> records = records(warehouse.store());
        CatalogState state = CatalogState.empty();
        for (CatalogRecord record : records) {
            List<CatalogTransaction> effective = record.version() > before ? state.effective(record) : List.of();
            for (CatalogTransaction transaction : effective) {
                for (CatalogChange change : transaction.changes()) {
                    commits.merge(((ObjectChange) change).identifier().name(), 1, Integer::sum);
                }
            }
            state = state.replay(record, CatalogFormat.IDEMPOTENCY_WINDOW);
        }
        assertThat(commits).hasSize(PROCESSES * THREADS).allSatisfy((table, count) -> assertThat(count).as(table).isEqualTo(COMMITS));
        for (TableIdentifier table : catalog.listTables(NAMESPACE)) {
            assertThat(catalog.loadTable(table).properties()).as(table.name()).containsEntry("n", Integer.toString(COMMITS));
        }
        System.out.println("race: " + PROCESSES * THREADS * COMMITS + " commits in " + (records.size() - before) + " records");
        catalog.close();
    }

    @Test
    void testKilledWriters()
            throws IOException, InterruptedException
    {
        Random random = new Random(Seeds.next("TestCatalogProcesses.testKilledWriters"));
        Warehouse warehouse = Warehouses.open(folder.resolve("warehouse").toString(), Map.of());
        int kills = 0;
        int rounds = Integer.getInteger("icegate.kill-rounds", 4);
        for (int round = 0; round < rounds; round++) {
            List<Process> children = new ArrayList<>();
            for (int process = 0; process < 3; process++) {
                children.add(start(CatalogProcess.Counter.class, folder.resolve("acks-" + round + "-" + process), warehouse.root(), round + "-" + process));
            }
            for (int process = 0; process < 3; process++) {
                Path acknowledged = folder.resolve("acks-" + round + "-" + process);
                Deadline.await(() -> lines(acknowledged).size() > 20);
            }
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(300));
            Deadline.await(() -> System.nanoTime() > end);
            for (Process child : children) {
                child.destroyForcibly();
                kills++;
            }
            for (Process child : children) {
                assertThat(child.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            }
        }

        List<CatalogRecord> records = records(warehouse.store()); // no gaps
        Map<String, Integer> present = new HashMap<>();
        CatalogState state = CatalogState.empty();
        for (CatalogRecord record : records) {
            state.effective(record).forEach(transaction -> present.merge(transaction.id(), 1, Integer::sum));
            state = state.replay(record, CatalogFormat.IDEMPOTENCY_WINDOW);
            assertThat(location(state, 1)).as("two tables move together").isEqualTo(location(state, 2));
        }
        int acknowledged = 0;
        for (int round = 0; round < rounds; round++) {
            for (int process = 0; process < 3; process++) {
                List<String> ids = lines(folder.resolve("acks-" + round + "-" + process));
                acknowledged += ids.size();
                assertThat(ids).allSatisfy(id -> assertThat(present).containsEntry(id, 1));
            }
        }
        assertThat(present.values()).containsOnly(1);
        assertThat(acknowledged).isPositive();
        // whoever comes next just goes on
        try (CatalogLog log = LogFixture.open(warehouse.store(), CatalogEnvironment.system())) {
            assertThat(log.state().version()).isEqualTo(records.size());
            assertThat(log.commit(LogFixture.put(3, "after")).version()).isEqualTo(records.size() + 1);
        }
        System.out.println("kill: " + kills + " kills, " + records.size() + " records, " + acknowledged + " acknowledged, 0 lost or doubled");
    }

    private static List<String> lines(Path path)
    {
        try {
            if (!Files.exists(path)) {
                return List.of();
            }
            String text = Files.readString(path);
            String complete = text.substring(0, text.lastIndexOf('\n') + 1); // a killed process may leave half a line
            return complete.lines().filter(line -> line.startsWith("ack ")).map(line -> line.substring(4)).toList();
        }
        catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Process start(Class<?> main, Path output, String... arguments)
            throws IOException
    {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        started.add(process);
        return process;
    }
}
