package io.icegate.alerting.state;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.state.EvaluationLogException.Kind;
import io.icegate.alerting.state.EvaluationRecord.Reopening;
import io.icegate.alerting.state.EvaluationRecord.SettledState;
import io.icegate.alerting.state.EvaluationRecord.SkippedTicks;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

import static java.lang.Math.toIntExact;

/**
 * The reading half of {@link EvaluationRecordParser}.
 */
final class EvaluationRecordReader
{
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private EvaluationRecordReader() {}

    static EvaluationRecord read(GroupName group, byte[] content)
    {
        try {
            JsonNode json = MAPPER.readTree(content);
            long format = number(json, "format");
            if (format > EvaluationRecordParser.FORMAT) {
                throw new EvaluationLogException(
                        Kind.NEWER_FORMAT,
                        "Cannot read a record of group %s: its format is %s, only %s is known; a newer evaluator has this group".formatted(group, format, EvaluationRecordParser.FORMAT));
            }
            return record(group, json);
        }
        catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new EvaluationLogException(Kind.CORRUPT, "Cannot read a record of group %s: %s".formatted(group, e.getMessage()), e);
        }
    }

    private static EvaluationRecord record(GroupName group, JsonNode json)
    {
        JsonNode reopening = json.required("reopening");
        SortedMap<String, Instant> delivered = new TreeMap<>();
        texts(json, "delivered").forEach((channel, tick) -> delivered.put(channel, Instant.parse(tick)));
        return new EvaluationRecord(
                group,
                text(json, "id"),
                text(json, "evaluator"),
                tickResult(json),
                time(json, "recorded_at"),
                number(json, "rules_version"),
                json.path("incomplete").asBoolean(false),
                new Reopening(time(reopening, "seen_below"), list(reopening, "ticks", tick -> Instant.parse(text(tick)))),
                optional(json, "skipped").map(skipped -> new SkippedTicks(time(skipped, "from"), time(skipped, "to"))),
                list(json, "late", EvaluationRecordReader::tickResult),
                list(json, "transitions", EvaluationRecordReader::transition),
                state(json.required("state")),
                optional(json, "settled").map(settled -> new SettledState(time(settled, "tick"), state(settled.required("state")))),
                delivered,
                list(json, "undelivered", each -> new Undelivered(text(each, "channel"), time(each, "tick"), text(each, "error"))));
    }

    private static TickResult tickResult(JsonNode json)
    {
        return new TickResult(time(json, "tick"), time(json, "cutoff"), list(json, "results", EvaluationRecordReader::result));
    }

    private static RuleResult result(JsonNode json)
    {
        return new RuleResult(
                text(json, "rule"),
                list(json, "rows", row -> new ResultRow(labels(row), value(row), texts(row, "values"))),
                list(json, "silent", EvaluationRecordReader::labels),
                optionalText(json, "error"),
                number(json, "millis"),
                optionalText(json, "query_id"));
    }

    private static Transition transition(JsonNode json)
    {
        return new Transition(
                alert(json.required("alert")),
                state(text(json, "from")),
                state(text(json, "to")),
                time(json, "tick"),
                number(json, "rules_version"),
                Transition.Kind.valueOf(text(json, "kind").toUpperCase(Locale.ROOT)),
                json.path("late").asBoolean(false),
                optionalText(json, "reason"));
    }

    private static GroupState state(JsonNode json)
    {
        SortedMap<String, Integer> failures = new TreeMap<>();
        for (Map.Entry<String, JsonNode> failure : json.path("failures").properties()) {
            failures.put(failure.getKey(), toIntExact(number(failure.getValue(), "failures")));
        }
        return new GroupState(list(json, "alerts", EvaluationRecordReader::alert), failures);
    }

    private static AlertInstance alert(JsonNode json)
    {
        return new AlertInstance(
                text(json, "rule"),
                labels(json),
                state(text(json, "state")),
                time(json, "since"),
                time(json, "last_true"),
                time(json, "last_rows"),
                optionalText(json, "fired_at").map(Instant::parse),
                optionalText(json, "resolved_at").map(Instant::parse),
                value(json),
                texts(json, "values"),
                texts(json, "all_labels"),
                texts(json, "annotations"));
    }

    private static AlertState state(String text)
    {
        return AlertState.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private static Labels labels(JsonNode json)
    {
        return new Labels(texts(json, "labels"));
    }

    private static OptionalDouble value(JsonNode json)
    {
        Optional<JsonNode> value = optional(json, "value");
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(value.orElseThrow().isTextual() ? Double.parseDouble(value.orElseThrow().textValue()) : value.orElseThrow().doubleValue());
    }

    private static SortedMap<String, String> texts(JsonNode json, String field)
    {
        SortedMap<String, String> texts = new TreeMap<>();
        for (Map.Entry<String, JsonNode> text : json.path(field).properties()) {
            texts.put(text.getKey(), text(text.getValue()));
        }
        return texts;
    }

    private static <T> List<T> list(JsonNode json, String field, Function<JsonNode, T> element)
    {
        List<T> elements = new ArrayList<>();
        Optional<JsonNode> array = optional(json, field);
        if (array.isPresent()) {
            if (!array.orElseThrow().isArray()) {
                throw new IllegalArgumentException("field '%s' is no array".formatted(field));
            }
            array.orElseThrow().forEach(each -> elements.add(element.apply(each)));
        }
        return elements;
    }

    private static Optional<JsonNode> optional(JsonNode json, String field)
    {
        return Optional.ofNullable(json.get(field));
    }

    private static Optional<String> optionalText(JsonNode json, String field)
    {
        return optional(json, field).map(EvaluationRecordReader::text);
    }

    private static Instant time(JsonNode json, String field)
    {
        return Instant.parse(text(json, field));
    }

    private static String text(JsonNode json, String field)
    {
        return text(json.required(field));
    }

    private static String text(JsonNode json)
    {
        if (!json.isTextual()) {
            throw new IllegalArgumentException("%s is no text".formatted(json.getNodeType()));
        }
        return json.textValue();
    }

    private static long number(JsonNode json, String field)
    {
        JsonNode number = json.isObject() ? json.required(field) : json;
        if (!number.isIntegralNumber() || !number.canConvertToLong()) {
            throw new IllegalArgumentException("field '%s' is no whole number".formatted(field));
        }
        return number.longValue();
    }
}
