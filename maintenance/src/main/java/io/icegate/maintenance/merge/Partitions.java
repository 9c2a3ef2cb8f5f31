package io.icegate.maintenance.merge;

import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.util.SerializableFunction;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The partition of every row: a number, and what it stands for.
 */
final class Partitions
{
    private final int[] ofRow;
    private final List<Values> partitions;

    /**
     * The values of one partition.
     */
    record Values(List<@Nullable Object> values)
            implements StructLike
    {
        @Override
        public int size()
        {
            return values.size();
        }

        @Override
        public <T> T get(int position, Class<T> type)
        {
            return type.cast(values.get(position));
        }

        @Override
        public <T> void set(int position, T value)
        {
            throw new UnsupportedOperationException("a partition does not change");
        }
    }

    private Partitions(int[] ofRow, List<Values> partitions)
    {
        this.ofRow = ofRow;
        this.partitions = partitions;
    }

    /**
     * @param sources columns by field id
     */
    static Partitions of(PartitionSpec spec, Map<Integer, KeyColumn> sources, int rows)
    {
        List<FieldValues> fields = new ArrayList<>();
        for (PartitionField field : spec.fields()) {
            KeyColumn source = sources.get(field.sourceId());
            if (source == null) {
                throw new IllegalStateException("column %s was not read".formatted(field.sourceId()));
            }
            fields.add(new FieldValues(field, spec.schema().findType(field.sourceId()), source));
        }
        int[] ofRow = new int[rows];
        Map<List<@Nullable Object>, Integer> known = new HashMap<>();
        List<Values> partitions = new ArrayList<>();
        @Nullable Object[] last = new Object[fields.size()];
        int lastId = -1;
        for (int row = 0; row < rows; row++) {
            boolean same = lastId >= 0;
            for (int i = 0; i < last.length; i++) {
                Object value = fields.get(i).value(row);
                same &= value == null ? last[i] == null : value.equals(last[i]);
                last[i] = value;
            }
            if (!same) {
                List<@Nullable Object> values = Collections.unmodifiableList(new ArrayList<@Nullable Object>(Arrays.asList(last)));
                Integer id = known.get(values);
                if (id == null) {
                    id = partitions.size();
                    known.put(values, id);
                    partitions.add(new Values(values));
                }
                lastId = id;
            }
            ofRow[row] = lastId;
        }
        return new Partitions(ofRow, partitions);
    }

    int count()
    {
        return partitions.size();
    }

    int of(int row)
    {
        return ofRow[row];
    }

    Values values(int partition)
    {
        return partitions.get(partition);
    }

    /**
     * What one field of the spec makes of its source.
     */
    private static final class FieldValues
    {
        private final KeyColumn source;
        private final Type type;
        private final SerializableFunction<Object, Object> transform;
        private final Map<Long, @Nullable Object> ofText = new HashMap<>();
        private final boolean ordered;
        /**
         * Numbers between these have the last result, if the transform keeps their order.
         */
        private long low;
        private long high;
        private @Nullable Object last;

        @SuppressWarnings("unchecked") // the transform takes what the source column has
        private FieldValues(PartitionField field, Type type, KeyColumn source)
        {
            this.source = source;
            this.type = type;
            this.ordered = field.transform().preservesOrder() && type.typeId() != Type.TypeID.DOUBLE;
            this.transform = ((org.apache.iceberg.transforms.Transform<Object, Object>) field.transform()).bind(type);
        }

        private @Nullable Object value(int row)
        {
            if (source.isNull(row)) {
                return null;
            }
            long value = source.value(row);
            if (source.isText()) {
                return ofText.computeIfAbsent(value, id -> transform.apply(text(id)));
            }
            if (last == null || value < low || value > high) {
                Object result = transform.apply(number(value));
                boolean wider = ordered && result.equals(last);
                low = wider ? Math.min(low, value) : value;
                high = wider ? Math.max(high, value) : value;
                last = result;
            }
            return last;
        }

        private Object text(long id)
        {
            return type.typeId() == Type.TypeID.STRING ? source.text((int) id).toStringUsingUTF8() : source.text((int) id).toByteBuffer();
        }

        private Object number(long value)
        {
            return switch (type.typeId()) {
                case INTEGER -> Integer.valueOf((int) value);
                case DOUBLE -> Double.valueOf(Double.longBitsToDouble(value));
                default -> Long.valueOf(value);
            };
        }
    }
}
