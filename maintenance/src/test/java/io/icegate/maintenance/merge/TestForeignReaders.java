package io.icegate.maintenance.merge;

import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.local.LocalObjectStore;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.MetricRows;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SpanRows;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.ZoneOffset.UTC;
import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Readers that run in Python find every value of merged files: those of all signals, of columns that have nothing, of lists and of
 * maps. The Python that {@code ICEGATE_PYTHON} names, or else {@code python3}, must have the reader and pyarrow; a test of one
 * that is not there is skipped and says why.
 */
final class TestForeignReaders
{
    private static final Path SCRIPT = Path.of("src/test/readers/read_merged.py").toAbsolutePath();
    private static final int READ_SECONDS_MAX = 120;
    private static final int ABSENT = 3;
    private static final int ROWS = 200;

    @TempDir
    private Path folder;

    @Test
    void testPyArrow()
            throws Exception
    {
        check("pyarrow");
    }

    @Test
    void testDuckDb()
            throws Exception
    {
        check("duckdb");
    }

    @Test
    void testDataFusion()
            throws Exception
    {
        check("datafusion");
    }

    @Test
    void testPyIceberg()
            throws Exception
    {
        check("pyiceberg");
    }

    private void check(String reader)
            throws Exception
    {
        requireReader(reader);
        merge(Signal.LOGS, LogRows.random(new Random(1), new BatchId(1, 1), "a", ROWS), LogRows.random(new Random(2), new BatchId(1, 2), "a", ROWS), LogRows.bare(new BatchId(1, 3), "b", ROWS));
        merge(Signal.SPANS, SpanRows.random(new Random(1), new BatchId(1, 1), "a", ROWS), SpanRows.random(new Random(2), new BatchId(1, 2), "a", ROWS), SpanRows.bare(new BatchId(1, 3), "b", ROWS));
        merge(Signal.METRICS, MetricRows.random(new Random(1), new BatchId(1, 1), "a", ROWS), MetricRows.random(new Random(2), new BatchId(1, 2), "a", ROWS), MetricRows.bare(new BatchId(1, 3), "b", ROWS));
        Answer answer = run(reader);
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        assertThat(answer.output()).endsWith("3 tables are the same");

        // the comparison can fail
        Path rows = folder.resolve("logs.rows");
        Files.writeString(rows, Files.readString(rows, UTF_8).replace("\n'b\t", "\n'c\t"), UTF_8);
        answer = run(reader);
        assertThat(answer.exitCode()).as(answer.output()).isOne();
        assertThat(answer.output()).contains("logs.tenant_id is 'b, not 'c");
    }

    /**
     * Merges one segment of each batch, and writes what was there before.
     */
    private void merge(Signal signal, RowBatch... batches)
            throws Exception
    {
        Path root = folder.resolve("warehouse-" + signal.shape().name());
        try (MergeFixture fixture = new MergeFixture(signal, new Warehouse("file:" + root, new LocalObjectStore(root)))) {
            WalWriter writer = fixture.writer();
            for (RowBatch batch : batches) {
                fixture.append(writer, batch);
            }
            fixture.commit();
            List<NestedField> columns = fixture.table.schema().columns();
            List<String> rows = new ArrayList<>();
            rows.add(columns.stream().map(NestedField::name).collect(joining("\t")));
            for (Map.Entry<Record, Integer> row : fixture.rows().entrySet()) {
                String text = columns.stream().map(column -> text(row.getKey().getField(column.name()), column.type())).collect(joining("\t"));
                for (int i = 0; i < row.getValue(); i++) {
                    rows.add(text);
                }
            }
            assertThat(rows).hasSize(1 + batches.length * ROWS);
            MergePlan plan = new MergePlanner(MergeFixture.ALL).plan(fixture.table, Instant.now()).get(0);
            Path scratch = Files.createDirectories(folder.resolve("scratch"));
            assertThat(new NativeMerge(new MergeSettings(128, 256L << 20, 64L << 20, 1_000_000, 1), scratch, new Random()).run(fixture.table, plan).outputs()).isEqualTo(2);
            fixture.table.refresh();
            List<String> files = new ArrayList<>();
            files.add(((BaseTable) fixture.table).operations().current().metadataFileLocation());
            for (DataFile file : fixture.files()) {
                files.add(Path.of(URI.create(file.location())).toString());
            }
            write(signal.shape().name() + ".rows", rows);
            write(signal.shape().name() + ".files", files);
        }
    }

    private void write(String name, List<String> lines)
            throws IOException
    {
        Files.writeString(folder.resolve(name), lines.stream().map(line -> line + "\n").collect(joining()), UTF_8);
    }

    private record Answer(int exitCode, String output) {}

    private void requireReader(String reader)
            throws Exception
    {
        Answer answer;
        try {
            answer = run(reader);
        }
        catch (IOException e) {
            answer = new Answer(ABSENT, e.toString());
        }
        if (answer.exitCode() == ABSENT) {
            abort("Cannot read with %s: %s".formatted(reader, answer.output()));
        }
    }

    private Answer run(String reader)
            throws IOException, InterruptedException
    {
        Path output = folder.resolve("output");
        String python = System.getenv().getOrDefault("ICEGATE_PYTHON", "python3");
        Process process = new ProcessBuilder(python, SCRIPT.toString(), reader, folder.toString()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        boolean ended = process.waitFor(READ_SECONDS_MAX, SECONDS);
        process.destroyForcibly();
        assertThat(ended).as("ended within %s s: %s", READ_SECONDS_MAX, Files.readString(output, UTF_8)).isTrue();
        return new Answer(process.exitValue(), Files.readString(output, UTF_8).strip());
    }

    /**
     * One spelling for the values of all readers, as the script has it.
     */
    private static String text(@Nullable Object value, Type type)
    {
        if (value == null) {
            return "~";
        }
        return switch (type.typeId()) {
            case LIST -> ((List<?>) value).stream().map(element -> text(element, type.asListType().elementType())).collect(joining(",", "[", "]"));
            case MAP -> ((Map<?, ?>) value).entrySet().stream()
                    .map(entry -> text(entry.getKey(), type.asMapType().keyType()) + "=" + text(entry.getValue(), type.asMapType().valueType()))
                    .sorted(TestForeignReaders::compareCodePoints)
                    .collect(joining(",", "{", "}"));
            case STRUCT -> type.asStructType().fields().stream().map(field -> text(((Record) value).getField(field.name()), field.type())).collect(joining(",", "(", ")"));
            case STRING -> "'" + value.toString().replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
            case BINARY -> "x" + HexFormat.of().formatHex(bytes((ByteBuffer) value));
            case DOUBLE -> "d%016x".formatted(Double.doubleToLongBits((Double) value));
            case TIMESTAMP -> Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH.atOffset(UTC), (OffsetDateTime) value));
            default -> value.toString();
        };
    }

    /**
     * As Python sorts texts.
     */
    private static int compareCodePoints(String left, String right)
    {
        return Arrays.compare(left.codePoints().toArray(), right.codePoints().toArray());
    }

    private static byte[] bytes(ByteBuffer buffer)
    {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
