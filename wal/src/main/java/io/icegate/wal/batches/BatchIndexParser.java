package io.icegate.wal.batches;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndex.Origin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * {@code {"format":1,"table":…,"segments":{"<writer>/<sequence>":"<base64>",…},"crc32c":…}}, see docs/format/wal.md. Unknown
 * fields are ignored, an unknown format is refused.
 */
final class BatchIndexParser
{
    private static final int FORMAT = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private BatchIndexParser() {}

    static byte[] toJson(UUID table, BatchIndex index)
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = MAPPER.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("format", FORMAT);
            json.writeStringField("table", table.toString());
            json.writeObjectFieldStart("segments");
            CRC32C crc = new CRC32C();
            for (int i = 0; i < index.origins().size(); i++) {
                byte[] ids = index.ids(i);
                crc.update(ids);
                Origin origin = index.origins().get(i);
                json.writeStringField(origin.writer() + "/" + origin.sequence().value(), Base64.getEncoder().encodeToString(ids));
            }
            json.writeEndObject();
            json.writeStringField("crc32c", "%08x".formatted(crc.getValue()));
            json.writeEndObject();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * @throws IllegalArgumentException when this is not an index of the table
     */
    static BatchIndex fromJson(UUID table, byte[] json)
    {
        try {
            JsonNode root = MAPPER.readTree(json);
            int format = root.path("format").asInt(-1);
            if (format != FORMAT) {
                throw new IllegalArgumentException("format is %s, this version reads %s".formatted(format, FORMAT));
            }
            if (!table.toString().equals(root.path("table").asText())) {
                throw new IllegalArgumentException("it is of table " + root.path("table").asText());
            }
            BatchIndex.Builder builder = new BatchIndex.Builder();
            CRC32C crc = new CRC32C();
            for (Map.Entry<String, JsonNode> segment : root.required("segments").properties()) {
                int slash = segment.getKey().indexOf('/');
                builder.origin(new Origin(WriterId.parse(segment.getKey().substring(0, Math.max(0, slash))), new Sequence(Long.parseLong(segment.getKey().substring(slash + 1)))));
                byte[] ids = Base64.getDecoder().decode(segment.getValue().asText());
                if (ids.length % BatchIndex.ID_BYTES != 0) {
                    throw new IllegalArgumentException("segment %s has %s bytes of ids".formatted(segment.getKey(), ids.length));
                }
                crc.update(ids);
                ByteBuffer buffer = ByteBuffer.wrap(ids);
                while (buffer.hasRemaining()) {
                    builder.add(buffer.getLong(), buffer.getLong(), buffer.getLong());
                }
            }
            if (!"%08x".formatted(crc.getValue()).equals(root.path("crc32c").asText())) {
                throw new IllegalArgumentException("its checksum is wrong");
            }
            return builder.build();
        }
        catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
