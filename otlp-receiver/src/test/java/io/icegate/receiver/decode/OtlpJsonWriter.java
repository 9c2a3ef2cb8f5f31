package io.icegate.receiver.decode;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Writes OTLP's JSON encoding in all the ways that senders may: numbers as numbers or strings, enums as numbers or names, hex
 * in any case, fields in any order, defaults left out or not, unknown fields in between.
 */
public final class OtlpJsonWriter
{
    private static final Set<String> HEX_FIELDS = Set.of("trace_id", "span_id", "parent_span_id");

    private final Random random;

    public OtlpJsonWriter(Random random)
    {
        this.random = random;
    }

    public String write(Message message)
    {
        List<String> fields = new ArrayList<>();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                List<?> values = (List<?>) message.getField(field);
                fields.add(field(field.getJsonName(), "[" + String.join(",", values.stream().map(value -> value(field, value)).toList()) + "]"));
            }
            else if (message.hasField(field) || (!field.hasPresence() && random.nextBoolean())) {
                fields.add(field(field.getJsonName(), value(field, message.getField(field))));
            }
        }
        if (random.nextInt(10) == 0) {
            fields.add(field("fromTheFuture", "{\"a\":[1,{\"b\":null}]}"));
        }
        if (random.nextInt(10) == 0) {
            fields.add(field("time_unix_nano", "17"));
        }
        Collections.shuffle(fields, random);
        return "{" + String.join(random.nextBoolean() ? "," : " ,\n\t", fields) + "}";
    }

    private String value(FieldDescriptor field, Object value)
    {
        return switch (field.getType()) {
            case MESSAGE -> write((Message) value);
            case STRING -> text((String) value);
            case BYTES -> HEX_FIELDS.contains(field.getName()) ? hex((ByteString) value) : base64((ByteString) value);
            case BOOL -> value.toString();
            case ENUM -> enumeration((EnumValueDescriptor) value);
            case DOUBLE -> Double.isFinite((Double) value) ? number(value.toString()) : "\"" + value + "\"";
            case FIXED64, UINT64 -> number(Long.toUnsignedString((Long) value));
            case FIXED32, UINT32 -> number(Integer.toUnsignedString((Integer) value));
            case INT32, INT64, SINT32, SINT64, SFIXED32, SFIXED64 -> number(value.toString());
            case FLOAT, GROUP -> throw new IllegalArgumentException("OTLP has no " + field);
        };
    }

    /**
     * An unknown value has no name.
     */
    private String enumeration(EnumValueDescriptor value)
    {
        boolean named = value.getType().findValueByNumber(value.getNumber()) != null;
        return named && random.nextBoolean() ? "\"" + value.getName() + "\"" : number(Integer.toString(value.getNumber()));
    }

    private static String field(String name, String value)
    {
        return "\"" + name + "\":" + value;
    }

    private static String text(String text)
    {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }

    private String number(String number)
    {
        return random.nextBoolean() ? number : "\"" + number + "\"";
    }

    private String hex(ByteString id)
    {
        return "\"" + (random.nextBoolean() ? HexFormat.of() : HexFormat.of().withUpperCase()).formatHex(id.toByteArray()) + "\"";
    }

    private String base64(ByteString bytes)
    {
        Base64.Encoder encoder = random.nextBoolean() ? Base64.getEncoder() : Base64.getUrlEncoder();
        return "\"" + (random.nextBoolean() ? encoder : encoder.withoutPadding()).encodeToString(bytes.toByteArray()) + "\"";
    }
}
