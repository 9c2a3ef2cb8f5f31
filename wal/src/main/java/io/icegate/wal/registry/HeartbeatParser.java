package io.icegate.wal.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import static io.icegate.wal.WalException.Kind.CORRUPT;

/**
 * {@code {"low":{"<table uuid>":<µs>,…}}}, see docs/format/wal.md. Unknown fields are ignored.
 */
final class HeartbeatParser
{
    private static final String LOW = "low";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private HeartbeatParser() {}

    static byte[] toJson(Heartbeat heartbeat)
    {
        ObjectNode root = MAPPER.createObjectNode();
        ObjectNode low = root.putObject(LOW);
        new TreeMap<>(heartbeat.lowMicros()).forEach((table, micros) -> low.put(table.toString(), micros));
        try {
            return MAPPER.writeValueAsBytes(root);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Heartbeat fromJson(WriterId writer, byte[] json)
    {
        try {
            Map<UUID, Long> low = new HashMap<>();
            for (Map.Entry<String, JsonNode> table : MAPPER.readTree(json).required(LOW).properties()) {
                if (!table.getValue().isIntegralNumber()) {
                    throw new IllegalArgumentException("the time of table %s is %s".formatted(table.getKey(), table.getValue()));
                }
                low.put(UUID.fromString(table.getKey()), table.getValue().longValue());
            }
            return new Heartbeat(low);
        }
        catch (IOException | IllegalArgumentException e) {
            throw new WalException(CORRUPT, "Cannot read heartbeat %s: %s".formatted(WalLayout.heartbeat(writer), e.getMessage()), e);
        }
    }
}
