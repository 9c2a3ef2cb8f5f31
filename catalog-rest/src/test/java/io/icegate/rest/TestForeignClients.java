package io.icegate.rest;

import io.airlift.log.Logger;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Libraries in Python create, append, evolve and read through the server, with nothing of ours. The Python that {@code ICEGATE_PYTHON}
 * names, or else {@code python3}, must have them; what is not there is skipped and says why.
 */
final class TestForeignClients
{
    private static final Path SCRIPT = Path.of("src/test/readers/rest_catalog.py").toAbsolutePath();
    private static final String PYTHON = System.getenv().getOrDefault("ICEGATE_PYTHON", "python3");
    private static final Logger log = Logger.get(TestForeignClients.class);
    private static final int SECONDS_MAX = 120;
    private static final int ROUNDS = 4;
    private static final int ABSENT = 3;

    @TempDir
    private Path folder;

    @Test
    void testPyIcebergAndDuckDb()
            throws Exception
    {
        Map<String, String> warehouse = Map.of("warehouse", "file:" + folder.resolve("warehouse"));
        try (CatalogServer server = TestingServers.start(warehouse, Map.of()); ObjectStoreCatalog catalog = new ObjectStoreCatalog()) {
            run("pyiceberg", TestingServers.uri(server));
            catalog.initialize("embedded", warehouse);
            Table events = catalog.loadTable(TableIdentifier.of("py", "events"));
            assertThat(events.currentSnapshot().summary()).containsEntry("total-records", "3");
            assertThat(events.schema().columns()).extracting(column -> column.name()).containsExactly("id", "name", "region");

            run("duckdb", "localhost:" + server.httpPort());
            events.refresh();
            assertThat(events.currentSnapshot().summary()).containsEntry("total-records", "4");
            assertThat(catalog.loadTable(TableIdentifier.of("duck", "events")).schema().columns()).extracting(column -> column.name()).containsExactly("id", "label", "region");
        }
    }

    /**
     * Rows are seen after they are acknowledged and before they are committed, and once.
     */
    @Test
    void testLivePyIceberg()
            throws Exception
    {
        assertLive("pyiceberg-live", TestingServers::uri);
    }

    @Test
    void testLiveDuckDb()
            throws Exception
    {
        assertLive("duckdb-live", server -> "localhost:" + server.httpPort());
    }

    private void assertLive(String client, Function<CatalogServer, String> address)
            throws Exception
    {
        Map<String, String> warehouse = Map.of("warehouse", "file:" + folder.resolve("warehouse"));
        try (CatalogServer server = TestingServers.start(warehouse, Map.of()); TestingWal wal = new TestingWal(warehouse)) {
            WalWriter first = wal.writer();
            WalWriter second = wal.writer();
            wal.append(first, 0);
            wal.commit();
            Process process = start(client, address.apply(server));
            try (BufferedReader answers = process.inputReader(UTF_8); PrintWriter questions = new PrintWriter(process.outputWriter(UTF_8), true)) {
                List<Long> millis = new ArrayList<>();
                for (int batch = 1; batch <= ROUNDS; batch++) {
                    // each comes with the one before, as requests do that are sent again to another receiver
                    wal.append(batch % 2 == 0 ? first : second, batch, batch - 1);
                    long acknowledged = System.nanoTime();
                    String expected = bodies(batch);
                    String seen = "";
                    while (!seen.equals(expected)) {
                        assertThat(System.nanoTime() - acknowledged).as("%s instead of %s", seen, expected).isLessThan(SECONDS.toNanos(SECONDS_MAX));
                        questions.println();
                        seen = answers.readLine();
                        if (seen == null || !(seen.equals(expected) || seen.equals(bodies(batch - 1)))) {
                            questions.close();
                            end(client, process, seen + answers.lines().collect(joining("\n")));
                            return;
                        }
                    }
                    millis.add((System.nanoTime() - acknowledged) / 1_000_000);
                    if (batch == ROUNDS / 2) {
                        wal.commit();
                    }
                }
                log.info("%s saw rows after their acknowledgement in ms: %s", client, millis);
                questions.close();
                end(client, process, answers.lines().collect(joining("\n")));
            }
        }
    }

    private static String bodies(int lastBatch)
    {
        return IntStream.rangeClosed(0, lastBatch).boxed()
                .flatMap(batch -> IntStream.range(0, TestingWal.ROWS).mapToObj(row -> "tenant-%s-%s".formatted(batch, row)))
                .sorted()
                .collect(joining(" "));
    }

    private void run(String client, String address)
            throws IOException, InterruptedException
    {
        Process process = start(client, address);
        try (BufferedReader output = process.inputReader(UTF_8)) {
            end(client, process, output.lines().collect(joining("\n")));
        }
    }

    private static Process start(String client, String address)
    {
        try {
            return new ProcessBuilder(PYTHON, SCRIPT.toString(), client, address).redirectErrorStream(true).start();
        }
        catch (IOException e) {
            return abort("There is no %s: %s".formatted(PYTHON, e.getMessage()));
        }
    }

    private static void end(String client, Process process, String said)
            throws InterruptedException
    {
        boolean ended = process.waitFor(SECONDS_MAX, SECONDS);
        process.destroyForcibly();
        assertThat(ended).as("ended within %s s: %s", SECONDS_MAX, said).isTrue();
        if (process.exitValue() == ABSENT) {
            abort("%s has no %s: %s".formatted(PYTHON, client, said));
        }
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).endsWith("as it should be");
    }
}
