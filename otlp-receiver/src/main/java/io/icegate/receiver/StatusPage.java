package io.icegate.receiver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.inject.Inject;
import io.airlift.node.NodeInfo;
import io.icegate.receiver.commit.SessionStatus;
import io.icegate.receiver.commit.TableSession;
import io.icegate.receiver.commit.WaitingRows;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.SegmentBatcher;
import io.icegate.receiver.ingest.TenantQuotas;
import io.icegate.receiver.ingest.WindowPolicy;
import io.icegate.receiver.telemetry.TelemetryConfig;
import io.icegate.server.StoreHealth;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * Writes {@code /v1/status}: what this receiver does now, for programs. {@code docs/format/status.schema.json} is its contract, and
 * a test holds the two together. Reads memory only, so it is answered while the store is down, too. It holds counts of tenants and
 * records, and neither names of tenants nor anything of what was sent.
 */
final class StatusPage
{
    /**
     * Raised when a field is removed or means something else. Readers ignore fields that they do not know.
     */
    static final int FORMAT = 1;

    private static final JsonFactory JSON = new JsonFactory();
    private static final double MILLIS_PER_SECOND = 1_000;

    private final Parts parts;
    private final boolean selfTelemetry;
    private final String namespace;
    private final InstantSource clock;
    private final Instant started;
    private volatile Map<String, TableSession> sessions = Map.of();

    /**
     * What the page tells about.
     */
    record Parts(ServedSignals signals, Admission admission, TenantQuotas quotas, StoreHealth store, ReceiverMetrics metrics, NodeInfo node)
    {
        @Inject
        Parts {}
    }

    @Inject
    StatusPage(ReceiverConfig config, TelemetryConfig telemetry, Parts parts, InstantSource clock)
    {
        this.parts = requireNonNull(parts, "parts is null");
        this.selfTelemetry = telemetry.isEnabled();
        this.namespace = config.getNamespace();
        this.clock = requireNonNull(clock, "clock is null");
        this.started = clock.instant();
    }

    /**
     * The sessions of the tables, once there are some.
     */
    void sessions(List<TableSession> sessions)
    {
        this.sessions = sessions.stream().collect(Collectors.toUnmodifiableMap(session -> session.status().table().name(), session -> session));
    }

