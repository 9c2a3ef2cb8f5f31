package io.icegate.wal.table;

import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.ListType;
import org.apache.iceberg.types.Types.MapType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;

import java.util.List;

/**
 * Compares the type of a table's column with the one that receivers write.
 */
public final class ColumnTypes
{
    private ColumnTypes() {}

    /**
     * True when values of one type fit into a column of another: the same type, or a wider number. Ids may differ, and nested
     * fields may be optional, as they are after a CREATE TABLE AS SELECT.
     */
    public static boolean holds(Type column, Type written)
    {
        if (column.isPrimitiveType() || written.isPrimitiveType()) {
            return column.isPrimitiveType() && written.isPrimitiveType() && TypeUtil.isPromotionAllowed(written, column.asPrimitiveType());
        }
        return sameNested(column, written);
    }

    private static boolean sameNested(Type column, Type written)
    {
        if (column instanceof ListType list && written instanceof ListType other) {
            return sameField(list.fields().get(0), other.fields().get(0));
        }
        if (column instanceof MapType map && written instanceof MapType other) {
            return sameField(map.fields().get(0), other.fields().get(0)) && sameField(map.fields().get(1), other.fields().get(1));
        }
        if (column instanceof StructType struct && written instanceof StructType other) {
            List<NestedField> fields = struct.fields();
            List<NestedField> others = other.fields();
            if (fields.size() != others.size()) {
                return false;
            }
            for (int i = 0; i < fields.size(); i++) {
                if (!sameField(fields.get(i), others.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return column.isPrimitiveType() && column.equals(written);
    }

    private static boolean sameField(NestedField column, NestedField written)
    {
        return column.name().equals(written.name())
                && (column.isOptional() || written.isRequired())
                && sameNested(column.type(), written.type());
    }
}
