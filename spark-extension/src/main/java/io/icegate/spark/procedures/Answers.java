package io.icegate.spark.procedures;

import io.icegate.wal.answer.AnswerColumn;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

import java.time.Instant;
import java.util.List;

import static java.time.temporal.ChronoUnit.MICROS;

/**
 * Turns answers that all engines give alike into rows of Spark.
 */
final class Answers
{
    private Answers() {}

    static <R> StructType type(List<AnswerColumn<R>> columns)
    {
        StructType type = new StructType();
        for (AnswerColumn<R> column : columns) {
            type = type.add(column.name(), type(column), true, column.comment());
        }
        return type;
    }

    private static DataType type(AnswerColumn<?> column)
    {
        return switch (column.type()) {
            case TEXT -> DataTypes.StringType;
            case NUMBER -> DataTypes.LongType;
            case TIME -> DataTypes.TimestampType;
            case FLAG -> DataTypes.BooleanType;
        };
    }

    static <R> InternalRow row(List<AnswerColumn<R>> columns, R row)
    {
        return new GenericInternalRow(columns.stream().map(column -> column.value().apply(row).map(value -> value(column, value)).orElse(null)).toArray());
    }

    private static Object value(AnswerColumn<?> column, Object value)
    {
        return switch (column.type()) {
            case TEXT -> UTF8String.fromString((String) value);
            case NUMBER, FLAG -> value;
            case TIME -> MICROS.between(Instant.EPOCH, (Instant) value);
        };
    }
}
