package io.icegate.alerting.deliver;

import com.google.protobuf.InvalidProtocolBufferException;
import io.airlift.log.Logger;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationRecord;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Sends the events of a record to a receiver, so that each is stored once.
 *
 * <p><b>Why once.</b> A request of one record always has the same bytes, and a receiver counts equal requests once when one is accepted at most
 * {@linkplain #WINDOW 15 minutes} after the other; each is stored whole or not at all. So a second copy could only come from a request that is accepted
 * later than that. Within {@linkplain #FRESH 10 minutes} after this process stored a record itself no copy of it can be that old. In all other cases the
 * sender asks, right before each request, whether any event of it is stored, and sends nothing then. A copy that this question does not find was
 * acknowledged after it, hence accepted at most the minute before in which a receiver still stores what it has accepted; and the request that follows is
 * accepted or given up within {@link #TIMEOUT}. Both are within one window. What is sent has the same bytes as ever, also when other requests of its record
 * are stored: no part of a request is ever sent on its own.
 *
 * <p><b>What remains.</b> A network that holds a request back for a quarter of an hour and delivers it although its connection is closed; a receiver that
 * was told not to recognise repetitions; two versions of this program that make different bytes of one record and send them within the same seconds.
 */
final class EventSender
        implements Outlet
{
    /**
     * Name of this channel in records. No other channel may have it.
     */
    static final String NAME = "events";
    /**
     * How long after one request a receiver recognises an equal one.
     */
    static final Duration WINDOW = Duration.ofMinutes(15);
    /**
     * How long after a record was stored no question is needed. What is left of the window bounds the time between a look at the clock and a receiver
     * that accepts, and how far receivers' clocks may be apart.
     */
    static final Duration FRESH = Duration.ofMinutes(10);
    /**
     * Of one request. A receiver answers after 3 s by default.
     */
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Logger log = Logger.get(EventSender.class);
    // what the bytes are to blame for; all else may be the fault of a setting, and that can be mended
    private static final Set<Integer> FINAL_STATUSES = Set.of(400, 413, 415, 422);

    private final Settings settings;
    private final Posts posts;
    private final KnownTransitions known;

    /**
     * @param endpoint of the receiver, with the path of logs
     * @param tenantHeader that names the tenant of a request
     * @param headers beside it, such as a key; asked for each request
     */
    record Settings(URI endpoint, String tenantHeader, Supplier<Map<String, String>> headers)
    {
        Settings
        {
            requireNonNull(endpoint, "endpoint is null");
            requireNonNull(tenantHeader, "tenantHeader is null");
            requireNonNull(headers, "headers is null");
        }
    }

    EventSender(Settings settings, Posts posts, KnownTransitions known)
    {
        this.settings = requireNonNull(settings, "settings is null");
        this.posts = requireNonNull(posts, "posts is null");
        this.known = requireNonNull(known, "known is null");
    }

    @Override
    public String name()
    {
        return NAME;
    }

    @Override
    public boolean wants(EvaluationRecord record, RuleGroup group)
    {
        return AlertEvents.isTelling(record);
    }

    @Override
    public boolean isMissed(EvaluationRecord record)
    {
        // else a receiver that refuses events would be told with an event that it refused the event before
        return AlertEvents.isTellingMore(record);
    }

    @Override
    public Attempt attempt(EvaluationRecord record, RuleGroup group, Optional<Duration> sinceStored)
    {
        boolean fresh = sinceStored.filter(since -> since.compareTo(FRESH) < 0).isPresent();
        Attempt worst = Attempt.DONE;
        for (EventBatch batch : AlertEvents.of(record)) {
            Attempt attempt = send(record, batch, fresh);
            if (attempt instanceof Attempt.Later) {
                return attempt;
            }
            if (attempt instanceof Attempt.Refused) {
                worst = attempt;
            }
        }
        return worst;
    }

    private Attempt send(EvaluationRecord record, EventBatch batch, boolean fresh)
    {
        String tenant = record.group().eventTenant();
        try {
            // one is enough: a request is stored whole
            if (!fresh && !Collections.disjoint(known.among(tenant, batch.from(), batch.to(), batch.ids()), batch.ids())) {
                return Attempt.DONE;
            }
        }
        catch (IOException e) {
            return Attempt.Later.of("lookup", e);
        }
        Map<String, String> headers = new TreeMap<>(settings.headers().get());
        headers.put("Content-Type", "application/x-protobuf");
        headers.put(settings.tenantHeader(), tenant);
        Answer answer;
        try {
            answer = posts.post(settings.endpoint(), headers, batch.body());
        }
        catch (IOException e) {
            return Attempt.Later.of("no_answer", e);
        }
        if (answer.isSuccess()) {
            return stored(record, answer);
        }
        if (FINAL_STATUSES.contains(answer.status())) {
            log.warn("The receiver refuses events of %s at %s: %s %s", record.group(), record.tick(), answer.status(), answer.text());
            return new Attempt.Refused(answer.error());
        }
        return Attempt.Later.of(answer);
    }

    /**
     * What the receiver stored only a part of is not sent again: the protocol forbids it, and the rest would be refused again.
     */
    private static Attempt stored(EvaluationRecord record, Answer answer)
    {
        ExportLogsPartialSuccess partial;
        try {
            partial = ExportLogsServiceResponse.parseFrom(answer.body()).getPartialSuccess();
        }
        catch (InvalidProtocolBufferException e) {
            // a proxy's page, perhaps: nothing says that a receiver took it
            return Attempt.Later.of("no_answer", e);
        }
        if (partial.getRejectedLogRecords() > 0) {
            log.warn("The receiver rejects %s events of %s at %s: %s", partial.getRejectedLogRecords(), record.group(), record.tick(), partial.getErrorMessage());
            return new Attempt.Refused("partial_success");
        }
        return Attempt.DONE;
    }
}