    byte[] json()
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            write(json);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private void write(JsonGenerator json)
            throws IOException
    {
        Instant now = clock.instant();
        json.writeStartObject();
        json.writeNumberField("format", FORMAT);
        json.writeStringField("time", text(now));
        json.writeBooleanField("ready", parts.signals().readiness().ready());
        writeReceiver(json, now);
        writeMemory(json);
        writeTenants(json);
        writeStore(json);
        writeTelemetry(json);
        json.writeArrayFieldStart("signals");
        for (ServedSignal signal : parts.signals().list()) {
            writeSignal(json, signal);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeReceiver(JsonGenerator json, Instant now)
            throws IOException
    {
        json.writeObjectFieldStart("receiver");
        json.writeStringField("id", parts.node().getNodeId());
        json.writeStringField("instance", parts.node().getInstanceId());
        json.writeStringField("host", parts.node().getInternalAddress());
        json.writeStringField("version", Receiver.build());
        json.writeStringField("started_at", text(started));
        json.writeNumberField("uptime_seconds", seconds(Duration.between(started, now)));
        json.writeEndObject();
    }

    private void writeMemory(JsonGenerator json)
            throws IOException
    {
        Runtime runtime = Runtime.getRuntime();
        json.writeObjectFieldStart("memory");
        json.writeNumberField("budget_bytes", parts.admission().budgetBytes());
        json.writeNumberField("used_bytes", parts.admission().usedBytes());
        json.writeNumberField("open_requests", parts.admission().openRequests());
        json.writeNumberField("heap_used_bytes", runtime.totalMemory() - runtime.freeMemory());
        json.writeNumberField("heap_max_bytes", runtime.maxMemory());
        json.writeEndObject();
    }

    private void writeTenants(JsonGenerator json)
            throws IOException
    {
        TenantQuotas.Summary tenants = parts.quotas().summary();
        json.writeObjectFieldStart("tenants");
        json.writeNumberField("known", tenants.known());
        json.writeNumberField("above_rate", tenants.aboveRate());
        json.writeNumberField("at_memory_share", tenants.atMemoryShare());
        json.writeEndObject();
    }

    private void writeStore(JsonGenerator json)
            throws IOException
    {
        StoreHealth.Report report = parts.store().report();
        json.writeObjectFieldStart("store");
        json.writeStringField("state", switch (report.state()) {
            case UNKNOWN -> "unknown";
            case ANSWERS -> "answers";
            case FAILS -> "fails";
        });
        json.writeNumberField("requests", report.requests());
        json.writeNumberField("failures", report.failures());
        json.writeNumberField("failures_in_a_row", report.failuresInARow());
        writeTime(json, "last_answer_at", report.lastAnswer());
        writeTime(json, "last_failure_at", report.lastFailure());
        json.writeEndObject();
    }

    private void writeTelemetry(JsonGenerator json)
            throws IOException
    {
        json.writeObjectFieldStart("telemetry");
        json.writeBooleanField("enabled", selfTelemetry);
        json.writeNumberField("accepted_records", parts.metrics().selfAccepted());
        json.writeNumberField("dropped_records", parts.metrics().selfDropped());
        json.writeEndObject();
    }

    private void writeSignal(JsonGenerator json, ServedSignal signal)
            throws IOException
    {
        Optional<SessionStatus> session = Optional.ofNullable(sessions.get(signal.shape().name())).map(TableSession::status);
        Optional<String> closed = signal.ingest().closedReason();
        json.writeStartObject();
        json.writeStringField("signal", signal.otlp().name());
        json.writeStringField("table", "%s.%s".formatted(namespace, signal.shape().name()));
        json.writeBooleanField("open", closed.isEmpty());
        json.writeStringField("closed_reason", closed.orElse(null));
        writeWriter(json, session.flatMap(SessionStatus::writer));
        writeTime(json, "last_writer_ended_at", session.flatMap(SessionStatus::lastWriterEnd));
        writeCommits(json, session);
        json.writeEndObject();
    }

    private static void writeWriter(JsonGenerator json, Optional<SessionStatus.Writer> present)
            throws IOException
    {
        if (present.isEmpty()) {
            json.writeNullField("writer");
            return;
        }
        SessionStatus.Writer writer = present.orElseThrow();
        json.writeObjectFieldStart("writer");
        json.writeStringField("id", writer.id().toString());
        json.writeStringField("table_uuid", writer.table().toString());
        json.writeStringField("lane", writer.over() ? "ended" : "open");
        json.writeStringField("opened_at", text(writer.opened()));
        if (writer.lastDurable().isPresent()) {
            json.writeObjectFieldStart("last_acknowledged");
            json.writeNumberField("sequence", writer.lastDurable().orElseThrow().sequence().value());
            json.writeStringField("at", text(writer.lastDurable().orElseThrow().at()));
            json.writeEndObject();
        }
        else {
            json.writeNullField("last_acknowledged");
        }
        writeLoad(json, writer.load());
        json.writeEndObject();
    }

    private static void writeLoad(JsonGenerator json, SegmentBatcher.Load load)
            throws IOException
    {
        json.writeObjectFieldStart("queued");
        json.writeNumberField("requests", load.requests());
        json.writeNumberField("records", load.records());
        json.writeNumberField("bytes", load.bytes());
        json.writeEndObject();
        json.writeNumberField("segments_in_flight", load.segmentsInFlight());
        if (load.filesLeft().isPresent()) {
            WindowPolicy.FilesLeft files = load.filesLeft().orElseThrow();
            json.writeObjectFieldStart("file_budget");
            json.writeNumberField("files_per_second", files.filesPerSecond());
            json.writeNumberField("files_left", (long) files.files());
            json.writeEndObject();
        }
        else {
            json.writeNullField("file_budget");
        }
    }

    private static void writeCommits(JsonGenerator json, Optional<SessionStatus> session)
            throws IOException
    {
        Optional<SessionStatus.Commits> commits = session.map(SessionStatus::last);
        json.writeObjectFieldStart("commits");
        json.writeBooleanField("enabled", session.map(SessionStatus::commits).orElse(false));
        Optional<SessionStatus.Attempt> attempt = commits.flatMap(SessionStatus.Commits::attempt);
        writeTime(json, "last_attempt_at", attempt.map(SessionStatus.Attempt::at));
        json.writeBooleanField("last_attempt_failed", attempt.map(SessionStatus.Attempt::failed).orElse(false));
        Optional<SessionStatus.Commit> last = commits.flatMap(SessionStatus.Commits::commit);
        if (last.isPresent()) {
            json.writeObjectFieldStart("last_commit");
            json.writeStringField("at", text(last.orElseThrow().at()));
            json.writeNumberField("segments", last.orElseThrow().segments());
            json.writeNumberField("records", last.orElseThrow().records());
            json.writeEndObject();
        }
        else {
            json.writeNullField("last_commit");
        }
        Optional<SessionStatus.Measured> measured = commits.flatMap(SessionStatus.Commits::waiting);
        if (measured.isPresent()) {
            WaitingRows rows = measured.orElseThrow().rows();
            json.writeObjectFieldStart("waiting");
            json.writeStringField("measured_at", text(measured.orElseThrow().at()));
            json.writeNumberField("segments", rows.segments());
            json.writeNumberField("bytes", rows.bytes());
            json.writeNumberField("oldest_seconds", seconds(rows.oldest()));
            json.writeNumberField("corrupt_writers", rows.corruptWriters());
            json.writeEndObject();
        }
        else {
            json.writeNullField("waiting");
        }
        json.writeEndObject();
    }

    private static void writeTime(JsonGenerator json, String field, Optional<Instant> time)
            throws IOException
    {
        json.writeStringField(field, time.map(StatusPage::text).orElse(null));
    }

    private static String text(Instant time)
    {
        return time.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private static double seconds(Duration duration)
    {
        return duration.toMillis() / MILLIS_PER_SECOND;
    }
}
