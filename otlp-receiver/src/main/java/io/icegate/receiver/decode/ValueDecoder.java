package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.icegate.schema.AttributeValue;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.Attributes;
import io.icegate.schema.AttributesBuilder;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.TraceContext;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

import static java.util.Objects.requireNonNull;

/**
 * Turns values and attributes to their stored form, and collects why that form alone would lose something. For one
 * request, by one thread.
 */
public final class ValueDecoder
{
    private static final int UTF8_BYTES_MAX = 3; // of one char
    private static final long CANONICAL_NAN = Double.doubleToLongBits(Double.NaN);
    private static final String[] SMALL_INTEGERS = IntStream.range(0, 1_024).mapToObj(Integer::toString).toArray(String[]::new);
    private static final CanonicalText NO_VALUE = new CanonicalText(CanonicalText.EMPTY, null);

    private final DecodeLimits limits;
    private final AttributesBuilder builder = new AttributesBuilder();
    private int reasons;
    private long count;

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

    /**
     * Attributes turned to their stored form since the last call.
     */
    long takeCount()
    {
        long taken = count;
        count = 0;
        return taken;
    }

    /**
     * Counts attributes that were stored without this decoder.
     */
    void count(long attributes)
    {
        count += attributes;
    }

    /**
     * Forgets a message that is not stored after all.
     */
    void discard()
    {
        builder.build();
        reasons = 0;
        count = 0;
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

    /**
     * A string that is NULL when empty.
     */
    @Nullable
    String column(String text)
    {
        return text.isEmpty() ? null : bounded(text);
    }

    @Nullable
    String traceId(ByteString id)
    {
        return id(id, TraceContext.TRACE_ID_BYTES);
    }

    @Nullable
    String spanId(ByteString id)
    {
        return id(id, TraceContext.SPAN_ID_BYTES);
    }

    /**
     * An id in lower-case hex, also one of another length. Clients that send the hex text in place of the bytes mean the id
     * that it spells.
     *
     * @param length that the specification gives
     */
    private @Nullable String id(ByteString id, int length)
    {
        if (id.size() == 2 * length) {
            try {
                ByteString meant = ByteString.fromHex(id.toStringUtf8());
                reasons |= Reasons.ID_FORM;
                return id(meant);
            }
            catch (NumberFormatException e) {
                // bytes, then
            }
        }
        return id(id);
    }

    /**
     * Bytes of an id in lower-case hex. NULL when there are none, or all are zero, which means none as well.
     */
    @Nullable
    String id(ByteString id)
    {
        if (id.isEmpty()) {
            return null;
        }
        if (isZero(id)) {
            reasons |= Reasons.ID_FORM;
            return null;
        }
        // a byte more than fits shows that the id is too long
        int size = Math.min(id.size(), limits.valueBytesMax() / 2 + 1);
        return column(HexFormat.of().formatHex(id.substring(0, size).toByteArray()));
    }

    private static boolean isZero(ByteString id)
    {
        for (int i = 0; i < id.size(); i++) {
            if (id.byteAt(i) != 0) {
                return false;
            }
        }
        return true;
    }

    Attributes attributes(List<KeyValue> list)
            throws BadRecordException
    {
        List<KeyValue> stored = bounded(list);
        int size = stored.size();
        for (int i = 0; i < size; i++) {
            KeyValue attribute = stored.get(i);
            checkKey(attribute);
            add(bounded(attribute.getKey()), attribute.getValue());
        }
        count += size;
        Attributes attributes = builder.build();
        if (builder.repeatedKey()) {
            reasons |= Reasons.DUPLICATE_KEY;
        }
        return attributes;
    }

    /**
     * The keys of an entity reference.
     */
    List<String> keys(List<String> list)
    {
        return bounded(list).stream().map(this::bounded).toList();
    }

    /**
     * The beginning of a list that is longer than a column takes.
     */
    <T> List<T> bounded(List<T> list)
    {
        if (list.size() <= limits.attributesMax()) {
            return list;
        }
        reasons |= Reasons.SHORTENED;
        return list.subList(0, limits.attributesMax());
    }

    /**
     * Numbers of a list, as many as a column takes.
     */
    long[] longs(List<Long> list)
    {
        List<Long> stored = bounded(list);
        count += stored.size();
        long[] numbers = new long[stored.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = stored.get(i);
        }
        return numbers;
    }

    /**
     * As {@link #longs}.
     */
    double[] reals(List<Double> list)
    {
        List<Double> stored = bounded(list);
        count += stored.size();
        double[] numbers = new double[stored.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = real(stored.get(i));
        }
        return numbers;
    }

    /**
     * The beginning of a text that is longer than a column takes.
     */
    private String bounded(String text)
    {
        if (text.length() <= limits.valueBytesMax() / UTF8_BYTES_MAX) {
            return text;
        }
        long bytes = 0;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4;
            if (bytes > limits.valueBytesMax()) {
                reasons |= Reasons.SHORTENED;
                return text.substring(0, i);
            }
            i += Character.charCount(character);
        }
        return text;
    }

    /**
     * The beginning of a text is no longer of the type that the whole was.
     */
    @SuppressWarnings("ReferenceEquality") // the same instance when nothing was cut off
    private CanonicalText bounded(char type, String text)
    {
        String bounded = bounded(text);
        return new CanonicalText(bounded == text ? type : CanonicalText.STRING, bounded);
    }

    private void checkKey(KeyValue attribute)
    {
        checkUnknown(attribute);
        if (attribute.getKeyStrindex() != 0) {
            reasons |= Reasons.STRING_TABLE_INDEX;
        }
    }

    private void add(String key, AnyValue value)
            throws BadRecordException
    {
        switch (value.getValueCase()) {
            case STRING_VALUE -> {
                checkUnknown(value);
                builder.add(key, CanonicalText.STRING, bounded(value.getStringValue()));
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
            throws BadRecordException
    {
        checkUnknown(value);
        return switch (value.getValueCase()) {
            case STRING_VALUE -> new CanonicalText(CanonicalText.STRING, bounded(value.getStringValue()));
            case INT_VALUE -> new CanonicalText(CanonicalText.INT, integer(value.getIntValue()));
            case DOUBLE_VALUE -> new CanonicalText(CanonicalText.DOUBLE, Double.toString(real(value)));
            case BOOL_VALUE -> new CanonicalText(CanonicalText.BOOL, Boolean.toString(value.getBoolValue()));
            case BYTES_VALUE -> bounded(CanonicalText.BYTES, Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray()));
            case ARRAY_VALUE, KVLIST_VALUE -> {
                CanonicalText text = CanonicalText.of(tree(value, 1));
                yield bounded(text.type(), requireNonNull(text.text()));
            }
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
        return real(value.getDoubleValue());
    }

    /**
     * A double, which is canonical when it is no number.
     */
    double real(double number)
    {
        if (Double.isNaN(number) && Double.doubleToRawLongBits(number) != CANONICAL_NAN) {
            reasons |= Reasons.NAN_PAYLOAD;
            return Double.NaN;
        }
        return number;
    }

    private AttributeValue tree(AnyValue value, int depth)
            throws BadRecordException
    {
        if (depth > limits.depthMax()) {
            throw new BadRecordException(nestedTooDeep(limits));
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

    static String nestedTooDeep(DecodeLimits limits)
    {
        return "values are nested deeper than %s levels".formatted(limits.depthMax());
    }
}
