package io.icegate.trino;

import com.google.common.collect.ImmutableList;
import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergePolicy;
import io.icegate.maintenance.merge.MergeResult;
import io.icegate.maintenance.merge.MergeSettings;
import io.icegate.maintenance.merge.NativeMerge;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.MetricRows;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentRows;
import io.icegate.wal.format.SpanRows;
import io.trino.testing.MaterializedRow;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * A segment is an Iceberg data file: Iceberg's generic reader and Trino find the same value in every column of every row,
 * while the segment is live, after it has been committed, and after it has been merged.
 */
@Execution(SAME_THREAD)
final class TestSegmentReaders
{
    private static final long SEED = 20261121;

    /**
     * Makes rows with every type and extreme.
     */
    @FunctionalInterface
    private interface Rows
    {
        RowBatch random(Random random, BatchId id, String tenant, int rows);
    }

    @Test
    void testEveryColumn(@TempDir Path folder)
            throws Exception
    {
        try (TrinoLake lake = new TrinoLake(folder)) {
            assertReadersAgree(lake, folder, Signal.LOGS, LogRows::random, LogRows::bare);
            assertReadersAgree(lake, folder, Signal.SPANS, SpanRows::random, SpanRows::bare);
            assertReadersAgree(lake, folder, Signal.METRICS, MetricRows::random, MetricRows::bare);
        }
    }

    /**
     * Makes rows that have nothing which may be absent.
     */
    @FunctionalInterface
    private interface BareRows
    {
        RowBatch bare(BatchId id, String tenant, int rows);
    }

