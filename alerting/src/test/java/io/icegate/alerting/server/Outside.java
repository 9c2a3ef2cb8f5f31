package io.icegate.alerting.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.alerting.server.DeliveryHistory.Message;
import io.icegate.alerting.server.DeliveryHistory.Posted;
import io.icegate.alerting.state.EvaluationRecord;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * All that evaluators talk to beside the store: a Trino whose rules have another alert every few ticks, a receiver of events, a webhook and an Alertmanager. It
 * remembers what it took.
 */
final class Outside
{
    /**
     * How long a receiver knows a batch: one with equal bytes of the same tenant is stored once.
     */
    private static final Duration RECEIVER_WINDOW = Duration.ofMinutes(15);
    /**
     * Seconds for which an alert fires.
     */
    private static final int ALERT_SECONDS = 3;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS");
    private static final Pattern WATERMARK_TABLE = Pattern.compile("SELECT '(\\w+)', CAST");
    private static final Pattern WINDOW_END = Pattern.compile("\"timestamp\" < TIMESTAMP '([^']+) UTC'");
    private static final Pattern IDS = Pattern.compile(" IN \\((.*)\\)", Pattern.DOTALL);
    private static final Pattern TRANSITION = Pattern.compile("\"transitionId\":\"([^\"]+)\"");
    private static final String VARCHAR = "{\"name\": \"%s\", \"type\": \"varchar\", \"typeSignature\": {\"rawType\": \"varchar\", \"arguments\": [{\"kind\": \"LONG\", \"value\": 2147483647}]}}";
    private static final String BIGINT = "{\"name\": \"%s\", \"type\": \"bigint\", \"typeSignature\": {\"rawType\": \"bigint\", \"arguments\": []}}";

    private volatile Duration watermarkBehind = Duration.ZERO;
    private volatile Duration ruleTime = Duration.ZERO;
    private volatile int webhookStatus = 200;

    // all guarded by this
    private final Map<ByteBuffer, Instant> batches = new HashMap<>();
    private final List<String> events = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private final List<Posted> posted = new ArrayList<>();
    private final List<String> stored = new ArrayList<>();
    private Optional<Instant> lateRow = Optional.empty();
    private long queries;

    /**
     * What a statement asks for.
     */
    enum Question
    {
        WATERMARK("$watermark"),
        STORED_EVENTS("icegate.alert.transition.id"),
        LATE_ROWS("AS first_tick"),
        RULE("");

        private final String sign;

        Question(String sign)
        {
            this.sign = sign;
        }

        static Question of(String sql)
        {
            for (Question question : values()) {
                if (sql.contains(question.sign)) {
                    return question;
                }
            }
            throw new IllegalArgumentException("Every statement is one: " + sql);
        }
    }

    /**
     * The watermark is this much before now.
     */
    void watermarkBehind(Duration behind)
    {
        watermarkBehind = behind;
    }

    /**
     * Each query of a rule takes this long.
     */
    void ruleTime(Duration time)
    {
        ruleTime = time;
    }

    void webhookStatus(int status)
    {
        webhookStatus = status;
    }

    /**
     * A row of this time has arrived late. It is told once.
     */
    synchronized void lateRow(Instant time)
    {
        lateRow = Optional.of(time);
    }

    synchronized boolean isLateRowTold()
    {
        return lateRow.isEmpty();
    }

    /**
     * The answer of a Trino in its protocol.
     */
    byte[] query(String sql)
            throws InterruptedException
    {
        if (Question.of(sql) == Question.RULE) {
            Thread.sleep(ruleTime);
        }
        return answer(sql);
    }

    private synchronized byte[] answer(String sql)
    {
        String id = "20260101_000000_%05d_alert".formatted(queries++);
        String result = switch (Question.of(sql)) {
            case WATERMARK -> result(List.of(VARCHAR.formatted("t"), VARCHAR.formatted("low")), watermarks(sql));
            case STORED_EVENTS -> result(List.of(VARCHAR.formatted("id")), knownEvents(sql));
            case LATE_ROWS -> result(List.of(BIGINT.formatted("source"), BIGINT.formatted("first_tick"), BIGINT.formatted("last_event")), lateRows());
            case RULE -> result(List.of(VARCHAR.formatted("service"), BIGINT.formatted("value")), sql.contains("HAVING false") ? List.of() : List.of("[\"%s\", 1]".formatted(service(sql))));
        };
        return "{\"id\": \"%s\", \"infoUri\": \"http://127.0.0.1/ui\", %s \"stats\": {\"state\": \"FINISHED\", \"queued\": false, \"scheduled\": true}}".formatted(id, result).getBytes(UTF_8);
    }

