package io.icegate.alerting.deliver;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;
import io.icegate.alerting.state.Transition;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import static io.icegate.alerting.deliver.Records.GROUP;
import static io.icegate.alerting.deliver.Records.fires;
import static io.icegate.alerting.deliver.Records.record;
import static io.icegate.alerting.deliver.Records.tick;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

final class TestEventSender
{
    private static final Optional<Duration> JUST_NOW = Optional.of(Duration.ofSeconds(1));
    private static final EventSender.Settings SETTINGS = new EventSender.Settings(URI.create("http://receiver/v1/logs"), "X-Scope-OrgID", () -> Map.of("X-API-Key", "key"));

    private final EvaluationRecord record = record(1, fires("cart", tick(1)));
    private Instant now = tick(2);
    private final FakeReceiver receiver = new FakeReceiver(() -> now);
    private final EventSender sender = new EventSender(SETTINGS, receiver, receiver);

    @Test
    void testStoredOnceWhateverTheGap()
    {
        receiver.loseAnswers(true);
        assertThat(sender.attempt(record, GROUP, JUST_NOW)).isInstanceOf(Attempt.Later.class);
        receiver.loseAnswers(false);
        // the receiver recognises the bytes
        assertThat(sender.attempt(record, GROUP, JUST_NOW)).isEqualTo(Attempt.DONE);
        assertThat(receiver.lookups()).isZero();
        // and has forgotten them
        now = now.plus(Duration.ofMinutes(20));
        assertThat(sender.attempt(record, GROUP, Optional.of(Duration.ofMinutes(20)))).isEqualTo(Attempt.DONE);
        assertThat(sender.attempt(record, GROUP, Optional.empty())).isEqualTo(Attempt.DONE);
        assertThat(receiver.lookups()).isEqualTo(2);
        assertThat(receiver.stored()).hasSize(1);
    }

    /**
     * What would happen without the question, so that the test before is worth something.
     */
    @Test
    void testWithoutTheQuestionThereWouldBeTwo()
    {
        assertThat(sender.attempt(record, GROUP, JUST_NOW)).isEqualTo(Attempt.DONE);
        now = now.plus(Duration.ofMinutes(20));
        assertThat(sender.attempt(record, GROUP, JUST_NOW)).isEqualTo(Attempt.DONE);
        assertThat(receiver.stored()).hasSize(2);
    }

    @Test
    void testOfSeveralRequestsOnlyTheMissingOneIsSent()
    {
        EvaluationRecord large = record(1, IntStream.range(0, 300).mapToObj(number -> fires("service-" + number, tick(1))).toArray(Transition[]::new));
        int[] posts = {0};
        EventSender interrupted = new EventSender(SETTINGS, (uri, headers, body) -> {
            posts[0]++;
            if (posts[0] == 2) {
                throw new IOException("Connection refused");
            }
            return receiver.post(uri, headers, body);
        }, receiver);
        assertThat(interrupted.attempt(large, GROUP, JUST_NOW)).isInstanceOf(Attempt.Later.class);
        assertThat(receiver.stored()).hasSize(256);
        now = now.plus(Duration.ofMinutes(20));
        assertThat(interrupted.attempt(large, GROUP, Optional.empty())).isEqualTo(Attempt.DONE);
        assertThat(posts[0]).isEqualTo(3);
        assertThat(receiver.storedIds()).hasSize(300).doesNotHaveDuplicates();
    }

    @Test
    void testNothingIsSentWhileTheQuestionHasNoAnswer()
    {
        EventSender blind = new EventSender(SETTINGS, receiver, (_, _, _, _) -> {
            throw new IOException("Trino is away");
        });
        assertThat(blind.attempt(record, GROUP, Optional.empty())).isInstanceOfSatisfying(Attempt.Later.class, later -> assertThat(later.error()).isEqualTo("lookup"));
        assertThat(receiver.stored()).isEmpty();
    }

    @Test
    void testAnswers()
    {
        receiver.answerWith(Optional.of(new Answer(503, Optional.of(Duration.ofSeconds(7)), new byte[0])));
        assertThat(sender.attempt(record, GROUP, JUST_NOW)).isEqualTo(new Attempt.Later("http_503", "", Optional.of(Duration.ofSeconds(7))));
        // a key that is wrong may be put right
        receiver.answerWith(Optional.of(new Answer(401, Optional.empty(), "who?".getBytes(UTF_8))));
        assertThat(sender.attempt(record, GROUP, JUST_NOW)).isEqualTo(new Attempt.Later("http_401", "who?", Optional.empty()));
        receiver.answerWith(Optional.of(new Answer(400, Optional.empty(), new byte[0])));
        assertThat(sender.attempt(record, GROUP, JUST_NOW)).isEqualTo(new Attempt.Refused("http_400"));
        receiver.answerWith(Optional.of(new Answer(200, Optional.empty(), partial(1))));
        assertThat(sender.attempt(record, GROUP, JUST_NOW)).isEqualTo(new Attempt.Refused("partial_success"));
        // a warning
        receiver.answerWith(Optional.of(new Answer(200, Optional.empty(), partial(0))));
        assertThat(sender.attempt(record, GROUP, JUST_NOW)).isEqualTo(Attempt.DONE);
        receiver.answerWith(Optional.of(new Answer(200, Optional.empty(), "<html>Welcome".getBytes(UTF_8))));
        assertThat(sender.attempt(record, GROUP, JUST_NOW)).isInstanceOf(Attempt.Later.class);
    }

    @Test
    void testWhatIsWorthAnEvent()
    {
        EvaluationRecord givenUp = Records.record("e", tick(3), List.of(), List.of(), ImmutableSortedMap.of(), List.of(new Undelivered(EventSender.NAME, tick(1), "http_400")));
        assertThat(sender.wants(givenUp, GROUP)).isTrue();
        assertThat(sender.isMissed(givenUp)).isFalse();
        assertThat(sender.isMissed(record)).isTrue();
        assertThat(sender.wants(record(4), GROUP)).isFalse();
    }

    private static byte[] partial(long rejected)
    {
        return ExportLogsServiceResponse.newBuilder()
                .setPartialSuccess(ExportLogsPartialSuccess.newBuilder().setRejectedLogRecords(rejected).setErrorMessage("told"))
                .build()
                .toByteArray();
    }
}
