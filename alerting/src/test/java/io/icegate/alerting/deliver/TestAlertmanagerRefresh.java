package io.icegate.alerting.deliver;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.Labels;
import org.junit.jupiter.api.Test;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;

import static io.icegate.alerting.deliver.Records.GROUP;
import static io.icegate.alerting.deliver.Records.fires;
import static io.icegate.alerting.deliver.Records.firing;
import static io.icegate.alerting.deliver.Records.record;
import static io.icegate.alerting.deliver.Records.resolved;
import static io.icegate.alerting.deliver.Records.tick;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

final class TestAlertmanagerRefresh
{
    private static final Duration RESEND = Duration.ofMinutes(1);
    private static final String CART = "{alertname=CheckoutErrors, service_name=cart, severity=page}";

    private Instant now = tick(10);
    private List<GroupAlerts> owned = List.of();
    private final FakeAlertmanager alertmanager = new FakeAlertmanager(() -> now);
    private final AlertmanagerRefresh refresh = refresh(Optional.of(URI.create("https://icegate.example/")));

    @Test
    void testFiringAndResolved()
    {
        own(firing("cart", tick(8)), Records.alert("tea", AlertState.PENDING, Optional.empty(), Optional.empty()), resolved("mail", tick(2), tick(7)));
        assertThat(refresh.step()).isEqualTo(RESEND);
        assertThat(alertmanager.alerts()).containsOnlyKeys(CART, CART.replace("cart", "mail"));
        assertThat(alertmanager.alert(CART)).isEqualTo(
                new FakeAlertmanager.Stored(tick(8), now.plus(Duration.ofMinutes(4)), Optional.of("https://icegate.example/alerting/checkout/CheckoutErrors")));
        assertThat(alertmanager.alert(CART.replace("cart", "mail")).endsAt()).isEqualTo(tick(7));
        alertmanager.flush();
        // mail was resolved before this evaluator came: who owned it before has told it
        assertThat(alertmanager.notifications()).containsExactly("firing " + CART);
    }

    @Test
    void testComesBackEmpty()
    {
        own(firing("cart", tick(8)));
        refresh.step();
        alertmanager.isDown(true);
        pass(RESEND);
        assertThat(refresh.step()).isLessThanOrEqualTo(Duration.ofSeconds(1));
        alertmanager.forgetAll();
        alertmanager.isDown(false);
        pass(Duration.ofHours(2));
        refresh.step();
        assertThat(alertmanager.alerts()).containsOnlyKeys(CART);
        assertThat(alertmanager.alert(CART).startsAt()).isEqualTo(tick(8));
    }

    @Test
    void testFiredAndResolvedWhileItWasDown()
    {
        alertmanager.isDown(true);
        refresh.stored(record(8, fires("cart", tick(8))));
        own(firing("cart", tick(8)));
        refresh.step();
        own(resolved("cart", tick(8), tick(10)));
        pass(RESEND);
        refresh.step();
        alertmanager.isDown(false);
        pass(RESEND);
        refresh.step();
        alertmanager.flush();
        assertThat(alertmanager.notifications()).containsExactly("firing " + CART);
        // not before a whole refresh has passed, whoever asks
        pass(Duration.ofSeconds(20));
        refresh.step();
        alertmanager.flush();
        assertThat(alertmanager.notifications()).containsExactly("firing " + CART);
        pass(RESEND);
        refresh.step();
        alertmanager.flush();
        assertThat(alertmanager.notifications()).containsExactly("firing " + CART, "resolved " + CART);
        assertThat(alertmanager.alert(CART).endsAt()).isEqualTo(tick(10));
        // and that was it
        pass(RESEND);
        refresh.step();
        alertmanager.flush();
        assertThat(alertmanager.notifications()).hasSize(2);
    }

    @Test
    void testFiringWhenTheGroupWasTakenOver()
    {
        refresh.owe(List.of(firing("cart", tick(8))));
        own(resolved("cart", tick(8), tick(10)));
        refresh.step();
        alertmanager.flush();
        assertThat(alertmanager.notifications()).containsExactly("firing " + CART);
    }

