package io.icegate.alerting.rule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Versions of rules as JSON, both ways. The same version gives the same bytes.
 */
public final class RuleVersionParser
{
    /**
     * Grows when a reader of today would misunderstand what is written.
     */
    public static final int FORMAT = 1;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private RuleVersionParser() {}

    public static byte[] toJson(RuleVersion version)
    {
        ObjectNode node = JSON.objectNode();
        node.put("format", FORMAT);
        node.put("id", version.id());
        node.put("version", version.version());
        node.put("written", version.written().toString());
        node.put("by", version.by());
        node.put("source", version.source());
        node.put("deleted", version.isDeleted());
        version.group().ifPresent(group -> node.set("group", toJson(group)));
        try {
            return MAPPER.writeValueAsBytes(node);
        }
        catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write rules of %s".formatted(version.name()), e);
        }
    }

    /**
     * @param name of the group whose version it is
     * @throws NewerFormatException when a newer program wrote it
     * @throws IOException when it is damaged
     */
    public static RuleVersion fromJson(GroupName name, byte[] json)
            throws IOException
    {
        try {
            JsonNode node = MAPPER.readTree(json);
            int format = required(node, "format").asInt();
            if (format > FORMAT) {
                throw new NewerFormatException("Rules of %s have format %s, and this program knows %s: it is older than the one that wrote them".formatted(name, format, FORMAT));
            }
            return new RuleVersion(
                    name,
                    required(node, "version").asLong(),
                    required(node, "id").asText(),
                    Instant.parse(required(node, "written").asText()),
                    required(node, "by").asText(),
                    required(node, "source").asText(),
                    required(node, "deleted").asBoolean() ? Optional.empty() : Optional.of(group(name, required(node, "group"))));
        }
        catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            throw new IOException("Cannot read rules of %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    /**
     * A group, with the names and durations that files of rules have.
     */
    public static ObjectNode toJson(RuleGroup group)
    {
        ObjectNode node = JSON.objectNode();
        node.put("name", group.name().group());
        node.put("tenant", group.name().tenant());
        node.put("interval", Durations.text(group.interval()));
        node.put("offset", Durations.text(group.offset()));
        node.put("grace", Durations.text(group.grace()));
        node.put("lateness", Durations.text(group.lateness()));
        node.put("catch_up", Durations.text(group.catchUp()));
        group.channels().ifPresent(channels -> node.set("notify", texts(channels)));
        ArrayNode rules = node.putArray("rules");
        group.rules().forEach(rule -> rules.add(toJson(rule)));
        return node;
    }

    private static ObjectNode toJson(Rule rule)
    {
        ObjectNode node = JSON.objectNode();
        node.put("alert", rule.alert());
        node.put("window", Durations.text(rule.window()));
        node.put("sql", rule.sql());
        rule.by().ifPresent(by -> node.set("by", texts(by)));
        node.put("for", Durations.text(rule.hold()));
        node.put("keep_firing_for", Durations.text(rule.keepFiringFor()));
        ObjectNode noData = node.putObject("no_data").put("action", lower(rule.noData().action()));
        if (rule.noData().action() == NoData.Action.KEEP) {
            noData.put("for", Durations.text(rule.noData().hold()));
        }
        node.put("on_error", rule.alertOnError() ? "alert" : "keep");
        node.put("time", lower(rule.time()));
        node.put("alert_events", rule.alertEvents());
        node.set("labels", texts(rule.labels()));
        node.set("annotations", texts(rule.annotations()));
        return node;
    }

    private static RuleGroup group(GroupName name, JsonNode node)
    {
        List<Rule> rules = new ArrayList<>();
        required(node, "rules").forEach(rule -> rules.add(rule(rule)));
        return new RuleGroup(
                name,
                duration(node, "interval"),
                duration(node, "offset"),
                duration(node, "grace"),
                duration(node, "lateness"),
                duration(node, "catch_up"),
                optionalTexts(node, "notify"),
                rules);
    }

    private static Rule rule(JsonNode node)
    {
        JsonNode noData = required(node, "no_data");
        NoData.Action action = NoData.Action.valueOf(required(noData, "action").asText().toUpperCase(Locale.ROOT));
        return new Rule(
                required(node, "alert").asText(),
                duration(node, "window"),
                required(node, "sql").asText(),
                optionalTexts(node, "by"),
                duration(node, "for"),
                duration(node, "keep_firing_for"),
                action == NoData.Action.KEEP ? new NoData(action, duration(noData, "for")) : NoData.RESOLVE,
                map(required(node, "labels")),
                map(required(node, "annotations")),
                RuleTime.valueOf(required(node, "time").asText().toUpperCase(Locale.ROOT)),
                required(node, "on_error").asText().equals("alert"),
                required(node, "alert_events").asBoolean());
    }

    private static JsonNode required(JsonNode node, String key)
    {
        JsonNode value = node.get(key);
        if (value == null || value.isNull()) {
            throw new IllegalArgumentException("'%s' is missing".formatted(key));
        }
        return value;
    }

    private static Duration duration(JsonNode node, String key)
    {
        String text = required(node, key).asText();
        return Durations.parse(text).orElseThrow(() -> new IllegalArgumentException("'%s: %s' is no duration".formatted(key, text)));
    }

    private static Optional<List<String>> optionalTexts(JsonNode node, String key)
    {
        return Optional.ofNullable(node.get(key)).map(list -> {
            List<String> texts = new ArrayList<>();
            list.forEach(text -> texts.add(text.asText()));
            return texts;
        });
    }

    private static SortedMap<String, String> map(JsonNode node)
    {
        SortedMap<String, String> map = new TreeMap<>();
        node.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }

    private static ArrayNode texts(List<String> texts)
    {
        ArrayNode list = JSON.arrayNode();
        texts.forEach(list::add);
        return list;
    }

    private static ObjectNode texts(Map<String, String> texts)
    {
        ObjectNode node = JSON.objectNode();
        texts.forEach(node::put);
        return node;
    }

    private static String lower(Enum<?> value)
    {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
