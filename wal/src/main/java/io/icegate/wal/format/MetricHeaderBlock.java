package io.icegate.wal.format;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.MetricValues;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * What the data points of a block share: its metrics, each with the rows from its first one to that of the metric after. A
 * metric may have no rows.
 */
@SuppressWarnings("NullAway") // does not see that array components are @Nullable
final class MetricHeaderBlock
{
    private static final int METRICS_INITIAL = 16;
    private static final int[] NONE = {};

    private final AttributeBlock metadata = new AttributeBlock();
    private int count;
    private int[] firstRows = new int[METRICS_INITIAL];
    private MetricValues.Type[] types = new MetricValues.Type[METRICS_INITIAL];
    private @Nullable Binary[] names = new Binary[METRICS_INITIAL];
    private @Nullable Binary[] descriptions = new Binary[METRICS_INITIAL];
    private @Nullable Binary[] units = new Binary[METRICS_INITIAL];
    private int[] temporalities = new int[METRICS_INITIAL];
    private boolean[] monotonic = new boolean[METRICS_INITIAL];

    /**
     * Adds a metric without temporality and metadata.
     *
     * @param firstRow of its data points
     */
    void add(MetricValues.Type type, @Nullable Binary name, @Nullable Binary description, @Nullable Binary unit, int firstRow)
    {
        if (count == types.length) {
            grow(count * 2);
        }
        firstRows[count] = firstRow;
        types[count] = type;
        names[count] = name;
        descriptions[count] = description;
        units[count] = unit;
        temporalities[count] = 0;
        monotonic[count] = false;
        metadata.set(count, AttributeShape.EMPTY, NONE, NONE);
        count++;
    }

    private void grow(int size)
    {
        firstRows = Arrays.copyOf(firstRows, size);
        types = Arrays.copyOf(types, size);
        names = Arrays.copyOf(names, size);
        descriptions = Arrays.copyOf(descriptions, size);
        units = Arrays.copyOf(units, size);
        temporalities = Arrays.copyOf(temporalities, size);
        monotonic = Arrays.copyOf(monotonic, size);
    }

    /**
     * Sets how the sums or histograms of the metric added last add up.
     */
    void aggregation(int temporality, boolean isMonotonic)
    {
        temporalities[count - 1] = temporality;
        monotonic[count - 1] = isMonotonic;
    }

    /**
     * Sets the metadata of the metric added last.
     */
    void metadata(AttributeShape shape, int[] slices, int[] lengths)
    {
        metadata.set(count - 1, shape, slices, lengths);
    }

    /**
     * The metric that a row is of.
     */
    int of(int row)
    {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (firstRows[middle] <= row) {
                low = middle;
            }
            else {
                high = middle - 1;
            }
        }
        return low;
    }

    int last()
    {
        return count - 1;
    }

    /**
     * The row after the last of a metric.
     *
     * @param rows of the block
     */
    int end(int metric, int rows)
    {
        return metric + 1 < count ? firstRows[metric + 1] : rows;
    }

    MetricValues.Type type(int metric)
    {
        return types[metric];
    }

    @Nullable
    Binary name(int metric)
    {
        return names[metric];
    }

    @Nullable
    Binary description(int metric)
    {
        return descriptions[metric];
    }

    @Nullable
    Binary unit(int metric)
    {
        return units[metric];
    }

    AttributeBlock metadata()
    {
        return metadata;
    }

    int temporality(int metric)
    {
        return temporalities[metric];
    }

    boolean isMonotonic(int metric)
    {
        return monotonic[metric];
    }

    /**
     * A metric as an object.
     *
     * @param block that this is of
     */
    MetricValues values(RecordBlock block, int metric)
    {
        MetricValues.Type type = types[metric];
        return new MetricValues(
                type,
                RecordBlock.text(names[metric]),
                RecordBlock.text(descriptions[metric]),
                RecordBlock.text(units[metric]),
                block.attributes(metadata, metric),
                type.hasTemporality() ? (Integer) temporalities[metric] : null,
                type == MetricValues.Type.SUM ? (Boolean) monotonic[metric] : null);
    }
}
