package io.icegate.alerting.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.icegate.alerting.evaluate.GroupReplay;
import io.icegate.alerting.evaluate.GroupReplay.ReplayedTick;
import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.rule.Durations;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationLogException;
import io.icegate.alerting.state.EvaluationRecord;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

import static java.util.Objects.requireNonNull;

/**
 * Replays of a group over HTTP. The answer has a line for each tick, as soon as it is evaluated, and one with totals in the end. One whose last line has no totals is
 * not the whole.
 */
final class ReplayApi
{
    /**
     * Ticks of one replay. One takes a fifth of a second and more, and the client waits for all.
     */
    static final int TICKS_MAX = 1_000;
    /**
     * Replays at once. They take queries from the rules that are evaluated meanwhile, and hold the records of their time in memory.
     */
    static final int REPLAYS_MAX = 2;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final RuleApi rules;
    private final Function<GroupName, GroupReplay> replays;
    private final EvaluationLog log;
    private final InstantSource clock;
    private final Semaphore free = new Semaphore(REPLAYS_MAX);

    /**
     * @param from first tick
     * @param to last tick; without it the last one with a record
     * @param rules YAML of the group as it should be evaluated, instead of the rules of that time
     * @param diff whether differences from the records are told, and not changes
     */
    private record Request(@Nullable String from, @Nullable String to, @Nullable String rules, boolean diff) {}

    ReplayApi(RuleApi rules, Function<GroupName, GroupReplay> replays, EvaluationLog log, InstantSource clock)
    {
        this.rules = requireNonNull(rules, "rules is null");
        this.replays = requireNonNull(replays, "replays is null");
        this.log = requireNonNull(log, "log is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Evaluates ticks again, and changes nothing. Problems of the request are told before the first line, what goes wrong later is a line with an error.
     *
     * @throws ApiException when the request cannot be answered
     */
    Answer replay(GroupName name, String body)
            throws IOException, QueryException, InterruptedException
    {
        Request request = parse(body);
        Instant now = clock.instant();
        Instant from = time("from", Optional.ofNullable(request.from()).orElseThrow(() -> new ApiException(Answer.BAD_REQUEST, "'from' is missing: the time of the first tick")), now);
        Optional<Instant> to = Optional.ofNullable(request.to()).map(text -> time("to", text, now));
        if (to.filter(from::isAfter).isPresent()) {
            throw new ApiException(Answer.BAD_REQUEST, "'from' %s is after 'to' %s".formatted(from, to.orElseThrow()));
        }
        rules.requireGroup(name);
        Optional<RuleGroup> others = request.rules() == null ? Optional.empty() : Optional.of(rules.checkedGroup(name, request.rules(), false));
        if (!free.tryAcquire()) {
            throw new ApiException(Answer.TOO_MANY_REQUESTS, "%s replays are on their way, and no more are possible at once: try again later".formatted(REPLAYS_MAX));
        }
        boolean begun = false;
        try {
            // rows of later ticks may be on their way
            Instant last = to.or(() -> log.newest(name).map(EvaluationRecord::tick)).orElse(now);
            GroupReplay.Run run = replays.apply(name).begin(name, from, last, others, TICKS_MAX);
            begun = true;
            return Answer.of(output -> {
                try {
                    write(run, request.diff(), output);
                }
                finally {
                    free.release();
                }
            });
        }
        catch (IllegalArgumentException e) {
            throw new ApiException(Answer.INVALID, String.valueOf(e.getMessage()));
        }
        catch (EvaluationLogException e) {
            throw new ApiException(e.kind() == EvaluationLogException.Kind.UNAVAILABLE ? Answer.UNAVAILABLE : Answer.INVALID, String.valueOf(e.getMessage()));
        }
        finally {
            if (!begun) {
                free.release();
            }
        }
    }

    private static void write(GroupReplay.Run run, boolean diff, Answer.Output output)
            throws IOException
    {
        int changes = 0;
        int differences = 0;
        try {
            for (Optional<ReplayedTick> next = next(run); next.isPresent(); next = next(run)) {
                ReplayedTick tick = next.orElseThrow();
                changes += tick.transitions().size();
                differences += tick.differences().size();
                if (diff || tick.evaluated()) {
                    output.write(line(tick, diff));
                }
            }
        }
        catch (StoppedException e) {
            output.write(JSON.objectNode().put("error", e.getMessage()));
            return;
        }
        output.write(JSON.objectNode().put("ticks", run.ticks()).put("changes", changes).put("differences", differences));
    }

    /**
     * Nothing more can be evaluated.
     */
    private static final class StoppedException
            extends Exception
    {
        private static final long serialVersionUID = 1;

        private StoppedException(String message, Throwable cause)
        {
            super(message, cause);
        }
    }

    private static Optional<ReplayedTick> next(GroupReplay.Run run)
            throws StoppedException
    {
        try {
            return run.next();
        }
        catch (QueryException e) {
            throw new StoppedException("Trino does not answer: " + e.getMessage(), e);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("The server stops", e);
        }
        catch (RuntimeException e) {
            throw new StoppedException("Cannot go on: " + e.getMessage(), e);
        }
    }

    private static ObjectNode line(ReplayedTick tick, boolean diff)
    {
        ObjectNode line = JSON.objectNode().put("tick", tick.tick().toString());
        ArrayNode rows = line.putArray(diff ? "differences" : "changes");
        if (diff) {
            tick.differences().forEach(difference -> rows.add(row(ReplayRows.DIFFERENCE, ReplayRows.difference(difference))));
        }
        else {
            tick.transitions().forEach(transition -> rows.add(row(ReplayRows.CHANGE, ReplayRows.change(transition))));
        }
        return line;
    }

    private static JsonNode row(List<String> names, List<String> values)
    {
        ObjectNode row = JSON.objectNode();
        for (int i = 0; i < names.size(); i++) {
            row.put(names.get(i), values.get(i));
        }
        return row;
    }

    private static Request parse(String body)
    {
        try {
            return Optional.ofNullable(MAPPER.readValue(body, Request.class)).orElseThrow(() -> unusable("it is null"));
        }
        catch (UnrecognizedPropertyException e) {
            throw unusable("unknown key '%s'".formatted(e.getPropertyName()));
        }
        catch (JsonProcessingException e) {
            throw unusable(e.getOriginalMessage());
        }
    }

    private static ApiException unusable(String reason)
    {
        return new ApiException(Answer.BAD_REQUEST, "The body must be JSON with 'from', and optionally 'to', 'rules' and 'diff': " + reason);
    }

    private static Instant time(String name, String text, Instant now)
    {
        Optional<Duration> ago = Durations.parse(text);
        if (ago.isPresent()) {
            return now.minus(ago.orElseThrow());
        }
        try {
            return Instant.parse(text);
        }
        catch (DateTimeParseException e) {
            throw new ApiException(Answer.BAD_REQUEST, "'%s' %s is no time: write 2026-11-27T00:00:00Z, or how long ago as 30m or 1h".formatted(name, text));
        }
    }
}
