package io.icegate.receiver.decode.json;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import io.icegate.server.NearestName;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * The fields of a message by their JSON names. OTLP knows lowerCamelCase only.
 */
final class JsonMessage
{
    private static final Set<String> HEX_FIELDS = Set.of("traceId", "spanId", "parentSpanId");
    private static final List<String> DOUBLE_FIELDS = List.of("double_value", "as_double");
    static final String POINTS_NAME = "dataPoints";

    private final Map<String, Field> fields = new HashMap<>();
    private final Set<String> spellings = new HashSet<>();
    private final int doubleField;

    /**
     * @param index among the fields of its message
     * @param message null when the field is a scalar
     * @param isHex true for bytes that are written in hex
     * @param isPoints true for the data points of a metric
     */
    record Field(FieldDescriptor descriptor, int index, @Nullable JsonMessage message, boolean isHex, boolean isPoints)
    {
        int number()
        {
            return descriptor.getNumber();
        }

        JsonMessage requireMessage()
        {
            return requireNonNull(message, "message is null");
        }
    }

    private JsonMessage(int doubleField)
    {
        this.doubleField = doubleField;
    }

    static JsonMessage of(Descriptor type)
    {
        return of(type, new HashMap<>());
    }

    /**
     * @param known because values hold values
     */
    private static JsonMessage of(Descriptor type, Map<Descriptor, JsonMessage> known)
    {
        JsonMessage message = known.get(type);
        if (message != null) {
            return message;
        }
        message = new JsonMessage(DOUBLE_FIELDS.stream()
                .map(type::findFieldByName)
                .filter(field -> field != null && field.getContainingOneof() != null)
                .mapToInt(FieldDescriptor::getNumber)
                .findFirst()
                .orElse(0));
        known.put(type, message);
        for (FieldDescriptor field : type.getFields()) {
            JsonMessage nested = field.getType() == FieldDescriptor.Type.MESSAGE ? of(field.getMessageType(), known) : null;
            boolean isHex = field.getType() == FieldDescriptor.Type.BYTES && HEX_FIELDS.contains(field.getJsonName());
            boolean isPoints = nested != null && field.isRepeated() && field.getJsonName().equals(POINTS_NAME);
            message.spellings.add(NearestName.plain(field.getJsonName()));
            message.fields.put(field.getJsonName(), new Field(field, field.getIndex(), nested, isHex, isPoints));
        }
        return message;
    }

    @Nullable
    Field field(String name)
    {
        return fields.get(name);
    }

    /**
     * True for a name that is one of these fields but for case and separators.
     */
    boolean isSpelling(String name)
    {
        return spellings.contains(NearestName.plain(name));
    }

    Collection<String> names()
    {
        return fields.keySet();
    }

    /**
     * Writes a metric that has so many data points and nothing else.
     */
    void writePoints(int count, WireWriter out)
    {
        for (Field data : fields.values()) {
            Field points = data.message() == null ? null : data.message().points();
            if (points != null) {
                out.tag(data.number(), WireFormat.WIRETYPE_LENGTH_DELIMITED);
                int begin = out.begin();
                for (int i = 0; i < count; i++) {
                    out.tag(points.number(), WireFormat.WIRETYPE_LENGTH_DELIMITED);
                    out.varint(0);
                }
                out.end(begin);
                return;
            }
        }
    }

    private @Nullable Field points()
    {
        return fields.values().stream().filter(Field::isPoints).findFirst().orElse(null);
    }

    /**
     * Number of the double field in the same oneof as an integer field; 0 when there is none.
     */
    int doubleField()
    {
        return doubleField;
    }
}
