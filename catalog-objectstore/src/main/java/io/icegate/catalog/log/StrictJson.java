package io.icegate.catalog.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import static com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION;

/**
 * Reads our JSON objects. A field that is missing, of another type, given twice or not known is an error, because a process
 * that does not understand all of the catalog must not write to it.
 */
final class StrictJson
{
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonFactory FACTORY = MAPPER.getFactory();

    private final String what;
    private final JsonNode node;

    private StrictJson(String what, JsonNode node)
    {
        this.what = what;
        this.node = node;
    }

    static StrictJson parse(String what, byte[] content)
    {
        try {
            return object(what, MAPPER.readTree(content));
        }
        catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Cannot read %s: %s".formatted(what, e.getOriginalMessage()), e);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StrictJson object(String what, JsonNode node)
    {
        if (!node.isObject()) {
            throw new IllegalArgumentException("Cannot read %s: not a JSON object".formatted(what));
        }
        return new StrictJson(what, node);
    }

    StrictJson allow(Set<String> fields)
    {
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!fields.contains(name)) {
                throw new IllegalArgumentException("Cannot read %s: field '%s' is not known, it was written by a newer version".formatted(what, name));
            }
        }
        return this;
    }

    boolean has(String field)
    {
        return node.hasNonNull(field);
    }

    boolean mentions(String field)
    {
        return node.has(field);
    }

    String text(String field)
    {
        return optionalText(field).orElseThrow(() -> wrong(field, "a string"));
    }

    Optional<String> optionalText(String field)
    {
        if (!has(field)) {
            return Optional.empty();
        }
        if (!node.get(field).isTextual()) {
            throw wrong(field, "a string");
        }
        return Optional.of(node.get(field).textValue());
    }

    long number(String field)
    {
        if (!has(field) || !node.get(field).canConvertToLong() || !node.get(field).isIntegralNumber()) {
            throw wrong(field, "an integer");
        }
        return node.get(field).longValue();
    }

    UUID uuid(String field)
    {
        String text = text(field);
        UUID uuid;
        try {
            uuid = UUID.fromString(text);
        }
        catch (IllegalArgumentException e) {
            throw wrong(field, "a UUID");
        }
        if (!uuid.toString().equals(text)) {
            throw wrong(field, "a UUID in lower case");
        }
        return uuid;
    }

    List<String> texts(String field)
    {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(field)) {
            if (!element.isTextual()) {
                throw wrong(field, "an array of strings");
            }
            texts.add(element.textValue());
        }
        return texts;
    }

    List<StrictJson> objects(String field)
    {
        List<StrictJson> objects = new ArrayList<>();
        array(field).forEach(element -> objects.add(object(what, element)));
        return objects;
    }

    StrictJson object(String field)
    {
        if (!has(field) || !node.get(field).isObject()) {
            throw wrong(field, "an object");
        }
        return new StrictJson(what, node.get(field));
    }

    List<String> fieldNames()
    {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private JsonNode array(String field)
    {
        if (!has(field) || !node.get(field).isArray()) {
            throw wrong(field, "an array");
        }
        return node.get(field);
    }

    private IllegalArgumentException wrong(String field, String expected)
    {
        return new IllegalArgumentException("Cannot read %s: field '%s' is not %s".formatted(what, field, expected));
    }

    static byte[] write(Writer writer)
    {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            writer.write(json);
            json.writeEndObject();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    interface Writer
    {
        void write(JsonGenerator json)
                throws IOException;
    }
}
