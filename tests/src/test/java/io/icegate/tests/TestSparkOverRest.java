package io.icegate.tests;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.schema.Signal;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Spark and Iceberg's runtime for it, without a class of ours, on a catalog that {@code ./icegate catalog serve} serves.
 */
final class TestSparkOverRest
{
    private static final Path SPARK = Path.of("../spark-extension/target");
    private static final int ROWS = 10;
    /**
     * What Spark needs of Java 17.
     */
    private static final List<String> OPENED = List.of("java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util", "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch", "sun.nio.cs", "sun.security.action", "sun.util.calendar");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void testStockSpark()
            throws Exception
    {
        int port = freePort();
        appendRowsThatWait();
        List<String> serve = List.of("catalog", "serve", "--data", folder.resolve("data").toString(), "--warehouse", warehouse().toString(), "--catalog-port", Integer.toString(port));
        try (IceGateScript server = IceGateScript.start(folder, Map.of(), serve)) {
            server.awaitOutput("The catalog is ready.");
            assertThat(spark("http://localhost:" + port, "otel.logs", "0", Integer.toString(ROWS))).contains("REST OK");
        }
    }

    private Path warehouse()
    {
        return folder.resolve("warehouse");
    }

    private static int freePort()
            throws IOException
    {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /**
     * As a receiver does that has not committed yet.
     */
    private void appendRowsThatWait()
            throws Exception
    {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor(); ObjectStoreCatalog catalog = new ObjectStoreCatalog()) {
            catalog.initialize("receiver", Map.of("warehouse", "file:" + warehouse()));
            Table table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), Signal.LOGS.shape());
            WalEnvironment environment = WalEnvironment.system(threads);
            Instant now = environment.clock().instant();
            RegistryEntry entry = new RegistryEntry(WriterId.random(now, environment.random()), now, "host", "build", Set.of(table.uuid()));
            try (WalWriter writer = WalWriter.open(catalog.warehouse().store(), entry, new FooterCache(new ParquetSegmentCodec(), 100), WriterOptions.DEFAULT, environment)) {
                WalLane lane = writer.lane(table.uuid(), header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
                lane.append(header -> new SegmentEncoder(Signal.LOGS.shape()).encode(header, table.schema().schemaId(), table.schema(), List.of(LogRows.batch(1, "tenant", ROWS)))).get(60, SECONDS);
            }
        }
    }

    private String spark(String... arguments)
            throws IOException, InterruptedException
    {
        List<String> command = new ArrayList<>(List.of(Path.of(Optional.ofNullable(System.getenv("JAVA17_HOME")).orElseThrow(), "bin", "java").toString(), "-Xmx600m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        OPENED.forEach(opened -> command.add("--add-opens=java.base/%s=ALL-UNNAMED".formatted(opened)));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath()), "io.icegate.spark.RestDemo"));
        command.addAll(Arrays.asList(arguments));
        Path output = folder.resolve("spark.out");
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(IceGateScript.LIMIT.toSeconds(), SECONDS)).isTrue();
        }
        finally {
            process.destroyForcibly();
        }
        String printed = Files.readString(output, UTF_8);
        assertThat(process.exitValue()).as(printed).isZero();
        return printed;
    }

    /**
     * Everything that Spark's tests have, but for our modules.
     */
    private static List<String> classPath()
            throws IOException
    {
        List<String> parts = new ArrayList<>();
        parts.add(SPARK.resolve("test-classes").toAbsolutePath().normalize().toString());
        for (String part : Files.readString(SPARK.resolve("classpath.txt"), UTF_8).strip().split(File.pathSeparator)) {
            String name = requireNonNull(Path.of(part).getFileName(), "class path has no file name").toString();
            if (!name.matches("(catalog-objectstore|wal|maintenance)-.*") && !Files.isDirectory(Path.of(part))) {
                parts.add(part);
            }
        }
        return parts;
    }
}
