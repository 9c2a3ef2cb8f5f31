package io.icegate.rest.protocol;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.rest.RESTRequest;
import org.apache.iceberg.rest.RESTSerializers;
import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * Reads and writes JSON as Iceberg's own client does.
 */
final class RestJson
{
    private static final ObjectMapper MAPPER = mapper();

    private RestJson() {}

    private static ObjectMapper mapper()
    {
        ObjectMapper mapper = JsonMapper.builder()
                .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
                .build();
        RESTSerializers.registerAll(mapper);
        return mapper;
    }

    /**
     * @throws BadRequestException when it is no such request
     */
    static <T> T read(byte[] json, Class<T> type)
    {
        @Nullable T read;
        try {
            read = MAPPER.readValue(json, type);
        }
        catch (JsonProcessingException e) {
            throw new BadRequestException(e, "Cannot parse request: %s", e.getOriginalMessage());
        }
        catch (IOException e) {
            throw new BadRequestException(e, "Cannot parse request: %s", e.getMessage());
        }
        if (read == null) {
            throw new BadRequestException("Cannot parse request: it is null");
        }
        if (read instanceof RESTRequest request) {
            request.validate();
        }
        return read;
    }

    static byte[] write(Object answer)
    {
        try {
            return MAPPER.writeValueAsBytes(answer);
        }
        catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write answer: " + e.getOriginalMessage(), e);
        }
    }
}
