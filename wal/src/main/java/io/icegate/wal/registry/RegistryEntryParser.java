package io.icegate.wal.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;

import static io.icegate.wal.WalException.Kind.CORRUPT;

/**
 * {@code {"format":1,"writer":…,"started":…,"host":…,"build":…,"tables":[uuid,…]}}, see docs/format/wal.md. Unknown
 * fields are ignored, an unknown format is refused.
 */
final class RegistryEntryParser
{
    private static final int FORMAT = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RegistryEntryParser() {}

    static byte[] toJson(RegistryEntry entry)
    {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT);
        root.put("writer", entry.writer().toString());
        root.put("started", entry.started().toString());
        root.put("host", entry.host());
        root.put("build", entry.build());
        ArrayNode tables = root.putArray("tables");
        entry.tables().stream().map(UUID::toString).sorted().forEach(tables::add);
        try {
            return MAPPER.writeValueAsBytes(root);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RegistryEntry fromJson(WriterId writer, byte[] json)
    {
        try {
            JsonNode root = MAPPER.readTree(json);
            int format = root.path("format").asInt(-1);
            if (format != FORMAT) {
                throw new IllegalArgumentException("format is %s, this version reads %s".formatted(format, FORMAT));
            }
            Set<UUID> tables = new LinkedHashSet<>();
            for (JsonNode table : root.required("tables")) {
                tables.add(UUID.fromString(table.asText()));
            }
            RegistryEntry entry = new RegistryEntry(
                    WriterId.parse(root.required("writer").asText()),
                    Instant.parse(root.required("started").asText()),
                    root.path("host").asText(""),
                    root.path("build").asText(""),
                    tables);
            if (!entry.writer().equals(writer)) {
                throw new IllegalArgumentException("it names writer " + entry.writer());
            }
            return entry;
        }
        catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new WalException(CORRUPT, "Cannot read registry entry %s: %s".formatted(WalLayout.registryEntry(writer), e.getMessage()), e);
        }
    }
}
