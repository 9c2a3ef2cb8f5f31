package io.icegate.trino.metadata;

import io.icegate.trino.live.WalTable;
import io.icegate.wal.answer.AnswerColumn;
import io.trino.spi.connector.ColumnMetadata;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.type.Type;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static io.trino.spi.type.BigintType.BIGINT;
import static io.trino.spi.type.BooleanType.BOOLEAN;
import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MICROS;
import static io.trino.spi.type.VarcharType.VARCHAR;

/**
 * Turns answers that all engines give alike into tables of Trino.
 */
final class Answers
{
    private Answers() {}

    /**
     * A table of the schema {@code system} with these columns.
     */
    static <R> ConnectorTableMetadata table(String name, List<AnswerColumn<R>> columns)
    {
        return new ConnectorTableMetadata(
                new SchemaTableName("system", name),
                columns.stream()
                        .map(column -> ColumnMetadata.builder()
                                .setName(column.name())
                                .setType(type(column))
                                .setComment(Optional.of(column.comment()))
                                .build())
                        .collect(toImmutableList()));
    }

    private static Type type(AnswerColumn<?> column)
    {
        return switch (column.type()) {
            case TEXT -> VARCHAR;
            case NUMBER -> BIGINT;
            case TIME -> TIMESTAMP_TZ_MICROS;
            case FLAG -> BOOLEAN;
        };
    }

    static <R> @Nullable Object[] row(List<AnswerColumn<R>> columns, R row)
    {
        @Nullable Object[] values = new Object[columns.size()];
        for (int i = 0; i < values.length; i++) {
            AnswerColumn<R> column = columns.get(i);
            values[i] = column.value().apply(row)
                    .map(value -> switch (column.type()) {
                        case TEXT, NUMBER, FLAG -> value;
                        case TIME -> WalTable.timestamp((Instant) value);
                    })
                    .orElse(null);
        }
        return values;
    }
}
