package io.icegate.alerting.deliver;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stores events as our receiver does: a request with equal bytes that comes within a quarter of an hour after one that counted does not count.
 */
final class FakeReceiver
        implements Posts, KnownTransitions
{
    private final InstantSource clock;
    private final Map<ByteBuffer, Instant> accepted = new HashMap<>();
    private final List<LogRecord> stored = new ArrayList<>();
    private int lookups;
    private Optional<Answer> answer = Optional.empty();
    private boolean answerLost;

    FakeReceiver(InstantSource clock)
    {
        this.clock = clock;
    }

    @Override
    public Answer post(URI uri, Map<String, String> headers, byte[] body)
            throws IOException
    {
        assertThat(headers).containsEntry("X-Scope-OrgID", "shop").containsEntry("Content-Type", "application/x-protobuf");
        if (answer.isPresent()) {
            return answer.orElseThrow();
        }
        store(body);
        if (answerLost) {
            throw new IOException("Connection reset");
        }
        return new Answer(200, Optional.empty(), new byte[0]);
    }

    private void store(byte[] body)
            throws InvalidProtocolBufferException
    {
        Instant now = clock.instant();
        Instant former = accepted.get(ByteBuffer.wrap(body));
        if (former == null || former.plus(EventSender.WINDOW).isBefore(now)) {
            accepted.put(ByteBuffer.wrap(body), now);
            stored.addAll(ExportLogsServiceRequest.parseFrom(body).getResourceLogs(0).getScopeLogs(0).getLogRecordsList());
        }
    }

    @Override
    public Set<String> among(String tenant, Instant from, Instant to, Collection<String> ids)
    {
        lookups++;
        assertThat(tenant).isEqualTo("shop");
        return stored.stream()
                .filter(event -> !instant(event).isBefore(from) && !instant(event).isAfter(to))
                .map(FakeReceiver::id)
                .filter(ids::contains)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Instant instant(LogRecord event)
    {
        return Instant.ofEpochSecond(0, event.getTimeUnixNano());
    }

    static String id(LogRecord event)
    {
        return event.getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals("icegate.alert.transition.id"))
                .map(KeyValue::getValue)
                .findFirst()
                .orElseThrow()
                .getStringValue();
    }

    List<LogRecord> stored()
    {
        return List.copyOf(stored);
    }

    List<String> storedIds()
    {
        return stored.stream().map(FakeReceiver::id).toList();
    }

    int lookups()
    {
        return lookups;
    }

    void answerWith(Optional<Answer> fixed)
    {
        answer = fixed;
    }

    void loseAnswers(boolean lost)
    {
        answerLost = lost;
    }
}