    private static void assertReadersAgree(TrinoLake lake, Path folder, Signal signal, Rows rows, BareRows bare)
            throws IOException
    {
        WalFixture.Logs writer = lake.fixture().create("otel", signal.shape());
        Random random = new Random(SEED);
        List<SegmentFooter> segments = ImmutableList.of(
                writer.append(rows.random(random, new BatchId(1, 1), "acme", 300), rows.random(random, new BatchId(1, 2), "zeta", 200)),
                writer.append(rows.random(random, new BatchId(1, 3), "acme", 50)),
                writer.append(rows.random(random, new BatchId(1, 4), "acme", 100)));
        Table table = writer.table();
        List<NestedField> columns = table.schema().columns();
        List<List<String>> iceberg = new ArrayList<>();
        for (SegmentFooter segment : segments) {
            iceberg.addAll(iceberg(columns, folder.resolve(segment.header().key().objectKey().value()), table.schema()));
        }
        assertThat(iceberg).hasSize(650);
        // otherwise a column would be compared of which nothing is seen
        for (int column = 0; column < columns.size(); column++) {
            List<String> values = column(iceberg, column);
            assertThat(values.stream().distinct().filter(value -> !value.equals("null") && !value.equals("[]"))).as(columns.get(column).name()).isNotEmpty();
            if (columns.get(column).isOptional()) {
                assertThat(values).as(columns.get(column).name()).contains("null");
            }
        }

        String all = "SELECT %s FROM otel.%s".formatted(columns.stream().map(NestedField::name).collect(joining(", ")), signal.shape().name());
        assertSame(columns, iceberg, trino(lake, all));
        writer.commit();
        table.refresh();
        List<List<String>> committed = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                assertThat(task.deletes()).isEmpty();
                committed.addAll(iceberg(columns, Path.of(URI.create(task.file().location())), table.schema()));
            }
        }
        assertSame(columns, iceberg, committed);
        assertSame(columns, iceberg, trino(lake, all));
        // a rewrite keeps what is null and what is empty
        lake.sql("ALTER TABLE otel.%s EXECUTE optimize".formatted(signal.shape().name()));
        assertSame(columns, iceberg, trino(lake, all));

        // and so does a merge of segments, of Trino's files, and of files that were merged
        for (int round = 0; round < 2; round++) {
            List<List<String>> merged = new ArrayList<>(iceberg);
            SegmentFooter segment = writer.append(
                    bare.bare(new BatchId(2 + round, 1), "bare", 150),
                    rows.random(random, new BatchId(2 + round, 2), "acme", 100),
                    rows.random(random, new BatchId(2 + round, 3), "zeta", 50));
            merged.addAll(iceberg(columns, folder.resolve(segment.header().key().objectKey().value()), table.schema()));
            writer.commit();
            table.refresh();
            merge(table, folder);
            assertThat(lake.column("SELECT file_path FROM otel.\"%s$files\"".formatted(signal.shape().name()))).hasSize(3).allMatch(path -> path.toString().contains("/merged-"));
            assertSame(columns, merged, trino(lake, all));
            iceberg = merged;
        }
    }

    /**
     * All files of each tenant into one of small row groups.
     */
    private static void merge(Table table, Path folder)
    {
        MergePolicy all = new MergePolicy(1L << 30, 2, 1L << 30, 2, Duration.ZERO, 512, 1L << 30);
        NativeMerge merge = new NativeMerge(new MergeSettings(128, 1L << 30, 64L << 20, 1_000_000, 1), folder, new Random());
        for (List<MergePlan> plans = plan(table, all); !plans.isEmpty(); plans = plan(table, all)) {
            assertThat(merge.run(table, plans.getFirst()).outcome()).isEqualTo(MergeResult.Outcome.COMMITTED);
            table.refresh();
        }
    }

    private static List<MergePlan> plan(Table table, MergePolicy policy)
    {
        return new MergePlanner(policy).plan(table, Instant.now().plusSeconds(1));
    }

    private static List<List<String>> iceberg(List<NestedField> columns, Path segment, Schema schema)
            throws IOException
    {
        return SegmentRows.read(Files.readAllBytes(segment), schema).stream()
                .map(row -> columns.stream().map(column -> text(row.getField(column.name()))).toList())
                .toList();
    }

    private static List<List<String>> trino(TrinoLake lake, String query)
    {
        return lake.rows(query).stream()
                .map(row -> row.stream().map(TestSegmentReaders::text).toList())
                .toList();
    }

    /**
     * The same rows in any order, compared column by column.
     */
    private static void assertSame(List<NestedField> columns, List<List<String>> expected, List<List<String>> actual)
    {
        Comparator<List<String>> order = Comparator.comparing(String::valueOf);
        List<List<String>> expectedRows = expected.stream().sorted(order).toList();
        List<List<String>> actualRows = actual.stream().sorted(order).toList();
        for (int column = 0; column < columns.size(); column++) {
            assertThat(column(actualRows, column)).as(columns.get(column).name()).isEqualTo(column(expectedRows, column));
        }
    }

    private static List<String> column(List<List<String>> rows, int column)
    {
        return rows.stream().map(row -> row.get(column)).toList();
    }

    /**
     * One spelling for the classes that the two readers use for a value.
     */
    private static String text(@Nullable Object value)
    {
        return switch (value) {
            case null -> "null";
            case CharSequence text -> "'%s'".formatted(text);
            case Integer number -> "int " + number;
            case Long number -> "long " + number;
            case Double number -> "double " + number;
            case Boolean bool -> bool.toString();
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            case ByteBuffer bytes -> {
                byte[] copy = new byte[bytes.remaining()];
                bytes.duplicate().get(copy);
                yield HexFormat.of().formatHex(copy);
            }
            case OffsetDateTime time -> time.toInstant().toString();
            case ZonedDateTime time -> time.toInstant().toString();
            case Map<?, ?> map -> {
                TreeMap<String, String> sorted = new TreeMap<>();
                map.forEach((key, entry) -> sorted.put(text(key), text(entry)));
                yield sorted.isEmpty() ? "[]" : sorted.toString();
            }
            case List<?> list -> text(list.stream());
            case Record struct -> text(IntStream.range(0, struct.size()).mapToObj(struct::get));
            case MaterializedRow struct -> text(struct.getFields().stream());
            default -> throw new IllegalArgumentException("unexpected " + value.getClass());
        };
    }

    private static String text(Stream<?> values)
    {
        return values.map(TestSegmentReaders::text).collect(joining(", ", "[", "]"));
    }
}
