package io.icegate.rest;

import io.icegate.catalog.ObjectStoreCatalog;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Libraries in Python create, append, evolve and read through the server, with nothing of ours. The Python that {@code ICEGATE_PYTHON}
 * names, or else {@code python3}, must have them; what is not there is skipped and says why.
 */
final class TestForeignClients
{
    private static final Path SCRIPT = Path.of("src/test/readers/rest_catalog.py").toAbsolutePath();
    private static final int SECONDS_MAX = 120;
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
        }
    }

    private void run(String client, String address)
            throws IOException, InterruptedException
    {
        Path output = folder.resolve("output");
        String python = System.getenv().getOrDefault("ICEGATE_PYTHON", "python3");
        Process process;
        try {
            process = new ProcessBuilder(python, SCRIPT.toString(), client, address).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        }
        catch (IOException e) {
            abort("There is no %s: %s".formatted(python, e.getMessage()));
            return;
        }
        boolean ended = process.waitFor(SECONDS_MAX, SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output, UTF_8).strip();
        assertThat(ended).as("ended within %s s: %s", SECONDS_MAX, said).isTrue();
        if (process.exitValue() == ABSENT) {
            abort("%s has no %s: %s".formatted(python, client, said));
        }
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).endsWith("as it should be");
    }
}
