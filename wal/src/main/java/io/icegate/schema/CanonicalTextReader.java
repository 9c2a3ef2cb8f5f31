package io.icegate.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.icegate.schema.AttributeValue.Array;
import io.icegate.schema.AttributeValue.Bool;
import io.icegate.schema.AttributeValue.Bytes;
import io.icegate.schema.AttributeValue.Empty;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.AttributeValue.Int;
import io.icegate.schema.AttributeValue.KeyValues;
import io.icegate.schema.AttributeValue.Real;
import io.icegate.schema.AttributeValue.Text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import static java.util.Objects.requireNonNull;

final class CanonicalTextReader
{
    /**
     * OTLP-JSON takes up to five levels per level of the value, and writers refuse values deeper than 64.
     */
    private static final int JSON_DEPTH_MAX = 512;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(JSON_DEPTH_MAX).maxStringLength(Integer.MAX_VALUE).build())
            .build();

    private CanonicalTextReader() {}

    static AttributeValue read(CanonicalText canonical)
    {
        if (canonical.type() == CanonicalText.EMPTY) {
            return new Empty();
        }
        String text = requireNonNull(canonical.text(), "text is null");
        return switch (canonical.type()) {
            case CanonicalText.STRING -> new Text(text);
            case CanonicalText.INT -> new Int(Long.parseLong(text));
            case CanonicalText.DOUBLE -> new Real(Double.parseDouble(text));
            case CanonicalText.BOOL -> new Bool(bool(text));
            case CanonicalText.BYTES -> new Bytes(ByteBuffer.wrap(Base64.getDecoder().decode(text)));
            case CanonicalText.ARRAY, CanonicalText.KEY_VALUES -> parse(text, CanonicalTextReader::json);
            case CanonicalText.OTLP_ARRAY, CanonicalText.OTLP_KEY_VALUES -> parse(text, CanonicalTextReader::otlp);
            default -> throw new IllegalArgumentException("Cannot read a stored value: unknown type '%s'".formatted(canonical.type()));
        };
    }

    private static boolean bool(String text)
    {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("Cannot read a stored boolean: '%s'".formatted(text));
        };
    }

    private interface Grammar
    {
        AttributeValue read(JsonParser parser)
                throws IOException;
    }

    private static AttributeValue parse(String text, Grammar grammar)
    {
        try (JsonParser parser = JSON.createParser(text)) {
            parser.nextToken();
            AttributeValue value = grammar.read(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("Cannot read a stored value: text follows it");
            }
            return value;
        }
        catch (IOException e) {
            throw new IllegalArgumentException("Cannot read a stored value: " + e.getMessage(), e);
        }
    }

    private static AttributeValue json(JsonParser parser)
            throws IOException
    {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new IllegalArgumentException("Cannot read a stored value: it is empty");
        }
        return switch (token) {
            case VALUE_STRING -> new Text(parser.getText());
            case VALUE_NUMBER_INT -> new Int(parser.getLongValue());
            case VALUE_NUMBER_FLOAT -> new Real(Double.parseDouble(parser.getText()));
            case VALUE_TRUE, VALUE_FALSE -> new Bool(parser.getBooleanValue());
            case VALUE_NULL -> new Empty();
            case START_ARRAY -> {
                List<AttributeValue> values = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    values.add(json(parser));
                }
                yield new Array(values);
            }
            case START_OBJECT -> {
                List<Entry> entries = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    parser.nextToken();
                    entries.add(new Entry(key, json(parser)));
                }
                yield new KeyValues(entries);
            }
            default -> throw new IllegalArgumentException("Cannot read a stored value: unexpected " + token);
        };
    }

    /**
     * Only what {@link CanonicalTextWriter} writes.
     */
    private static AttributeValue otlp(JsonParser parser)
            throws IOException
    {
        expect(parser, JsonToken.START_OBJECT);
        if (parser.nextToken() == JsonToken.END_OBJECT) {
            return new Empty();
        }
        String field = parser.currentName();
        parser.nextToken();
        AttributeValue value = switch (field) {
            case "stringValue" -> new Text(parser.getText());
            case "intValue" -> new Int(Long.parseLong(parser.getText()));
            case "doubleValue" -> new Real(Double.parseDouble(parser.getText()));
            case "boolValue" -> new Bool(bool(parser.getText()));
            case "bytesValue" -> new Bytes(ByteBuffer.wrap(Base64.getDecoder().decode(parser.getText())));
            case "arrayValue" -> {
                List<AttributeValue> values = new ArrayList<>();
                openValues(parser);
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    values.add(otlp(parser));
                }
                next(parser, JsonToken.END_OBJECT);
                yield new Array(values);
            }
            case "kvlistValue" -> {
                List<Entry> entries = new ArrayList<>();
                openValues(parser);
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    entries.add(otlpEntry(parser));
                }
                next(parser, JsonToken.END_OBJECT);
                yield new KeyValues(entries);
            }
            default -> throw new IllegalArgumentException("Cannot read a stored value: unknown field '%s'".formatted(field));
        };
        next(parser, JsonToken.END_OBJECT);
        return value;
    }

    private static Entry otlpEntry(JsonParser parser)
            throws IOException
    {
        expect(parser, JsonToken.START_OBJECT);
        name(parser, "key");
        next(parser, JsonToken.VALUE_STRING);
        String key = parser.getText();
        name(parser, "value");
        parser.nextToken();
        AttributeValue value = otlp(parser);
        next(parser, JsonToken.END_OBJECT);
        return new Entry(key, value);
    }

    private static void openValues(JsonParser parser)
            throws IOException
    {
        expect(parser, JsonToken.START_OBJECT);
        name(parser, "values");
        next(parser, JsonToken.START_ARRAY);
    }

    private static void name(JsonParser parser, String name)
            throws IOException
    {
        next(parser, JsonToken.FIELD_NAME);
        if (!parser.currentName().equals(name)) {
            throw new IllegalArgumentException("Cannot read a stored value: expected '%s', found '%s'".formatted(name, parser.currentName()));
        }
    }

    private static void next(JsonParser parser, JsonToken token)
            throws IOException
    {
        parser.nextToken();
        expect(parser, token);
    }

    private static void expect(JsonParser parser, JsonToken token)
    {
        if (parser.currentToken() != token) {
            throw new IllegalArgumentException("Cannot read a stored value: expected %s, found %s".formatted(token, parser.currentToken()));
        }
    }
}
