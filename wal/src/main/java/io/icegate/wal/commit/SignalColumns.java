package io.icegate.wal.commit;

import io.icegate.schema.Signal;
import io.icegate.wal.table.ColumnTypes;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;

import java.util.Optional;

/**
 * Schema changes that receivers can follow. They find the columns of their signal by name, so a table may gain optional
 * columns, lose or rename optional ones, loosen required ones and widen numbers. It may not lose a column that is never
 * null, give the name of a signal's column to something else, or require a column that receivers do not fill.
 */
public final class SignalColumns
{
    private SignalColumns() {}

    /**
     * Why a table that fits a signal before a change does not fit it afterwards; empty when it does, or never did.
     */
    public static Optional<String> lost(Schema before, Schema after)
    {
        for (Signal signal : Signal.values()) {
            Schema wanted = signal.shape().schema();
            if (misfit(wanted, before).isEmpty()) {
                return misfit(wanted, after);
            }
        }
        return Optional.empty();
    }

    /**
     * Why receivers cannot write a signal to a table; empty when they can.
     *
     * @param signal the columns that receivers write
     */
    public static Optional<String> misfit(Schema signal, Schema table)
    {
        for (NestedField wanted : signal.columns()) {
            NestedField column = table.findField(wanted.name());
            if (column == null) {
                if (wanted.isRequired()) {
                    return Optional.of("receivers need column '%s'".formatted(wanted.name()));
                }
                continue;
            }
            if (!ColumnTypes.holds(column.type(), wanted.type())) {
                return Optional.of("column '%s' would be %s and receivers write %s".formatted(wanted.name(), column.type(), wanted.type()));
            }
            if (column.isRequired() && wanted.isOptional()) {
                return Optional.of("column '%s' would be required and receivers may have no value for it".formatted(wanted.name()));
            }
        }
        return table.columns().stream()
                .filter(column -> column.isRequired() && signal.findField(column.name()) == null)
                .map(column -> "column '%s' would be required and receivers do not know it".formatted(column.name()))
                .findFirst();
    }
}
