package io.icegate.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code ./icegate catalog show, log, diff, verify}, {@code gc, export} and {@code import} on a warehouse as it lies there.
 */
final class TestCatalogCommands
{
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");
    private static final TableIdentifier OLD = TableIdentifier.of("otel", "old");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    @TempDir
    private Path folder = Path.of("");
    private long versionAtFirst;
    private String lastMetadata = "";

    /**
     * One table that is changed, one that is renamed and dropped.
     */
    private void fill()
            throws IOException
    {
        Warehouse opened = Warehouses.open("file:" + warehouse(), Map.of());
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", opened, new ObjectStoreFileIO(opened), Map.of())) {
            catalog.createNamespace(Namespace.of("otel"));
            Table table = catalog.createTable(LOGS, SCHEMA, PartitionSpec.unpartitioned());
            catalog.createTable(OLD, SCHEMA, PartitionSpec.unpartitioned());
            versionAtFirst = catalog.state().version();
            table.updateProperties().set("owner", "obs").commit();
            catalog.renameTable(OLD, TableIdentifier.of("otel", "older"));
            catalog.dropTable(TableIdentifier.of("otel", "older"), false);
            lastMetadata = catalog.state().object(LOGS).orElseThrow().metadataLocation();
        }
    }

    private Path warehouse()
    {
        return folder.resolve("warehouse");
    }

    private String run(int exitValue, String... arguments)
            throws Exception
    {
        return runOn(warehouse(), exitValue, arguments);
    }

    private String runOn(Path warehouse, int exitValue, String... arguments)
            throws Exception
    {
        List<String> all = new ArrayList<>(List.of("catalog"));
        all.addAll(Arrays.asList(arguments));
        all.addAll(List.of("--warehouse", warehouse.toString()));
        try (IceGateScript script = IceGateScript.run(folder, all.toArray(String[]::new))) {
            assertThat(script.exitValue()).as(script.output()).isEqualTo(exitValue);
            return script.output();
        }
    }

    private static List<JsonNode> rows(String output)
    {
        return output.lines().filter(line -> line.startsWith("{")).map(TestCatalogCommands::row).toList();
    }

    private static JsonNode row(String line)
    {
        try {
            return JSON.readTree(line);
        }
        catch (IOException e) {
            throw new AssertionError("Not JSON: " + line, e);
        }
    }

    private static List<String> cells(String output, String... columns)
    {
        return rows(output).stream().map(row -> String.join(" ", Stream.of(columns).map(column -> row.get(column).asText()).toList())).toList();
    }

    @Test
    void testWhatIsThereAndWhatHappened()
            throws Exception
    {
        fill();
        assertThat(run(0, "show")).startsWith("Version %s of ".formatted(versionAtFirst + 3)).contains("otel.logs", lastMetadata).doesNotContain("otel.old");
        assertThat(cells(run(0, "show", "--json", "--at", Long.toString(versionAtFirst)), "kind", "name")).containsExactly("namespace otel", "table otel.logs", "table otel.old");
        assertThat(cells(run(0, "log", "--json"), "what", "kind", "name")).containsExactly(
                "dropped table otel.older",
                "renamed to otel.older table otel.old",
                "changed table otel.logs",
                "created table otel.old",
                "created table otel.logs",
                "set namespace otel");
        assertThat(cells(run(0, "log", "--json"), "by")).allSatisfy(by -> assertThat(by).matches(".+@.+:" + ProcessHandle.current().pid()));
        assertThat(cells(run(0, "log", "--json", "--name", "otel.logs", "--limit", "1"), "version", "what", "metadata")).containsExactly("%s changed %s".formatted(versionAtFirst + 1, lastMetadata));
        assertThat(cells(run(0, "diff", "--json", Long.toString(versionAtFirst)), "what", "name", "after")).containsExactly("changed otel.logs " + lastMetadata, "dropped otel.old null");
        assertThat(run(1, "show", "--at", "99")).contains("Cannot read catalog version 99: the newest is %s".formatted(versionAtFirst + 3));
        assertThat(run(1, "show", "--at", "yesterday")).contains("Cannot use 'yesterday': it must be a version, or a time as in 2026-01-31T12:00:00Z");
        assertThat(run(0, "gc")).contains("Deleted 0 objects of the log.");
    }

    @Test
    void testVerify()
            throws Exception
    {
        fill();
        assertThat(run(0, "verify")).contains("otel.logs: 1 object, 0 broken").contains("1 name, 1 object, 0 broken");
        Files.delete(Path.of(lastMetadata.replaceFirst("^file:/*", "/")));
        assertThat(cells(run(1, "verify", "--json"), "name", "problem", "location")).containsExactly("otel.logs its metadata is missing " + lastMetadata);
        assertThat(run(1, "verify", "--name", "otel.none")).contains("Cannot verify otel.none: there is no such table or view");
    }

    /**
     * To another warehouse, through its server, and back.
     */
    @Test
    void testMoveOverRest()
            throws Exception
    {
        fill();
        int port = freePort();
        Path other = folder.resolve("other");
        try (IceGateScript server = IceGateScript.start(folder, Map.of(), List.of("catalog", "serve", "--data", folder.resolve("data").toString(), "--warehouse", other.toString(), "--catalog-port", Integer.toString(port)))) {
            server.awaitOutput("The catalog is ready.");
            String[] there = {"--to", "type=rest", "--to", "uri=http://localhost:" + port};
            assertThat(run(0, with(there, "export", "--dry-run"))).contains("registered  table      otel.logs", "Nothing was changed. Without --dry-run: 1 created, 1 registered");
            assertThat(run(0, with(there, "export", "--json")).lines().filter(line -> line.startsWith("{")).toList()).containsExactly(
                    "{\"outcome\":\"created\",\"kind\":\"namespace\",\"name\":\"otel\",\"reason\":\"\"}",
                    "{\"outcome\":\"registered\",\"kind\":\"table\",\"name\":\"otel.logs\",\"reason\":\"\"}");
            assertThat(run(0, with(there, "export", "--drop-source", "otel.logs"))).contains("1 moved, 1 unchanged").doesNotContain("in both catalogs");
            assertThat(run(0, "import", "--from", "type=rest", "--from", "uri=http://localhost:" + port, "--from", "warehouse=icegate", "otel.logs"))
                    .contains("registered  table      otel.logs", "What is registered is in both catalogs.");
            assertThat(cells(run(0, "show", "--json"), "name", "metadata")).containsExactly("otel null", "otel.logs " + lastMetadata);
            assertThat(run(1, with(there, "export", "otel.none"))).contains("icegate: Cannot move otel.none: there is no namespace, table or view of that name");
        }
        Path database = folder.resolve("new.db");
        assertThat(run(0, "export", "--dry-run", "--to", "type=jdbc", "--to", "uri=jdbc:sqlite:" + database, "--to", "name=c")).contains("registered  table      otel.logs", "Nothing was changed. Without --dry-run: 1 created, 1 registered");
        assertThat(database).doesNotExist();
        String[] jdbc = {"type=jdbc", "uri=jdbc:sqlite:" + database, "name=c"};
        run(0, with(options("--to", jdbc), "export"));
        Path fresh = folder.resolve("fresh");
        assertThat(runOn(fresh, 0, with(options("--from", jdbc), "import", "--dry-run"))).contains("registered  table      otel.logs", "Nothing was changed. Without --dry-run: 1 created, 1 registered");
        assertThat(fresh.resolve("_catalog")).doesNotExist();
        assertThat(run(1, "export", "--to", "type=jdbc", "--to", "uri=jdbc:mysql://db/c", "--to", "name=c")).contains("there is no JDBC driver for jdbc:mysql:");
    }

    private static String[] options(String name, String... values)
    {
        return Arrays.stream(values).flatMap(value -> Stream.of(name, value)).toArray(String[]::new);
    }

    private static String[] with(String[] options, String... arguments)
    {
        return Stream.concat(Arrays.stream(arguments), Arrays.stream(options)).toArray(String[]::new);
    }

    private static int freePort()
            throws IOException
    {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void testNoCatalogIsMade()
            throws Exception
    {
        for (String command : List.of("show", "log", "verify", "gc")) {
            assertThat(run(1, command).lines()).singleElement().asString().startsWith("icegate: Cannot ").endsWith("there is none");
        }
        assertThat(warehouse().resolve("_catalog")).doesNotExist();
    }
}
