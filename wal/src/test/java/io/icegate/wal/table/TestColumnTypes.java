package io.icegate.wal.table;

import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.ListType;
import org.apache.iceberg.types.Types.MapType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class TestColumnTypes
{
    private static final Type STRING = Types.StringType.get();

    @Test
    void testNumbers()
    {
        assertThat(ColumnTypes.holds(Types.LongType.get(), Types.IntegerType.get())).isTrue();
        assertThat(ColumnTypes.holds(Types.DoubleType.get(), Types.FloatType.get())).isTrue();
        assertThat(ColumnTypes.holds(Types.DecimalType.of(10, 2), Types.DecimalType.of(5, 2))).isTrue();
        assertThat(ColumnTypes.holds(Types.IntegerType.get(), Types.LongType.get())).isFalse();
        assertThat(ColumnTypes.holds(Types.DecimalType.of(10, 3), Types.DecimalType.of(5, 2))).isFalse();
        assertThat(ColumnTypes.holds(STRING, STRING)).isTrue();
        assertThat(ColumnTypes.holds(STRING, Types.BinaryType.get())).isFalse();
    }

    @Test
    void testNested()
    {
        ListType written = ListType.ofRequired(1, StructType.of(NestedField.required(2, "a", STRING), NestedField.optional(3, "b", STRING)));
        assertThat(ColumnTypes.holds(ListType.ofRequired(7, StructType.of(NestedField.required(8, "a", STRING), NestedField.optional(9, "b", STRING))), written)).as("other ids").isTrue();
        assertThat(ColumnTypes.holds(ListType.ofOptional(1, StructType.of(NestedField.optional(2, "a", STRING), NestedField.optional(3, "b", STRING))), written)).as("all optional").isTrue();
        assertThat(ColumnTypes.holds(ListType.ofRequired(1, StructType.of(NestedField.required(2, "a", STRING), NestedField.required(3, "b", STRING))), written)).as("more required").isFalse();
        assertThat(ColumnTypes.holds(ListType.ofRequired(1, StructType.of(NestedField.required(2, "a", STRING))), written)).as("one less").isFalse();
        assertThat(ColumnTypes.holds(ListType.ofRequired(1, StructType.of(NestedField.optional(3, "b", STRING), NestedField.required(2, "a", STRING))), written)).as("another order").isFalse();
        assertThat(ColumnTypes.holds(ListType.ofRequired(1, StructType.of(NestedField.required(2, "c", STRING), NestedField.optional(3, "b", STRING))), written)).as("another name").isFalse();
        assertThat(ColumnTypes.holds(STRING, written)).isFalse();
        assertThat(ColumnTypes.holds(written, STRING)).isFalse();
        MapType map = MapType.ofOptional(1, 2, STRING, STRING);
        assertThat(ColumnTypes.holds(MapType.ofOptional(4, 5, STRING, STRING), map)).isTrue();
        assertThat(ColumnTypes.holds(MapType.ofRequired(4, 5, STRING, STRING), map)).isFalse();
        assertThat(ColumnTypes.holds(MapType.ofOptional(4, 5, STRING, Types.LongType.get()), map)).isFalse();
    }
}
