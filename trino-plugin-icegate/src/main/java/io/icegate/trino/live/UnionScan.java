package io.icegate.trino.live;

import com.google.common.collect.ImmutableList;
import org.apache.iceberg.BaseFileScanTask;
import org.apache.iceberg.CombinedScanTask;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.PartitionSpecParser;
import org.apache.iceberg.Scan;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.expressions.ResidualEvaluator;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.metrics.MetricsReporter;
import org.apache.iceberg.types.Types.NestedField;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;

import static java.util.Objects.requireNonNull;

/**
 * The live segments followed by the files of a snapshot, as one Iceberg scan: Trino's split source, reader, dynamic
 * filters and statistics treat both alike. Predicates name columns of the current schema; the committed scan knows the
 * schema of its snapshot, so names are translated by field id.
 *
 * @param snapshotSchema schema of the committed part
 * @param schema current schema, projected
 */
public record UnionScan(TableScan committed, Schema snapshotSchema, @Override Schema schema, Table table, List<PinnedFile> liveFiles, Counts counts)
        implements Scan<UnionScan, FileScanTask, CombinedScanTask>
{
    /**
     * How many live segments a scan planned, and how many it could leave out.
     */
    public record Counts(AtomicLong planned, AtomicLong pruned)
    {
        public Counts()
        {
            this(new AtomicLong(), new AtomicLong());
        }
    }

    public UnionScan
    {
        requireNonNull(committed, "committed is null");
        requireNonNull(snapshotSchema, "snapshotSchema is null");
        requireNonNull(schema, "schema is null");
        requireNonNull(table, "table is null");
        liveFiles = ImmutableList.copyOf(liveFiles);
        requireNonNull(counts, "counts is null");
    }

    @Override
    public CloseableIterable<FileScanTask> planFiles()
    {
        Expression filter = committed.filter();
        boolean caseSensitive = committed.isCaseSensitive();
        String schemaJson = SchemaParser.toJson(table.schema());
        InclusiveMetricsEvaluator evaluator = new InclusiveMetricsEvaluator(table.schema(), filter, caseSensitive);
        Map<Integer, String> specJsons = new HashMap<>();
        Map<Integer, ResidualEvaluator> residuals = new HashMap<>();
        ImmutableList.Builder<FileScanTask> tasks = ImmutableList.builder();
        for (PinnedFile live : liveFiles) {
            if (live.rows() == 0 || !evaluator.eval(live.file())) {
                counts.pruned().incrementAndGet();
                continue;
            }
            counts.planned().incrementAndGet();
            PartitionSpec spec = requireNonNull(table.specs().get(live.file().specId()), "spec of a live segment is null");
            DeleteFile[] deletes = live.duplicates().stream().toArray(DeleteFile[]::new);
            // IcebergSplitSource casts to BaseFileScanTask
            tasks.add(new BaseFileScanTask(
                    live.file(),
                    deletes,
                    schemaJson,
                    specJsons.computeIfAbsent(spec.specId(), _ -> PartitionSpecParser.toJson(spec)),
                    residuals.computeIfAbsent(spec.specId(), _ -> ResidualEvaluator.of(spec, filter, caseSensitive))));
        }
        // live first: a LIMIT that they satisfy opens no manifest
        return CloseableIterable.concat(ImmutableList.of(CloseableIterable.withNoopClose(tasks.build()), committed.planFiles()));
    }

    @Override
    public UnionScan includeColumnStats(Collection<String> columns)
    {
        List<String> snapshotColumns = columns.stream()
                .map(schema::findField)
                .filter(Objects::nonNull)
                .map(NestedField::fieldId)
                .map(snapshotSchema::findColumnName)
                .filter(Objects::nonNull)
                .toList();
        return with(committed.includeColumnStats(snapshotColumns));
    }

    private UnionScan with(TableScan scan)
    {
        return new UnionScan(scan, snapshotSchema, schema, table, liveFiles, counts);
    }

    @Override
    public UnionScan option(String property, String value)
    {
        return with(committed.option(property, value));
    }

    @Override
    public UnionScan project(Schema projected)
    {
        return with(committed.project(projected));
    }

    @Override
    public UnionScan caseSensitive(boolean caseSensitive)
    {
        return with(committed.caseSensitive(caseSensitive));
    }

    @Override
    public boolean isCaseSensitive()
    {
        return committed.isCaseSensitive();
    }

    @Override
    public UnionScan includeColumnStats()
    {
        return with(committed.includeColumnStats());
    }

    @Override
    public UnionScan select(Collection<String> columns)
    {
        return with(committed.select(columns));
    }

    @Override
    public UnionScan filter(Expression expression)
    {
        return with(committed.filter(expression));
    }

    @Override
    public Expression filter()
    {
        return committed.filter();
    }

    @Override
    public UnionScan ignoreResiduals()
    {
        return with(committed.ignoreResiduals());
    }

    @Override
    public UnionScan planWith(ExecutorService executor)
    {
        return with(committed.planWith(executor));
    }

    @Override
    public UnionScan metricsReporter(MetricsReporter reporter)
    {
        return with(committed.metricsReporter(reporter));
    }

    @Override
    public CloseableIterable<CombinedScanTask> planTasks()
    {
        throw new UnsupportedOperationException("Trino plans files");
    }

    @Override
    public long targetSplitSize()
    {
        return committed.targetSplitSize();
    }

    @Override
    public int splitLookback()
    {
        return committed.splitLookback();
    }

    @Override
    public long splitOpenFileCost()
    {
        return committed.splitOpenFileCost();
    }
}
