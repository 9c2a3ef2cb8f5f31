package io.icegate.receiver.decode.json;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * The fields of a message by their JSON names. OTLP knows lowerCamelCase only.
 */
final class JsonMessage
{
    private static final Set<String> HEX_FIELDS = Set.of("traceId", "spanId", "parentSpanId");

    private final Map<String, Field> fields = new HashMap<>();
    private final Set<String> spellings = new HashSet<>();
    private final int doubleField;

    /**
     * @param index among the fields of its message
     * @param message null when the field is a scalar
     * @param isHex true for bytes that are written in hex
     */
    record Field(FieldDescriptor descriptor, int index, @Nullable JsonMessage message, boolean isHex)
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
        FieldDescriptor real = type.findFieldByName("double_value");
        message = new JsonMessage(real != null && real.getContainingOneof() != null ? real.getNumber() : 0);
        known.put(type, message);
        for (FieldDescriptor field : type.getFields()) {
            JsonMessage nested = field.getType() == FieldDescriptor.Type.MESSAGE ? of(field.getMessageType(), known) : null;
            boolean isHex = field.getType() == FieldDescriptor.Type.BYTES && HEX_FIELDS.contains(field.getJsonName());
            message.spellings.add(NearestName.plain(field.getJsonName()));
            message.fields.put(field.getJsonName(), new Field(field, field.getIndex(), nested, isHex));
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
     * Number of the double field in the same oneof as an integer field; 0 when there is none.
     */
    int doubleField()
    {
        return doubleField;
    }
}