    private static String result(List<String> columns, List<String> rows)
    {
        String data = rows.isEmpty() ? "" : "\"data\": [%s],".formatted(String.join(", ", rows));
        return "\"columns\": [%s], %s".formatted(String.join(", ", columns), data);
    }

    private List<String> watermarks(String sql)
    {
        String now = LocalDateTime.now(ZoneOffset.UTC).minus(watermarkBehind).format(TIMESTAMP);
        return WATERMARK_TABLE.matcher(sql).results().map(table -> "[\"%s\", \"%s\"]".formatted(table.group(1), now)).toList();
    }

    private List<String> lateRows()
    {
        List<String> rows = lateRow.map(time -> "[0, %s, %s]".formatted(time.getEpochSecond() + 1, time.toEpochMilli())).stream().toList();
        lateRow = Optional.empty();
        return rows;
    }

    private List<String> knownEvents(String sql)
    {
        Matcher ids = IDS.matcher(sql);
        if (!ids.find()) {
            throw new IllegalArgumentException("No ids: " + sql);
        }
        return Pattern.compile("'([^']+)'").matcher(ids.group(1)).results().map(id -> id.group(1)).filter(events::contains).map("[\"%s\"]"::formatted).toList();
    }

    private static String service(String sql)
    {
        Matcher tick = WINDOW_END.matcher(sql);
        if (!tick.find()) {
            throw new IllegalArgumentException("No window: " + sql);
        }
        return "service-%s".formatted(LocalDateTime.parse(tick.group(1), TIMESTAMP).toEpochSecond(ZoneOffset.UTC) / ALERT_SECONDS);
    }

    /**
     * Stores events as our receiver does.
     */
    synchronized void export(String tenant, byte[] body)
            throws InvalidProtocolBufferException
    {
        byte[] name = tenant.getBytes(UTF_8);
        ByteBuffer batch = ByteBuffer.allocate(name.length + body.length).put(name).put(body).flip();
        Instant now = Instant.now();
        Instant former = batches.get(batch);
        if (former != null && former.plus(RECEIVER_WINDOW).isAfter(now)) {
            return;
        }
        batches.put(batch, now);
        ExportLogsServiceRequest.parseFrom(body).getResourceLogs(0).getScopeLogs(0).getLogRecordsList().forEach(event -> event.getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals("icegate.alert.transition.id"))
                .forEach(attribute -> events.add(attribute.getValue().getStringValue())));
    }

    /**
     * @return status of the answer
     */
    synchronized int webhook(String id, byte[] body)
    {
        if (webhookStatus != 200) {
            return webhookStatus;
        }
        String text = new String(body, UTF_8);
        messages.add(new Message(requireNonNull(id, "id is null"), TRANSITION.matcher(text).results().map(transition -> transition.group(1)).toList(), text));
        return 200;
    }

    synchronized void alertmanager(byte[] body)
    {
        try {
            for (JsonNode alert : MAPPER.readTree(new String(body, UTF_8))) {
                SortedMap<String, String> labels = new TreeMap<>();
                alert.get("labels").properties().forEach(label -> labels.put(label.getKey(), label.getValue().textValue()));
                posted.add(new Posted(labels, Instant.parse(alert.get("startsAt").textValue()), Instant.parse(alert.get("endsAt").textValue())));
            }
        }
        catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Alertmanager would answer 400", e);
        }
    }

    /**
     * The store took a record.
     */
    synchronized void stored(String key)
    {
        stored.add(key);
    }

    synchronized DeliveryHistory history(List<EvaluationRecord> records)
    {
        return new DeliveryHistory(stored, records, events, messages, posted.stream().distinct().collect(Collectors.toList()));
    }

    synchronized int told()
    {
        return Math.min(Math.min(messages.size(), events.size()), posted.size());
    }
}
