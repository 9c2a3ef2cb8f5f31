package io.icegate.maintenance.merge;

import com.github.luben.zstd.ZstdDecompressCtx;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.Table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntBinaryOperator;

/**
 * Which row of which input comes when: by partition, then in the order of the table, equal rows as the inputs have them. Cut into
 * row groups, none of which holds rows of two partitions.
 */
final class MergeOrder
{
    private final int[] inputs;
    private final int[] rows;
    private final List<Group> groups;
    private final BitSet permuted = new BitSet();

    /**
     * Rows {@code [from, to)} of the order.
     */
    record Group(int from, int to, Partitions.Values partition) {}

    private MergeOrder(int[] inputs, int[] rows, List<Group> groups)
    {
        this.inputs = inputs;
        this.rows = rows;
        this.groups = List.copyOf(groups);
        int[] previous = new int[1 + max(inputs)];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < previous[inputs[i]]) {
                permuted.set(inputs[i]);
            }
            previous[inputs[i]] = rows[i];
        }
    }

    /**
     * Reads the key columns and sorts.
     *
     * @param deleted rows of each input that are left out
     */
    static MergeOrder of(Table table, TableColumns columns, List<LocalFile> files, List<BitSet> deleted, int rowGroupRows, ZstdDecompressCtx zstd)
            throws IOException
    {
        int total = files.stream().mapToInt(LocalFile::rows).sum();
        Map<Integer, KeyColumn> sources = new HashMap<>();
        for (PartitionField field : table.spec().fields()) {
            read(columns, field.sourceId(), files, total, sources, zstd);
        }
        List<long[]> keys = new ArrayList<>();
        for (SortField field : table.sortOrder().fields()) {
            if (!field.transform().isIdentity()) {
                throw new MergeRefusedException("Cannot merge files of table %s: it is sorted by %s".formatted(table.name(), field));
            }
            KeyColumn source = read(columns, field.sourceId(), files, total, sources, zstd);
            keys.add(source.ranks(field.direction() == SortDirection.DESC, field.nullOrder() == NullOrder.NULLS_FIRST));
        }
        Partitions partitions = Partitions.of(table.spec(), sources, total);
        sources.clear();
        int[] sorted = sort(present(files, deleted, total), partitions, keys, total);
        List<Group> groups = groups(sorted, partitions, rowGroupRows);
        int[] inputs = inputs(files, sorted);
        return new MergeOrder(inputs, rows(files, sorted, inputs), groups);
    }

    private static KeyColumn read(TableColumns columns, int fieldId, List<LocalFile> files, int rows, Map<Integer, KeyColumn> sources, ZstdDecompressCtx zstd)
            throws IOException
    {
        KeyColumn known = sources.get(fieldId);
        if (known == null) {
            known = KeyColumn.read(columns, columns.leaf(fieldId), files, rows, zstd);
            sources.put(fieldId, known);
        }
        return known;
    }

    private static int[] present(List<LocalFile> files, List<BitSet> deleted, int total)
    {
        int[] rows = new int[total - deleted.stream().mapToInt(BitSet::cardinality).sum()];
        int base = 0;
        int at = 0;
        for (int input = 0; input < files.size(); input++) {
            BitSet gone = deleted.get(input);
            for (int row = 0; row < files.get(input).rows(); row++) {
                if (!gone.get(row)) {
                    rows[at++] = base + row;
                }
            }
            base += files.get(input).rows();
        }
        return rows;
    }

    /**
     * @param keys of all rows, which are let go of
     */
    private static int[] sort(int[] present, Partitions partitions, List<long[]> keys, int total)
    {
        Optional<PackedKeys> packed = PackedKeys.of(partitions, keys.toArray(new long[0][]), total);
        if (packed.isEmpty()) {
            return RowSort.sort(present, comparator(partitions, keys.toArray(new long[0][])));
        }
        keys.clear();
        return packed.orElseThrow().sort(present);
    }

    private static IntBinaryOperator comparator(Partitions partitions, long[][] keys)
    {
        return (left, right) -> {
            int order = Integer.compare(partitions.of(left), partitions.of(right));
            for (int key = 0; order == 0 && key < keys.length; key++) {
                order = Long.compare(keys[key][left], keys[key][right]);
            }
            return order;
        };
    }

    /**
     * The input of each row. Sorted rows of one input often stand together, so the last one is tried first.
     */
    private static int[] inputs(List<LocalFile> files, int[] sorted)
    {
        int[] starts = starts(files);
        int[] inputs = new int[sorted.length];
        int input = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (sorted[i] < starts[input] || sorted[i] >= starts[input + 1]) {
                int found = Arrays.binarySearch(starts, sorted[i]);
                input = found >= 0 ? found : -found - 2;
                while (starts[input + 1] == starts[input]) {
                    input++;
                }
            }
            inputs[i] = input;
        }
        return inputs;
    }

    private static int[] rows(List<LocalFile> files, int[] sorted, int[] inputs)
    {
        int[] starts = starts(files);
        int[] rows = new int[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            rows[i] = sorted[i] - starts[inputs[i]];
        }
        return rows;
    }

    private static int[] starts(List<LocalFile> files)
    {
        int[] starts = new int[files.size() + 1];
        for (int input = 0; input < files.size(); input++) {
            starts[input + 1] = starts[input] + files.get(input).rows();
        }
        return starts;
    }

    private static List<Group> groups(int[] sorted, Partitions partitions, int rowGroupRows)
    {
        List<Group> groups = new ArrayList<>();
        int from = 0;
        while (from < sorted.length) {
            int partition = partitions.of(sorted[from]);
            int to = from + 1;
            while (to < sorted.length && to - from < rowGroupRows && partitions.of(sorted[to]) == partition) {
                to++;
            }
            groups.add(new Group(from, to, partitions.values(partition)));
            from = to;
        }
        return groups;
    }

    private static int max(int[] numbers)
    {
        int max = 0;
        for (int number : numbers) {
            max = Math.max(max, number);
        }
        return max;
    }

    /**
     * True when rows of an input come in another order than it has them.
     */
    boolean isPermuted(int input)
    {
        return permuted.get(input);
    }

    int input(int at)
    {
        return inputs[at];
    }

    int row(int at)
    {
        return rows[at];
    }

    /**
     * Where the rows {@code [at, to)} no longer stand next to each other in one input.
     */
    int runEnd(int at, int to)
    {
        int end = at + 1;
        while (end < to && inputs[end] == inputs[at] && rows[end] == rows[end - 1] + 1) {
            end++;
        }
        return end;
    }

    int size()
    {
        return rows.length;
    }

    List<Group> groups()
    {
        return groups;
    }
}
