package io.icegate.wal.parquet;

import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
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

import java.util.ArrayList;
import java.util.List;

/**
 * An Iceberg schema as it stands in a Parquet footer: depth first, the message itself first, with Iceberg's names for the
 * levels of maps and lists, and Iceberg's field ids. Agrees with {@link ParquetSchema}.
 */
public final class FooterSchema
{
    private final List<SchemaElement> elements = new ArrayList<>();

    private FooterSchema() {}

    public static List<SchemaElement> elements(Schema schema)
    {
        FooterSchema footer = new FooterSchema();
        footer.elements.add(new SchemaElement("table").setNum_children(schema.columns().size()));
        schema.columns().forEach(column -> footer.add(column, column.name()));
        return List.copyOf(footer.elements);
    }

    private void add(NestedField field, String name)
    {
        SchemaElement element = new SchemaElement(name)
                .setRepetition_type(field.isOptional() ? FieldRepetitionType.OPTIONAL : FieldRepetitionType.REQUIRED)
                .setField_id(field.fieldId());
        elements.add(element);
        if (field.type() instanceof MapType map) {
            element.setNum_children(1).setConverted_type(ConvertedType.MAP).setLogicalType(LogicalType.MAP(new org.apache.parquet.format.MapType()));
            elements.add(repeated("key_value", 2));
            add(map.field(map.keyId()), "key");
            add(map.field(map.valueId()), "value");
        }
        else if (field.type() instanceof ListType list) {
            element.setNum_children(1).setConverted_type(ConvertedType.LIST).setLogicalType(LogicalType.LIST(new org.apache.parquet.format.ListType()));
            elements.add(repeated("list", 1));
            add(list.field(list.elementId()), "element");
        }
        else if (field.type() instanceof StructType struct) {
            element.setNum_children(struct.fields().size());
            struct.fields().forEach(nested -> add(nested, nested.name()));
        }
        else {
            primitive(field.type(), element);
        }
    }

    private static SchemaElement repeated(String name, int children)
    {
        return new SchemaElement(name).setRepetition_type(FieldRepetitionType.REPEATED).setNum_children(children);
    }

    private static void primitive(Type type, SchemaElement element)
    {
        switch (type.typeId()) {
            case STRING -> element.setType(org.apache.parquet.format.Type.BYTE_ARRAY).setConverted_type(ConvertedType.UTF8).setLogicalType(LogicalType.STRING(new StringType()));
            case BINARY -> element.setType(org.apache.parquet.format.Type.BYTE_ARRAY);
            case LONG -> element.setType(org.apache.parquet.format.Type.INT64);
            case INTEGER -> element.setType(org.apache.parquet.format.Type.INT32);
            case DOUBLE -> element.setType(org.apache.parquet.format.Type.DOUBLE);
            case BOOLEAN -> element.setType(org.apache.parquet.format.Type.BOOLEAN);
            case TIMESTAMP -> {
                if (!((TimestampType) type).shouldAdjustToUTC()) {
                    throw unsupported(type);
                }
                element.setType(org.apache.parquet.format.Type.INT64)
                        .setConverted_type(ConvertedType.TIMESTAMP_MICROS)
                        .setLogicalType(LogicalType.TIMESTAMP(new org.apache.parquet.format.TimestampType(true, TimeUnit.MICROS(new MicroSeconds()))));
            }
            default -> throw unsupported(type);
        }
    }

    static IllegalArgumentException unsupported(Object type)
    {
        return new IllegalArgumentException("Cannot write a segment: no column of a signal table is of type %s".formatted(type));
    }
}
