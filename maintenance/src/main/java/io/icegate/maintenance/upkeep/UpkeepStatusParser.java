package io.icegate.maintenance.upkeep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code {"format":1,"table":uuid,"name":…,"location":…,"orphans_looked":…,"missing_since":…,"actions":[…]}}, see
 * docs/format/wal.md. Unknown fields are ignored, an unknown format is refused.
 */
final class UpkeepStatusParser
{
    private static final int FORMAT = 1;
    private static final int TEXT_MAX = 500;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private UpkeepStatusParser() {}

    static byte[] toJson(UpkeepStatus status)
    {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT);
        root.put("table", status.table().toString());
        root.put("name", status.name());
        root.put("location", status.location());
        status.orphansLooked().ifPresent(time -> root.put("orphans_looked", time.toString()));
        status.missingSince().ifPresent(time -> root.put("missing_since", time.toString()));
        ArrayNode actions = root.putArray("actions");
        for (UpkeepAction action : status.actions()) {
            actions.addObject()
                    .put("started", action.started().toString())
                    .put("millis", action.time().toMillis())
                    .put("kind", action.kind())
                    .put("succeeded", action.succeeded())
                    .put("outcome", action.work().outcome())
                    .put("reason", shortened(action.reason()))
                    .put("result", shortened(action.result()));
        }
        try {
            return MAPPER.writeValueAsBytes(root);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String shortened(String text)
    {
        return text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) + " ..." : text;
    }

    /**
     * @throws IllegalArgumentException when it is no status
     */
    static UpkeepStatus fromJson(byte[] json)
    {
        try {
            JsonNode root = MAPPER.readTree(json);
            int format = root.path("format").asInt(-1);
            if (format != FORMAT) {
                throw new IllegalArgumentException("format is %s, this version reads %s".formatted(format, FORMAT));
            }
            String name = root.required("name").asText();
            List<UpkeepAction> actions = new ArrayList<>();
            for (JsonNode action : root.path("actions")) {
                boolean succeeded = action.required("succeeded").asBoolean();
                actions.add(new UpkeepAction(
                        Instant.parse(action.required("started").asText()),
                        Duration.ofMillis(action.required("millis").asLong()),
                        name,
                        action.required("kind").asText(),
                        succeeded,
                        action.required("reason").asText(),
                        action.required("result").asText(),
                        UpkeepWork.without(action.path("outcome").asText(UpkeepWork.outcome(succeeded)))));
            }
            return new UpkeepStatus(UUID.fromString(root.required("table").asText()), name, root.required("location").asText(), time(root, "orphans_looked"), time(root, "missing_since"), actions);
        }
        catch (IOException | DateTimeException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static Optional<Instant> time(JsonNode root, String name)
    {
        return root.hasNonNull(name) ? Optional.of(Instant.parse(root.get(name).asText())) : Optional.empty();
    }
}
