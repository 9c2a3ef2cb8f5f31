package io.icegate.alerting.deliver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Answers {@code POST /api/v2/alerts} as Alertmanager 0.25 was seen to, and takes nothing that its openapi.yaml does not know.
 */
final class FakeAlertmanager
        implements Posts
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
    private static final Set<String> FIELDS = Set.of("labels", "annotations", "startsAt", "endsAt", "generatorURL");

    private final InstantSource clock;
    private final SortedMap<String, Stored> alerts = new TreeMap<>();
    private final Set<String> notified = new HashSet<>();
    private final List<String> notifications = new ArrayList<>();
    private final List<Integer> requests = new ArrayList<>();
    private Optional<Answer> answer = Optional.empty();
    private boolean down;

    record Stored(Instant startsAt, Instant endsAt, Optional<String> generatorUrl) {}

    FakeAlertmanager(InstantSource clock)
    {
        this.clock = clock;
    }

    @Override
    public Answer post(URI uri, Map<String, String> headers, byte[] body)
            throws IOException
    {
        assertThat(uri.getPath()).isEqualTo("/api/v2/alerts");
        assertThat(headers).containsEntry("Content-Type", "application/json");
        if (down) {
            throw new IOException("Connection refused");
        }
        if (answer.isPresent()) {
            return answer.orElseThrow();
        }
        JsonNode posted = MAPPER.readTree(body);
        assertThat(posted.isArray()).isTrue();
        requests.add(posted.size());
        for (JsonNode alert : posted) {
            alert.fieldNames().forEachRemaining(name -> assertThat(FIELDS).contains(name));
            if (alert.has("generatorURL") && !isUri(alert.get("generatorURL").textValue())) {
                return new Answer(422, Optional.empty(), "generatorURL must be of type uri".getBytes(UTF_8));
            }
        }
        boolean bad = false;
        for (JsonNode alert : posted) {
            bad |= !store(alert);
        }
        return bad ? new Answer(400, Optional.empty(), "invalid label set".getBytes(UTF_8)) : new Answer(200, Optional.empty(), new byte[0]);
    }

    private boolean store(JsonNode alert)
    {
        SortedMap<String, String> labels = new TreeMap<>();
        assertThat(alert.get("labels").isObject()).isTrue();
        alert.get("labels").properties().forEach(label -> {
            if (!label.getValue().textValue().isEmpty()) {
                labels.put(label.getKey(), label.getValue().textValue());
            }
        });
        Instant startsAt = Instant.parse(alert.get("startsAt").textValue());
        Instant endsAt = Instant.parse(alert.get("endsAt").textValue());
        if (labels.isEmpty() || !labels.keySet().stream().allMatch(name -> LABEL.matcher(name).matches()) || endsAt.isBefore(startsAt)) {
            return false;
        }
        alerts.put(labels.toString(), new Stored(startsAt, endsAt, Optional.ofNullable(alert.get("generatorURL")).map(JsonNode::textValue)));
        return true;
    }

    private static boolean isUri(String text)
    {
        try {
            return new URI(text).isAbsolute();
        }
        catch (URISyntaxException _) {
            return false;
        }
    }

    /**
     * The end of a group's wait: tells who fires, and who no longer does and was told.
     */
    void flush()
    {
        alerts.forEach((labels, alert) -> {
            boolean fires = alert.endsAt().isAfter(clock.instant());
            if (fires && notified.add(labels)) {
                notifications.add("firing " + labels);
            }
            if (!fires && notified.remove(labels)) {
                notifications.add("resolved " + labels);
            }
        });
    }

    void forgetAll()
    {
        alerts.clear();
        notified.clear();
    }

    Map<String, Stored> alerts()
    {
        return alerts;
    }

    Stored alert(String labels)
    {
        return requireNonNull(alerts.get(labels), labels);
    }

    List<String> notifications()
    {
        return List.copyOf(notifications);
    }

    List<Integer> requests()
    {
        return List.copyOf(requests);
    }

    void answerWith(Optional<Answer> fixed)
    {
        answer = fixed;
    }

    void isDown(boolean isDown)
    {
        down = isDown;
    }
}
