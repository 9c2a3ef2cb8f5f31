package io.icegate.receiver.decode.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import io.icegate.receiver.decode.json.JsonMessage.Field;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HexFormat;

import static java.util.Objects.requireNonNull;

/**
 * Writes the scalars of protobuf's JSON mapping. Every method reads the value that the parser stands on.
 */
final class JsonScalars
{
    /**
     * Digits before and after the decimal point of an integer in exponent form; 64 bits have 20.
     */
    private static final int EXPONENT_MAX = 32;
    /**
     * Characters of a number; the longest double that means something has fewer than 800.
     */
    private static final int NUMBER_LENGTH_MAX = 1_000;
    private static final int LONG_DIGITS = 18;
    private static final BigInteger INT64_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger INT64_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger UINT64_MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final BigInteger INT32_MIN = BigInteger.valueOf(Integer.MIN_VALUE);
    private static final BigInteger INT32_MAX = BigInteger.valueOf(Integer.MAX_VALUE);
    private static final BigInteger UINT32_MAX = BigInteger.valueOf(0xFFFF_FFFFL);
    private static final double TWO_TO_THE_63RD = 0x1p63;

    private final JsonParser parser;
    private final WireWriter out;
    private final boolean escaped;

    /**
     * @param escaped true when the text went through {@link Utf8Escape}
     */
    JsonScalars(JsonParser parser, WireWriter out, boolean escaped)
    {
        this.parser = requireNonNull(parser, "parser is null");
        this.out = requireNonNull(out, "out is null");
        this.escaped = escaped;
    }

    WrongValueException wrong(String reason)
    {
        return new WrongValueException(parser.getParsingContext().pathAsPointer().toString(), reason);
    }

    void write(Field field)
            throws IOException, WrongValueException
    {
        FieldDescriptor.Type type = field.descriptor().getType();
        int number = field.number();
        switch (type) {
            case STRING -> {
                String text = string("is not a string");
                out.tag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.text(text, escaped);
            }
            case BYTES -> {
                byte[] bytes = field.isHex() ? hex() : base64();
                out.tag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.bytes(bytes);
            }
            case BOOL -> varint(number, bool() ? 1 : 0);
            case DOUBLE -> fixed64(number, Double.doubleToRawLongBits(real()));
            case FLOAT -> fixed32(number, Float.floatToRawIntBits((float) real()));
            case INT64 -> varint(number, integer(INT64_MIN, INT64_MAX));
            case UINT64 -> varint(number, integer(BigInteger.ZERO, UINT64_MAX));
            case SINT64 -> varint(number, zigZag(integer(INT64_MIN, INT64_MAX)));
            case FIXED64 -> fixed64(number, integer(BigInteger.ZERO, UINT64_MAX));
            case SFIXED64 -> fixed64(number, integer(INT64_MIN, INT64_MAX));
            case INT32 -> varint(number, integer(INT32_MIN, INT32_MAX));
            case UINT32 -> varint(number, integer(BigInteger.ZERO, UINT32_MAX));
            case SINT32 -> varint(number, zigZag(integer(INT32_MIN, INT32_MAX)));
            case FIXED32 -> fixed32(number, (int) integer(BigInteger.ZERO, UINT32_MAX));
            case SFIXED32 -> fixed32(number, (int) integer(INT32_MIN, INT32_MAX));
            case ENUM -> varint(number, enumeration(field.descriptor()));
            case MESSAGE, GROUP -> throw new IllegalArgumentException("Cannot write %s: it is no scalar".formatted(field.descriptor()));
        }
    }

