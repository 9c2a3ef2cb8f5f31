package io.icegate.wal.parquet;

import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type.PrimitiveType;
import org.apache.iceberg.types.Types.ListType;
import org.apache.iceberg.types.Types.MapType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;
import org.apache.iceberg.types.Types.TimestampType;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

import java.util.List;

/**
 * An Iceberg schema as parquet-java's, with Iceberg's names for the levels of maps and lists, and Iceberg's field ids.
 */
final class ParquetSchema
{
    private ParquetSchema() {}

    static MessageType messageType(Schema schema)
    {
        return new MessageType("table", schema.columns().stream()
                .map(column -> type(column, column.name()))
                .toList());
    }

    private static Type type(NestedField field, String name)
    {
        Repetition repetition = field.isOptional() ? Repetition.OPTIONAL : Repetition.REQUIRED;
        if (field.type().isPrimitiveType()) {
            return primitive(field.type().asPrimitiveType(), repetition).id(field.fieldId()).named(name);
        }
        if (field.type() instanceof MapType map) {
            GroupType entry = new GroupType(
                    Repetition.REPEATED,
                    "key_value",
                    type(map.field(map.keyId()), "key"),
                    type(map.field(map.valueId()), "value"));
            return Types.buildGroup(repetition).as(LogicalTypeAnnotation.mapType()).addField(entry).id(field.fieldId()).named(name);
        }
        if (field.type() instanceof ListType list) {
            GroupType element = new GroupType(Repetition.REPEATED, "list", type(list.field(list.elementId()), "element"));
            return Types.buildGroup(repetition).as(LogicalTypeAnnotation.listType()).addField(element).id(field.fieldId()).named(name);
        }
        if (field.type() instanceof StructType struct) {
            List<Type> fields = struct.fields().stream()
                    .map(nested -> type(nested, nested.name()))
                    .toList();
            return new GroupType(repetition, name, fields).withId(field.fieldId());
        }
        throw FooterSchema.unsupported(field.type());
    }

    private static Types.PrimitiveBuilder<org.apache.parquet.schema.PrimitiveType> primitive(PrimitiveType type, Repetition repetition)
    {
        return switch (type.typeId()) {
            case STRING -> Types.primitive(PrimitiveTypeName.BINARY, repetition).as(LogicalTypeAnnotation.stringType());
            case BINARY -> Types.primitive(PrimitiveTypeName.BINARY, repetition);
            case LONG -> Types.primitive(PrimitiveTypeName.INT64, repetition);
            case INTEGER -> Types.primitive(PrimitiveTypeName.INT32, repetition);
            case DOUBLE -> Types.primitive(PrimitiveTypeName.DOUBLE, repetition);
            case BOOLEAN -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition);
            case TIMESTAMP -> {
                if (!((TimestampType) type).shouldAdjustToUTC()) {
                    throw FooterSchema.unsupported(type);
                }
                yield Types.primitive(PrimitiveTypeName.INT64, repetition).as(LogicalTypeAnnotation.timestampType(true, LogicalTypeAnnotation.TimeUnit.MICROS));
            }
            default -> throw FooterSchema.unsupported(type);
        };
    }

    static org.apache.parquet.format.Type physicalType(PrimitiveTypeName name)
    {
        return switch (name) {
            case BINARY -> org.apache.parquet.format.Type.BYTE_ARRAY;
            case INT64 -> org.apache.parquet.format.Type.INT64;
            case INT32 -> org.apache.parquet.format.Type.INT32;
            case DOUBLE -> org.apache.parquet.format.Type.DOUBLE;
            case BOOLEAN -> org.apache.parquet.format.Type.BOOLEAN;
            case FLOAT, INT96, FIXED_LEN_BYTE_ARRAY -> throw FooterSchema.unsupported(name);
        };
    }
}
