package io.icegate.alerting.deliver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Transition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import static io.icegate.alerting.deliver.Records.GROUP;
import static io.icegate.alerting.deliver.Records.fires;
import static io.icegate.alerting.deliver.Records.record;
import static io.icegate.alerting.deliver.Records.resolves;
import static io.icegate.alerting.deliver.Records.tick;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

final class TestWebhookOutbox
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private final List<Map<String, String>> headers = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private Answer answer = new Answer(204, Optional.empty(), new byte[0]);
    private Instant now = Instant.now();
    private final WebhookOutbox outbox = outbox((_, sent, body) -> {
        headers.add(new TreeMap<>(sent));
        bodies.add(body);
        return answer;
    });

    /**
     * The fields of a body that Alertmanager 0.25 sent, see {@link TestRealAlertmanager}, and two of our own in each alert.
     */
    @Test
    void testBodyIsAlertmanagers()
            throws Exception
    {
        EvaluationRecord record = record(9, fires("cart", tick(9)), resolves("mail", tick(2), tick(9)));
        assertThat(outbox.attempt(record, GROUP, Optional.empty())).isEqualTo(Attempt.DONE);
        String fingerprint = Records.firing("cart", tick(9)).fingerprint();
        JsonNode expected = MAPPER.readTree(
                """
                {"receiver": "ops", "status": "firing", "alerts": [
                  {"status": "firing", "labels": {"alertname": "CheckoutErrors", "service_name": "cart", "severity": "page"}, "annotations": {"summary": "cart: 17 errors"},
                   "startsAt": "2026-11-27T00:04:30Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "https://icegate.example/alerting/checkout/CheckoutErrors",
                   "fingerprint": "%s", "late": false, "transitionId": "%s"},
                  {"status": "resolved", "labels": {"alertname": "CheckoutErrors", "service_name": "mail", "severity": "page"}, "annotations": {"summary": "mail: 17 errors"},
                   "startsAt": "2026-11-27T00:01:00Z", "endsAt": "2026-11-27T00:04:30Z", "generatorURL": "https://icegate.example/alerting/checkout/CheckoutErrors",
                   "fingerprint": "%s", "late": false, "transitionId": "%s"}],
                 "groupLabels": {}, "commonLabels": {"alertname": "CheckoutErrors", "severity": "page"}, "commonAnnotations": {},
                 "externalURL": "https://icegate.example", "version": "4", "groupKey": "{}:{group=\\"shop/checkout\\"}", "truncatedAlerts": 0}
                """.formatted(
                        fingerprint,
                        record.transitions().getFirst().id(),
                        Records.firing("mail", tick(9)).fingerprint(),
                        record.transitions().getLast().id()));
        assertThat(MAPPER.readTree(bodies.getFirst())).isEqualTo(expected);
    }

    @Test
    void testSignedWithOneIdOnEveryAttempt()
            throws Exception
    {
        EvaluationRecord record = record(9, fires("cart", tick(9)));
        outbox.attempt(record, GROUP, Optional.empty());
        now = now.plusSeconds(7);
        outbox.attempt(record, GROUP, Optional.empty());
        outbox.attempt(record(10, fires("cart", tick(10))), GROUP, Optional.empty());
        assertThat(headers).extracting(sent -> sent.get("webhook-id")).containsExactly("msg_e234e6c94e0df90ea4ccdb18c7d3b87f", "msg_e234e6c94e0df90ea4ccdb18c7d3b87f", "msg_ba7869fd15c2f679930733c38fbfe5ce");
        assertThat(headers.get(1).get("webhook-timestamp")).isEqualTo(Long.toString(now.getEpochSecond()));
        for (int attempt = 0; attempt < 3; attempt++) {
            Map<String, List<String>> lists = new TreeMap<>();
            headers.get(attempt).forEach((name, value) -> lists.put(name, List.of(value)));
            new Webhook(SECRET).verify(new String(bodies.get(attempt), UTF_8), lists);
        }
        assertThat(headers.getFirst()).containsEntry("Authorization", "Bearer x");
        assertThat(WebhookOutbox.id("other", Records.NAME, tick(9))).isNotEqualTo(WebhookOutbox.id("ops", Records.NAME, tick(9)));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void testComesAgain(int status)
    {
        answer = new Answer(status, Optional.of(Duration.ofSeconds(7)), "later".getBytes(UTF_8));
        assertThat(outbox.attempt(record(9, fires("cart", tick(9))), GROUP, Optional.empty())).isEqualTo(new Attempt.Later("http_" + status, "later", Optional.of(Duration.ofSeconds(7))));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 307, 400, 401, 404, 410, 413, 422})
    void testIsFinal(int status)
    {
        answer = new Answer(status, Optional.empty(), new byte[0]);
        assertThat(outbox.attempt(record(9, fires("cart", tick(9))), GROUP, Optional.empty())).isEqualTo(new Attempt.Refused("http_" + status));
    }

    @Test
    void testNoAnswerComesAgain()
    {
        assertThat(outbox((_, _, _) -> {
            throw new IOException("Connection reset");
        }).attempt(record(9, fires("cart", tick(9))), GROUP, Optional.empty())).isInstanceOf(Attempt.Later.class);
    }

    @Test
    void testWhatItTells()
    {
        Transition pending = new Transition(
                Records.alert("cart", AlertState.PENDING, Optional.empty(), Optional.empty()), AlertState.INACTIVE, AlertState.PENDING, tick(9), 7, Transition.Kind.CHANGED, false, Optional.empty());
        Transition corrected = new Transition(Records.firing("cart", tick(2)), AlertState.INACTIVE, AlertState.FIRING, tick(2), 7, Transition.Kind.CORRECTED, true, Optional.empty());
        assertThat(outbox.wants(record(9, pending, corrected), GROUP)).isFalse();
        assertThat(outbox.wants(record(9, pending, fires("cart", tick(9))), GROUP)).isTrue();
        assertThat(outbox.wants(record(9, fires("cart", tick(9))), Records.group(Optional.of(List.of("pager"))))).isFalse();
    }

    private WebhookOutbox outbox(Posts posts)
    {
        WebhookSignature signature = WebhookSignature.parse(List.of(SECRET.getBytes(UTF_8)));
        return new WebhookOutbox(
                new WebhookOutbox.Settings("ops", URI.create("https://hook.example"), Optional.of(URI.create("https://icegate.example")), () -> signature, () -> Map.of("Authorization", "Bearer x")),
                posts,
                () -> now);
    }
}