    /**
     * Writes a 64-bit integer, or, when it is a number beyond 64 bits, the double that it is: JavaScript knows no other
     * numbers, and its exporters call every whole one an integer.
     */
    void integerOrDouble(Field field, int doubleField)
            throws IOException, WrongValueException
    {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= LONG_DIGITS) {
            integer(field, parser.getLongValue());
            return;
        }
        if (parser.currentToken().isNumeric()) {
            double value = real();
            boolean isWhole = value == Math.rint(value);
            if (isWhole && (value >= TWO_TO_THE_63RD || value <= -TWO_TO_THE_63RD) && !isInt64()) {
                if (value == -TWO_TO_THE_63RD) {
                    integer(field, Long.MIN_VALUE);
                }
                else {
                    fixed64(doubleField, Double.doubleToRawLongBits(value));
                }
                return;
            }
        }
        write(field);
    }

    private void integer(Field field, long value)
    {
        if (field.descriptor().getType() == FieldDescriptor.Type.SFIXED64) {
            fixed64(field.number(), value);
        }
        else {
            varint(field.number(), value);
        }
    }

    private boolean isInt64()
            throws IOException
    {
        String text = parser.getText();
        if (text.length() > LONG_DIGITS + 2) {
            return false;
        }
        try {
            Long.parseLong(text);
            return true;
        }
        catch (NumberFormatException e) {
            return false;
        }
    }

    private void varint(int number, long value)
    {
        out.tag(number, WireFormat.WIRETYPE_VARINT);
        out.varint(value);
    }

    private void fixed64(int number, long value)
    {
        out.tag(number, WireFormat.WIRETYPE_FIXED64);
        out.fixed64(value);
    }

    private void fixed32(int number, int value)
    {
        out.tag(number, WireFormat.WIRETYPE_FIXED32);
        out.fixed32(value);
    }

    private static long zigZag(long value)
    {
        return value << 1 ^ value >> 63;
    }

    private boolean bool()
            throws WrongValueException
    {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw wrong("is not true or false");
        };
    }

    /**
     * A number, or a string of one; exponents are fine as long as the value is whole.
     */
    private long integer(BigInteger min, BigInteger max)
            throws IOException, WrongValueException
    {
        String text = numberText();
        BigInteger value;
        try {
            value = text.length() <= LONG_DIGITS && isDecimal(text) ? BigInteger.valueOf(Long.parseLong(text)) : whole(text);
        }
        catch (ArithmeticException | NumberFormatException e) {
            throw wrong("is not an integer");
        }
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw wrong("is not an integer from %s to %s".formatted(min, max));
        }
        return value.longValue();
    }

    private static boolean isDecimal(String text)
    {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static BigInteger whole(String text)
    {
        BigDecimal number = new BigDecimal(text);
        if (number.signum() != 0 && (number.scale() > EXPONENT_MAX || number.scale() < -EXPONENT_MAX)) {
            throw new NumberFormatException("out of range");
        }
        return number.signum() == 0 ? BigInteger.ZERO : number.toBigIntegerExact();
    }

    private String numberText()
            throws IOException, WrongValueException
    {
        return switch (parser.currentToken()) {
            case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                if (parser.getTextLength() > NUMBER_LENGTH_MAX) {
                    throw wrong("is a number of more than %s digits".formatted(NUMBER_LENGTH_MAX));
                }
                yield parser.getText();
            }
            default -> throw wrong("is not a number");
        };
    }

    private double real()
            throws IOException, WrongValueException
    {
        String text = numberText();
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            switch (text) {
                case "NaN" -> {
                    return Double.NaN;
                }
                case "Infinity" -> {
                    return Double.POSITIVE_INFINITY;
                }
                case "-Infinity" -> {
                    return Double.NEGATIVE_INFINITY;
                }
                default -> {
                    // a number in a string
                }
            }
        }
        if (!text.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E')) {
            throw wrong("is not a number");
        }
        try {
            double value = Double.parseDouble(text);
            if (Double.isInfinite(value)) {
                throw wrong("is not a number that a double can hold");
            }
            return value;
        }
        catch (NumberFormatException e) {
            throw wrong("is not a number");
        }
    }

    private long enumeration(FieldDescriptor field)
            throws IOException, WrongValueException
    {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            @Nullable EnumValueDescriptor value = field.getEnumType().findValueByName(parser.getText());
            if (value != null) {
                return value.getNumber();
            }
        }
        return integer(INT32_MIN, INT32_MAX);
    }

    /**
     * Base64 of either alphabet, padded or not.
     */
    private byte[] base64()
            throws IOException, WrongValueException
    {
        String text = string("is not base64 in a string");
        try {
            return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
        }
        catch (IllegalArgumentException e) {
            throw wrong("is not base64");
        }
    }

    private byte[] hex()
            throws IOException, WrongValueException
    {
        String text = string("is not hex digits in a string");
        try {
            return HexFormat.of().parseHex(text);
        }
        catch (IllegalArgumentException e) {
            throw wrong("is not hex digits");
        }
    }

    private String string(String reason)
            throws IOException, WrongValueException
    {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong(reason);
        }
        return parser.getText();
    }
}
