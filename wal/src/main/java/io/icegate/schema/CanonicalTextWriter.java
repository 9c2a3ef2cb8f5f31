package io.icegate.schema;

import com.fasterxml.jackson.core.io.NumberOutput;
import io.icegate.schema.AttributeValue.Array;
import io.icegate.schema.AttributeValue.Bool;
import io.icegate.schema.AttributeValue.Bytes;
import io.icegate.schema.AttributeValue.Empty;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.AttributeValue.Int;
import io.icegate.schema.AttributeValue.KeyValues;
import io.icegate.schema.AttributeValue.Real;
import io.icegate.schema.AttributeValue.Text;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

final class CanonicalTextWriter
{
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder out = new StringBuilder();

    private CanonicalTextWriter() {}

    static CanonicalText write(AttributeValue value)
    {
        if (value instanceof Text text) {
            return new CanonicalText(CanonicalText.STRING, text.value());
        }
        if (value instanceof Int number) {
            return new CanonicalText(CanonicalText.INT, Long.toString(number.value()));
        }
        if (value instanceof Real number) {
            return new CanonicalText(CanonicalText.DOUBLE, doubleText(number.value()));
        }
        if (value instanceof Bool bool) {
            return new CanonicalText(CanonicalText.BOOL, Boolean.toString(bool.value()));
        }
        if (value instanceof Bytes bytes) {
            return new CanonicalText(CanonicalText.BYTES, base64(bytes.value()));
        }
        if (value instanceof Empty) {
            return new CanonicalText(CanonicalText.EMPTY, null);
        }
        boolean plain = isPlain(value);
        CanonicalTextWriter writer = new CanonicalTextWriter();
        if (plain) {
            writer.json(value);
        }
        else {
            writer.otlp(value);
        }
        char type = value instanceof Array
                ? (plain ? CanonicalText.ARRAY : CanonicalText.OTLP_ARRAY)
                : (plain ? CanonicalText.KEY_VALUES : CanonicalText.OTLP_KEY_VALUES);
        return new CanonicalText(type, writer.out.toString());
    }

    /**
     * The shortest decimal that reads back the same bits, as {@link Double#toString} writes it since JDK 19. Older JDKs,
     * which shared modules also run on, do not always find it, hence the implementation of a library.
     */
    static String doubleText(double value)
    {
        return NumberOutput.toString(value, true);
    }

    static String base64(ByteBuffer bytes)
    {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return Base64.getEncoder().encodeToString(copy);
    }

    /**
     * True when plain JSON gives the value back.
     */
    private static boolean isPlain(AttributeValue value)
    {
        if (value instanceof Real number) {
            return Double.isFinite(number.value());
        }
        if (value instanceof Array array) {
            return array.values().stream().allMatch(CanonicalTextWriter::isPlain);
        }
        if (value instanceof KeyValues list) {
            Set<String> keys = new HashSet<>();
            return list.entries().stream().allMatch(entry -> keys.add(entry.key()) && isPlain(entry.value()));
        }
        return !(value instanceof Bytes);
    }

    private void json(AttributeValue value)
    {
        if (value instanceof Text text) {
            quoted(text.value());
        }
        else if (value instanceof Array array) {
            out.append('[');
            List<AttributeValue> values = array.values();
            for (int i = 0; i < values.size(); i++) {
                separate(i);
                json(values.get(i));
            }
            out.append(']');
        }
        else if (value instanceof KeyValues list) {
            out.append('{');
            List<Entry> entries = list.entries();
            for (int i = 0; i < entries.size(); i++) {
                separate(i);
                quoted(entries.get(i).key());
                out.append(':');
                json(entries.get(i).value());
            }
            out.append('}');
        }
        else {
            out.append(write(value).text());
        }
    }

    private void otlp(AttributeValue value)
    {
        if (value instanceof Text text) {
            out.append("{\"stringValue\":");
            quoted(text.value());
            out.append('}');
        }
        else if (value instanceof Int number) {
            out.append("{\"intValue\":\"").append(number.value()).append("\"}");
        }
        else if (value instanceof Real number) {
            String text = doubleText(number.value());
            out.append("{\"doubleValue\":").append(Double.isFinite(number.value()) ? text : "\"" + text + "\"").append('}');
        }
        else if (value instanceof Bool bool) {
            out.append("{\"boolValue\":").append(bool.value()).append('}');
        }
        else if (value instanceof Bytes bytes) {
            out.append("{\"bytesValue\":\"").append(base64(bytes.value())).append("\"}");
        }
        else if (value instanceof Array array) {
            out.append("{\"arrayValue\":{\"values\":[");
            for (int i = 0; i < array.values().size(); i++) {
                separate(i);
                otlp(array.values().get(i));
            }
            out.append("]}}");
        }
        else if (value instanceof KeyValues list) {
            out.append("{\"kvlistValue\":{\"values\":[");
            for (int i = 0; i < list.entries().size(); i++) {
                Entry entry = list.entries().get(i);
                separate(i);
                out.append("{\"key\":");
                quoted(entry.key());
                out.append(",\"value\":");
                otlp(entry.value());
                out.append('}');
            }
            out.append("]}}");
        }
        else {
            out.append("{}");
        }
    }

    private void separate(int index)
    {
        if (index > 0) {
            out.append(',');
        }
    }

    private void quoted(String text)
    {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                default -> {
                    if (c < ' ') {
                        out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
                    }
                    else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
