package io.icegate.receiver.decode;

import com.google.protobuf.Message;
import io.icegate.schema.AttributeValue;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.Attributes;
import io.icegate.schema.AttributesBuilder;
import io.icegate.schema.CanonicalText;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Turns values and attributes to their stored form, and collects why that form alone would lose something. For one
 * request, by one thread.
 */
final class ValueDecoder
{
    private static final long CANONICAL_NAN = Double.doubleToLongBits(Double.NaN);
    private static final String[] SMALL_INTEGERS = IntStream.range(0, 1_024).mapToObj(Integer::toString).toArray(String[]::new);
    private static final CanonicalText NO_VALUE = new CanonicalText(CanonicalText.EMPTY, null);

    private final DecodeLimits limits;
    private final AttributesBuilder builder = new AttributesBuilder();
    private int reasons;

    ValueDecoder(DecodeLimits limits)
    {
        this.limits = limits;
    }

    /**
     * Bits collected since the last call.
     */
    int takeReasons()
    {
        int taken = reasons;
        reasons = 0;
        return taken;
    }

    void addReason(int reason)
    {
        reasons |= reason;
    }

    /**
     * Remembers that a message holds fields we do not know.
     */
    void checkUnknown(Message message)
    {
        if (!message.getUnknownFields().isEmpty()) {
            reasons |= Reasons.UNKNOWN_FIELD;
        }
    }

    Attributes attributes(List<KeyValue> list)
    {
        int count = list.size();
        if (count > limits.attributesMax()) {
            throw new MalformedRequestException("%s attributes in one place, at most %s are allowed".formatted(count, limits.attributesMax()));
        }
        for (int i = 0; i < count; i++) {
            KeyValue attribute = list.get(i);
            checkKey(attribute);
            add(attribute.getKey(), attribute.getValue());
        }
        Attributes attributes = builder.build();
        if (builder.repeatedKey()) {
            reasons |= Reasons.DUPLICATE_KEY;
        }
        return attributes;
    }

    private void checkKey(KeyValue attribute)
    {
        checkUnknown(attribute);
        if (attribute.getKeyStrindex() != 0) {
            reasons |= Reasons.STRING_TABLE_INDEX;
        }
    }

    private void add(String key, AnyValue value)
    {
        switch (value.getValueCase()) {
            case STRING_VALUE -> {
                checkUnknown(value);
                builder.add(key, CanonicalText.STRING, value.getStringValue());
            }
            case INT_VALUE -> {
                checkUnknown(value);
                builder.add(key, CanonicalText.INT, integer(value.getIntValue()));
            }
            default -> {
                CanonicalText text = text(value);
                builder.add(key, text.type(), text.text());
            }
        }
    }

    CanonicalText text(AnyValue value)
    {
        checkUnknown(value);
        return switch (value.getValueCase()) {
            case STRING_VALUE -> new CanonicalText(CanonicalText.STRING, value.getStringValue());
            case INT_VALUE -> new CanonicalText(CanonicalText.INT, integer(value.getIntValue()));
            case DOUBLE_VALUE -> new CanonicalText(CanonicalText.DOUBLE, Double.toString(real(value)));
            case BOOL_VALUE -> new CanonicalText(CanonicalText.BOOL, Boolean.toString(value.getBoolValue()));
            case BYTES_VALUE -> new CanonicalText(CanonicalText.BYTES, Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray()));
            case ARRAY_VALUE, KVLIST_VALUE -> CanonicalText.of(tree(value, 1));
            case STRING_VALUE_STRINDEX -> {
                reasons |= Reasons.STRING_TABLE_INDEX;
                yield NO_VALUE;
            }
            case VALUE_NOT_SET -> NO_VALUE;
        };
    }

    /**
     * Status codes, ports and counts are most of the integers that there are.
     */
    private static String integer(long value)
    {
        return value >= 0 && value < SMALL_INTEGERS.length ? SMALL_INTEGERS[(int) value] : Long.toString(value);
    }

    private double real(AnyValue value)
    {
        double number = value.getDoubleValue();
        if (Double.isNaN(number) && Double.doubleToRawLongBits(number) != CANONICAL_NAN) {
            reasons |= Reasons.NAN_PAYLOAD;
        }
        return number;
    }

    private AttributeValue tree(AnyValue value, int depth)
    {
        if (depth > limits.depthMax()) {
            throw nestedTooDeep(limits);
        }
        checkUnknown(value);
        return switch (value.getValueCase()) {
            case STRING_VALUE -> new AttributeValue.Text(value.getStringValue());
            case INT_VALUE -> new AttributeValue.Int(value.getIntValue());
            case DOUBLE_VALUE -> new AttributeValue.Real(real(value));
            case BOOL_VALUE -> new AttributeValue.Bool(value.getBoolValue());
            case BYTES_VALUE -> new AttributeValue.Bytes(value.getBytesValue().asReadOnlyByteBuffer());
            case ARRAY_VALUE -> {
                checkUnknown(value.getArrayValue());
                List<AttributeValue> values = new ArrayList<>(value.getArrayValue().getValuesCount());
                for (AnyValue element : value.getArrayValue().getValuesList()) {
                    values.add(tree(element, depth + 1));
                }
                yield new AttributeValue.Array(values);
            }
            case KVLIST_VALUE -> {
                checkUnknown(value.getKvlistValue());
                List<Entry> entries = new ArrayList<>(value.getKvlistValue().getValuesCount());
                for (KeyValue entry : value.getKvlistValue().getValuesList()) {
                    checkKey(entry);
                    entries.add(new Entry(entry.getKey(), tree(entry.getValue(), depth + 1)));
                }
                yield new AttributeValue.KeyValues(entries);
            }
            case STRING_VALUE_STRINDEX -> {
                reasons |= Reasons.STRING_TABLE_INDEX;
                yield new AttributeValue.Empty();
            }
            case VALUE_NOT_SET -> new AttributeValue.Empty();
        };
    }

    static MalformedRequestException nestedTooDeep(DecodeLimits limits)
    {
        return new MalformedRequestException("values are nested deeper than %s levels".formatted(limits.depthMax()));
    }
}