    @Test
    void testRequestsAreBounded()
    {
        own(IntStream.range(0, 600).mapToObj(number -> firing("service-" + number, tick(8))).toArray(AlertInstance[]::new));
        refresh.step();
        assertThat(alertmanager.requests()).containsExactly(256, 256, 88);
        // more records than a refresh a second make no more refreshes
        assertThat(refresh.step()).isEqualTo(Duration.ofSeconds(1));
        assertThat(alertmanager.requests()).hasSize(3);
    }

    @Test
    void testOneBadAlertCostsNoOther()
    {
        own(firing("a", tick(8)), firing("b", tick(8)), bad(), firing("d", tick(8)), firing("e", tick(8)));
        assertThat(refresh.step()).isEqualTo(RESEND);
        assertThat(alertmanager.alerts()).hasSize(4);
        assertThat(alertmanager.requests()).containsExactly(5, 2, 3, 1, 2);
        pass(RESEND);
        refresh.step();
        assertThat(alertmanager.requests()).endsWith(2, 4);
        // an answer that was someone else's fault is forgotten
        pass(Duration.ofMinutes(11));
        refresh.step();
        assertThat(alertmanager.requests()).contains(5, 5);
    }

    @Test
    void testEmptyLabelsAreLeftOut()
    {
        AlertInstance alert = alert(ImmutableSortedMap.of("alertname", "CheckoutErrors", "service_name", "cart", "severity", "page", "zone", ""));
        own(alert);
        AlertmanagerRefresh strict = new AlertmanagerRefresh(settings(Optional.empty()), () -> owned, (uri, headers, body) -> {
            assertThat(new String(body, UTF_8)).doesNotContain("zone").doesNotContain("generatorURL");
            return alertmanager.post(uri, headers, body);
        }, () -> now, new Random(1), DeliveryMetrics.NONE);
        strict.step();
        assertThat(alertmanager.alerts()).containsOnlyKeys(CART);
    }

    @Test
    void testWaitsAsLongAsItIsAsked()
    {
        own(firing("cart", tick(8)));
        alertmanager.answerWith(Optional.of(new Answer(429, Optional.of(Duration.ofSeconds(50)), new byte[0])));
        assertThat(refresh.step()).isEqualTo(Duration.ofSeconds(50));
        alertmanager.answerWith(Optional.empty());
        pass(Duration.ofSeconds(20));
        assertThat(refresh.step()).isEqualTo(Duration.ofSeconds(30));
        assertThat(alertmanager.alerts()).isEmpty();
    }

    @Test
    void testGroupsChooseTheirChannels()
    {
        owned = List.of(new GroupAlerts(Records.group(Optional.of(List.of("ops"))), List.of(firing("cart", tick(8)))));
        refresh.step();
        assertThat(alertmanager.requests()).isEmpty();
    }

    private AlertmanagerRefresh refresh(Optional<URI> externalUrl)
    {
        return new AlertmanagerRefresh(settings(externalUrl), () -> owned, alertmanager, () -> now, new Random(1), DeliveryMetrics.NONE);
    }

    private static AlertmanagerRefresh.Settings settings(Optional<URI> externalUrl)
    {
        return new AlertmanagerRefresh.Settings("alertmanager", URI.create("http://alertmanager:9093/"), RESEND, externalUrl, Map::of);
    }

    private static AlertInstance bad()
    {
        return alert(ImmutableSortedMap.of("alertname", "CheckoutErrors", "service.name", "cart"));
    }

    private static AlertInstance alert(ImmutableSortedMap<String, String> labels)
    {
        return new AlertInstance(
                "CheckoutErrors", Labels.of(labels), AlertState.FIRING, tick(8), tick(8), tick(8), Optional.of(tick(8)), Optional.empty(), OptionalDouble.empty(), ImmutableSortedMap.of(), labels, ImmutableSortedMap.of());
    }

    private void own(AlertInstance... alerts)
    {
        owned = List.of(new GroupAlerts(GROUP, List.of(alerts)));
    }

    private void pass(Duration time)
    {
        now = now.plus(time);
    }
}
