package io.icegate.wal.format;

import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type.PrimitiveType;
import org.apache.iceberg.types.Types.ListType;
import org.apache.iceberg.types.Types.MapType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;
import org.apache.iceberg.types.Types.TimestampType;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.MicroSeconds;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.TimeUnit;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * An Iceberg schema as Parquet's, with Iceberg's names for the levels of maps and lists, and Iceberg's field ids.
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
            GroupType entry = new GroupType(Repetition.REPEATED, "key_value",
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
        throw unsupported(field.type());
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
                    throw unsupported(type);
                }
                yield Types.primitive(PrimitiveTypeName.INT64, repetition).as(LogicalTypeAnnotation.timestampType(true, LogicalTypeAnnotation.TimeUnit.MICROS));
            }
            default -> throw unsupported(type);
        };
    }

    private static IllegalArgumentException unsupported(Object type)
    {
        return new IllegalArgumentException("Cannot write a segment: no column of a signal table is of type %s".formatted(type));
    }

    /**
     * The schema as it stands in a footer: depth first, the message itself first.
     */
    static List<SchemaElement> elements(MessageType message)
    {
        List<SchemaElement> elements = new ArrayList<>();
        elements.add(new SchemaElement(message.getName()).setNum_children(message.getFieldCount()));
        message.getFields().forEach(field -> add(field, elements));
        return List.copyOf(elements);
    }

    private static void add(Type type, List<SchemaElement> elements)
    {
        SchemaElement element = new SchemaElement(type.getName()).setRepetition_type(FieldRepetitionType.valueOf(type.getRepetition().name()));
        if (type.getId() != null) {
            element.setField_id(type.getId().intValue());
        }
        annotate(type.getLogicalTypeAnnotation(), element);
        elements.add(element);
        if (type.isPrimitive()) {
            element.setType(physicalType(type.asPrimitiveType().getPrimitiveTypeName()));
        }
        else {
            element.setNum_children(type.asGroupType().getFieldCount());
            type.asGroupType().getFields().forEach(field -> add(field, elements));
        }
    }

    private static void annotate(@Nullable LogicalTypeAnnotation annotation, SchemaElement element)
    {
        if (annotation instanceof StringLogicalTypeAnnotation) {
            element.setConverted_type(ConvertedType.UTF8).setLogicalType(LogicalType.STRING(new StringType()));
        }
        else if (annotation instanceof TimestampLogicalTypeAnnotation) {
            element.setConverted_type(ConvertedType.TIMESTAMP_MICROS)
                    .setLogicalType(LogicalType.TIMESTAMP(new org.apache.parquet.format.TimestampType(true, TimeUnit.MICROS(new MicroSeconds()))));
        }
        else if (annotation instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation) {
            element.setConverted_type(ConvertedType.MAP).setLogicalType(LogicalType.MAP(new org.apache.parquet.format.MapType()));
        }
        else if (annotation instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation) {
            element.setConverted_type(ConvertedType.LIST).setLogicalType(LogicalType.LIST(new org.apache.parquet.format.ListType()));
        }
    }

    static org.apache.parquet.format.Type physicalType(PrimitiveTypeName name)
    {
        return switch (name) {
            case BINARY -> org.apache.parquet.format.Type.BYTE_ARRAY;
            case INT64 -> org.apache.parquet.format.Type.INT64;
            case INT32 -> org.apache.parquet.format.Type.INT32;
            case DOUBLE -> org.apache.parquet.format.Type.DOUBLE;
            case BOOLEAN -> org.apache.parquet.format.Type.BOOLEAN;
            case FLOAT, INT96, FIXED_LEN_BYTE_ARRAY -> throw unsupported(name);
        };
    }
}
