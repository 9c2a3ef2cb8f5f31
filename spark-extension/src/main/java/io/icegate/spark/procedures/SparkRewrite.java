package io.icegate.spark.procedures;

import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.upkeep.RewriteExecutor;
import io.icegate.spark.held.HeldTables;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.actions.BinPackRewriteFilePlanner;
import org.apache.iceberg.actions.RewriteDataFiles;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.spark.actions.SparkActions;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.util.PropertyUtil;
import org.apache.iceberg.util.StructLikeWrapper;
import org.apache.spark.sql.SparkSession;

import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Merges files by Iceberg's {@code rewrite_data_files} in this session: all small files of the plan's partition, or of the table when the
 * plan's files lie in none. Spark itself cancels it when whoever called is cancelled.
 */
final class SparkRewrite
        implements RewriteExecutor
{
    /**
     * Files of one rewrite.
     */
    private static final int FILES_MAX = 10_000;
    /**
     * Files that are large enough to stay where they are, unless rows of them are deleted.
     */
    private static final long LARGE_BYTES = 64L << 20;

    private final HeldTables heldTables;

    SparkRewrite(HeldTables heldTables)
    {
        this.heldTables = requireNonNull(heldTables, "heldTables is null");
    }

    @Override
    public String engine()
    {
        return "Spark";
    }

    @Override
    public String rewrite(Table table, MergePlan plan, BooleanSupplier goesOn)
    {
        RewriteDataFiles rewrite = SparkActions.get(SparkSession.active()).rewriteDataFiles(table)
                .filter(partition(table, plan))
                .options(options(table));
        RewriteDataFiles ordered = table.sortOrder().isSorted() ? rewrite.sort() : rewrite.binPack();
        // the hold is taken when maintenance has looked for those of others
        RewriteDataFiles.Result result = heldTables.hold(table.uuid(), ordered::execute);
        return "rewrite_data_files, %s files into %s, %s delete files removed".formatted(result.rewrittenDataFilesCount(), result.addedDataFilesCount(), result.removedDeleteFilesCount());
    }

    private static Map<String, String> options(Table table)
    {
        long target = PropertyUtil.propertyAsLong(table.properties(), TableProperties.WRITE_TARGET_FILE_SIZE_BYTES, TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT);
        return Map.of(
                BinPackRewriteFilePlanner.MIN_INPUT_FILES, "2",
                BinPackRewriteFilePlanner.DELETE_FILE_THRESHOLD, "1",
                BinPackRewriteFilePlanner.MIN_FILE_SIZE_BYTES, Long.toString(Math.min(LARGE_BYTES, target / 4 * 3)),
                BinPackRewriteFilePlanner.MAX_FILE_SIZE_BYTES, Long.toString(Long.MAX_VALUE),
                BinPackRewriteFilePlanner.MAX_FILES_TO_REWRITE, Integer.toString(FILES_MAX),
                RewriteDataFiles.REMOVE_DANGLING_DELETES, "true");
    }

    private static Expression partition(Table table, MergePlan plan)
    {
        DataFile first = plan.inputs().get(0).file();
        StructLikeWrapper wrapper = StructLikeWrapper.forType(table.spec().partitionType());
        boolean isOne = plan.inputs().stream()
                .map(MergePlan.Input::file)
                .allMatch(file -> file.specId() == table.spec().specId() && wrapper.copyFor(file.partition()).equals(wrapper.copyFor(first.partition())));
        Expression partition = Expressions.alwaysTrue();
        List<PartitionField> fields = isOne ? table.spec().fields() : List.of();
        for (int position = 0; position < fields.size(); position++) {
            PartitionField field = fields.get(position);
            partition = Expressions.and(partition, condition(table.schema().findColumnName(field.sourceId()), field.transform(), first.partition().get(position, Object.class)));
        }
        return partition;
    }

    @SuppressWarnings("unchecked")
    private static Expression condition(String column, Transform<?, ?> transform, Object value)
    {
        Transform<?, Object> typed = (Transform<?, Object>) transform;
        return value == null ? Expressions.isNull(Expressions.transform(column, typed)) : Expressions.equal(Expressions.transform(column, typed), value);
    }
}
