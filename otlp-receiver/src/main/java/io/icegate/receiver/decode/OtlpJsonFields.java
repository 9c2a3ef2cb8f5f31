package io.icegate.receiver.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.logs.v1.SeverityNumber;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The scalars, objects and arrays of protobuf's JSON mapping. Every method reads the value the parser stands on and leaves
 * it on that value's last token.
 */
final class OtlpJsonFields
{
    /**
     * Digits before and after the decimal point of an integer in exponent form; 64 bits have 20.
     */
    private static final int EXPONENT_MAX = 32;
    private static final BigInteger INT64_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger INT64_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger UINT64_MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final BigInteger INT32_MIN = BigInteger.valueOf(Integer.MIN_VALUE);
    private static final BigInteger INT32_MAX = BigInteger.valueOf(Integer.MAX_VALUE);
    private static final BigInteger UINT32_MAX = BigInteger.valueOf(0xFFFF_FFFFL);

    private final JsonParser parser;

    interface Field
    {
        void read(String name)
                throws IOException;
    }

    interface Element
    {
        void read()
                throws IOException;
    }

    OtlpJsonFields(JsonParser parser)
    {
        this.parser = parser;
    }

    /**
     * Fields that are null are as good as absent.
     */
    void object(Field field)
            throws IOException
    {
        expect(JsonToken.START_OBJECT, "an object");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_NULL) {
                field.read(name);
            }
        }
    }

    void array(Element element)
            throws IOException
    {
        expect(JsonToken.START_ARRAY, "an array");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            element.read();
        }
    }

    void skip()
            throws IOException
    {
        parser.skipChildren();
    }

    String text()
            throws IOException
    {
        expect(JsonToken.VALUE_STRING, "a string");
        String text = parser.getText();
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isHighSurrogate(text.charAt(i)) || i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw wrong("a string without unpaired surrogates");
                }
                i++;
            }
        }
        return text;
    }

    boolean bool()
            throws IOException
    {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw wrong("true or false");
        };
    }

    long int64()
            throws IOException
    {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        return integer(INT64_MIN, INT64_MAX).longValue();
    }

    long uint64()
            throws IOException
    {
        return integer(BigInteger.ZERO, UINT64_MAX).longValue();
    }

    int int32()
            throws IOException
    {
        return integer(INT32_MIN, INT32_MAX).intValue();
    }

    int uint32()
            throws IOException
    {
        return integer(BigInteger.ZERO, UINT32_MAX).intValue();
    }

    /**
     * A number, or a string of one; exponents are fine as long as the value is whole.
     */
    private BigInteger integer(BigInteger min, BigInteger max)
            throws IOException
    {
        BigInteger value;
        try {
            String text = numberText();
            value = text.length() <= 18 && isDecimal(text) ? BigInteger.valueOf(Long.parseLong(text)) : whole(text);
        }
        catch (ArithmeticException | NumberFormatException e) {
            throw wrong("an integer");
        }
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw wrong("an integer from %s to %s".formatted(min, max));
        }
        return value;
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
            throws IOException
    {
        return switch (parser.currentToken()) {
            case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getText();
            default -> throw wrong("a number");
        };
    }

    double real()
            throws IOException
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
            throw wrong("a number");
        }
        try {
            double value = Double.parseDouble(text);
            if (Double.isInfinite(value)) {
                throw wrong("a number that a double can hold");
            }
            return value;
        }
        catch (NumberFormatException e) {
            throw wrong("a number");
        }
    }

    int severity()
            throws IOException
    {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            String text = parser.getText();
            for (SeverityNumber severity : SeverityNumber.values()) {
                if (severity.name().equals(text) && severity != SeverityNumber.UNRECOGNIZED) {
                    return severity.getNumber();
                }
            }
        }
        return int32();
    }

    /**
     * Base64 of either alphabet, padded or not.
     */
    ByteString base64()
            throws IOException
    {
        expect(JsonToken.VALUE_STRING, "base64 in a string");
        try {
            return ByteString.copyFrom(Base64.getDecoder().decode(parser.getText().replace('-', '+').replace('_', '/')));
        }
        catch (IllegalArgumentException e) {
            throw wrong("base64");
        }
    }

    ByteString hex()
            throws IOException
    {
        expect(JsonToken.VALUE_STRING, "hex digits in a string");
        try {
            return ByteString.copyFrom(HexFormat.of().parseHex(parser.getText()));
        }
        catch (IllegalArgumentException e) {
            throw wrong("hex digits");
        }
    }

    private void expect(JsonToken token, String what)
            throws IOException
    {
        if (parser.currentToken() != token) {
            throw wrong(what);
        }
    }

    private MalformedRequestException wrong(String expected)
    {
        return new MalformedRequestException("JSON field %s is not %s".formatted(parser.getParsingContext().pathAsPointer(), expected));
    }
}
