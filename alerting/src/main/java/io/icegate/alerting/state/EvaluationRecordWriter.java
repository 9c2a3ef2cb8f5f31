package io.icegate.alerting.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The writing half of {@link EvaluationRecordParser}. What is absent or empty is left out.
 */
final class EvaluationRecordWriter
{
    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator json;

    private EvaluationRecordWriter(JsonGenerator json)
    {
        this.json = json;
    }

    static byte[] write(EvaluationRecord record)
    {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(content)) {
            new EvaluationRecordWriter(json).record(record);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return content.toByteArray();
    }

    @FunctionalInterface
    private interface Element<T>
    {
        void write(T element)
                throws IOException;
    }

    private void record(EvaluationRecord record)
            throws IOException
    {
        json.writeStartObject();
        json.writeNumberField("format", EvaluationRecordParser.FORMAT);
        text("id", record.id());
        text("evaluator", record.evaluator());
        time("tick", record.tick());
        time("cutoff", record.result().cutoff());
        time("recorded_at", record.recordedAt());
        json.writeNumberField("rules_version", record.rulesVersion());
        flag("incomplete", record.incomplete());
        json.writeObjectFieldStart("reopening");
        time("seen_below", record.reopening().seenBelow());
        times("ticks", record.reopening().ticks());
        json.writeEndObject();
        if (record.skipped().isPresent()) {
            json.writeObjectFieldStart("skipped");
            time("from", record.skipped().orElseThrow().from());
            time("to", record.skipped().orElseThrow().to());
            json.writeEndObject();
        }
        array("results", record.result().results(), this::result);
        array("late", record.late(), this::late);
        array("transitions", record.transitions(), this::transition);
        json.writeFieldName("state");
        state(record.state());
        if (record.settled().isPresent()) {
            json.writeObjectFieldStart("settled");
            time("tick", record.settled().orElseThrow().tick());
            json.writeFieldName("state");
            state(record.settled().orElseThrow().state());
            json.writeEndObject();
        }
        Map<String, String> delivered = new TreeMap<>();
        record.delivered().forEach((channel, tick) -> delivered.put(channel, tick.toString()));
        texts("delivered", delivered);
        array("undelivered", record.undelivered(), undelivered -> {
            json.writeStartObject();
            text("channel", undelivered.channel());
            time("tick", undelivered.tick());
            text("error", undelivered.error());
            json.writeEndObject();
        });
        json.writeEndObject();
    }

    private void late(TickResult late)
            throws IOException
    {
        json.writeStartObject();
        time("tick", late.tick());
        time("cutoff", late.cutoff());
        array("results", late.results(), this::result);
        json.writeEndObject();
    }

    private void result(RuleResult result)
            throws IOException
    {
        json.writeStartObject();
        text("rule", result.rule());
        text("status", result.error().isPresent() ? "failed" : "ok");
        optionalText("error", result.error());
        array("rows", result.rows(), row -> {
            json.writeStartObject();
            texts("labels", row.labels().values());
            value(row.value());
            texts("values", row.values());
            json.writeEndObject();
        });
        array("silent", result.silent(), labels -> {
            json.writeStartObject();
            texts("labels", labels.values());
            json.writeEndObject();
        });
        json.writeNumberField("millis", result.millis());
        optionalText("query_id", result.queryId());
        json.writeEndObject();
    }

    private void transition(Transition transition)
            throws IOException
    {
        json.writeStartObject();
        text("kind", transition.kind().name().toLowerCase(Locale.ROOT));
        text("from", transition.from().text());
        text("to", transition.to().text());
        time("tick", transition.tick());
        json.writeNumberField("rules_version", transition.rulesVersion());
        flag("late", transition.late());
        optionalText("reason", transition.reason());
        json.writeFieldName("alert");
        alert(transition.alert());
        json.writeEndObject();
    }

    private void state(GroupState state)
            throws IOException
    {
        json.writeStartObject();
        array("alerts", state.alerts(), this::alert);
        SortedMap<String, Integer> failures = state.failures();
        if (!failures.isEmpty()) {
            json.writeObjectFieldStart("failures");
            for (Map.Entry<String, Integer> failure : failures.entrySet()) {
                json.writeNumberField(valid(failure.getKey()), failure.getValue());
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void alert(AlertInstance alert)
            throws IOException
    {
        json.writeStartObject();
        text("rule", alert.rule());
        texts("labels", alert.labels().values());
        text("state", alert.state().text());
        time("since", alert.since());
        time("last_true", alert.lastTrue());
        time("last_rows", alert.lastRows());
        optionalText("fired_at", alert.firedAt().map(Instant::toString));
        optionalText("resolved_at", alert.resolvedAt().map(Instant::toString));
        value(alert.value());
        texts("values", alert.values());
        texts("all_labels", alert.allLabels());
        texts("annotations", alert.annotations());
        json.writeEndObject();
    }

    private <T> void array(String field, List<T> elements, Element<T> element)
            throws IOException
    {
        if (elements.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart(field);
        for (T each : elements) {
            element.write(each);
        }
        json.writeEndArray();
    }

    private void times(String field, Collection<Instant> times)
            throws IOException
    {
        array(field, List.copyOf(times), time -> json.writeString(time.toString()));
    }

    private void value(OptionalDouble value)
            throws IOException
    {
        if (value.isPresent()) {
            json.writeNumberField("value", value.getAsDouble()); // what JSON has no number for becomes a text
        }
    }

    private void texts(String field, Map<String, String> texts)
            throws IOException
    {
        if (texts.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart(field);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            text(text.getKey(), text.getValue());
        }
        json.writeEndObject();
    }

    private void flag(String field, boolean flag)
            throws IOException
    {
        if (flag) {
            json.writeBooleanField(field, true);
        }
    }

    private void time(String field, Instant time)
            throws IOException
    {
        json.writeStringField(field, time.toString());
    }

    private void optionalText(String field, Optional<String> text)
            throws IOException
    {
        if (text.isPresent()) {
            text(field, text.orElseThrow());
        }
    }

    private void text(String field, String text)
            throws IOException
    {
        json.writeStringField(valid(field), valid(text));
    }

    /**
     * Replaces halves of surrogate pairs, which have no UTF-8: a text of a row must not keep a record from being written.
     */
    private static String valid(String text)
    {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            }
        }
        return text;
    }
}
