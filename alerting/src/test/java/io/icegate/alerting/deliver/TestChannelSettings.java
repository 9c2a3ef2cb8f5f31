package io.icegate.alerting.deliver;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.deliver.ChannelSettings.Kind;
import org.junit.jupiter.api.Test;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestChannelSettings
{
    private static final List<Path> SECRET = List.of(Path.of("secret"));

    @Test
    void testValid()
    {
        assertThat(channel("ops", Kind.WEBHOOK, SECRET, false, "https://hook.example/alerts?x=1").urls()).hasSize(1);
        assertThat(channel("ops", Kind.WEBHOOK, SECRET, true, "http://[::1]:9000/").allowPrivate()).isTrue();
        assertThat(channel("am", Kind.ALERTMANAGER, List.of(), false, "http://10.0.0.1:9093", "http://10.0.0.2:9093").urls()).hasSize(2);
    }

    @Test
    void testMessages()
    {
        assertInvalid(Kind.WEBHOOK, SECRET, "a webhook has one url, and not 2", "https://a.example", "https://b.example");
        assertInvalid(Kind.WEBHOOK, List.of(), "a webhook is signed: name a file with a secret whsec_…", "https://a.example");
        assertInvalid(Kind.WEBHOOK, SECRET, "a url begins with http:// or https:// and a host", "ftp://a.example");
        assertInvalid(Kind.WEBHOOK, SECRET, "a url begins with http:// or https:// and a host", "/alerts");
        assertInvalid(Kind.WEBHOOK, SECRET, "a url holds no user or password: put the header Authorization into a file", "https://user:password@a.example");
        assertInvalid(Kind.WEBHOOK, SECRET, "169.254.169.254 is no public address; set allow-private if that is meant", "http://169.254.169.254/latest");
        assertInvalid(Kind.WEBHOOK, SECRET, "[::1] is no public address; set allow-private if that is meant", "http://[::1]/");
        assertInvalid(Kind.ALERTMANAGER, List.of(), "an Alertmanager has 1 to 8 urls, one for each instance, and not 0");
        assertInvalid(Kind.ALERTMANAGER, SECRET, "secrets and allow-private are for webhooks", "http://a.example");
        assertThatThrownBy(() -> channel("events", Kind.WEBHOOK, SECRET, false, "https://a.example")).hasMessage("Invalid name of a channel 'events': that is the one into our own tables");
        assertThatThrownBy(() -> channel("Ops", Kind.WEBHOOK, SECRET, false, "https://a.example")).hasMessage("Invalid name of a channel 'Ops': must be 1 to 63 of a-z, 0-9 and -");
        assertThatThrownBy(() -> new ChannelSettings("ops", Kind.WEBHOOK, List.of(URI.create("https://a.example")), SECRET, false, ImmutableSortedMap.of("Webhook-Id", Path.of("id"))))
                .hasMessage("Invalid channel 'ops': header 'Webhook-Id' cannot be chosen");
    }

    private static void assertInvalid(Kind kind, List<Path> secrets, String message, String... urls)
    {
        assertThatThrownBy(() -> channel("ops", kind, secrets, false, urls)).isInstanceOf(IllegalArgumentException.class).hasMessage("Invalid channel 'ops': " + message);
    }

    private static ChannelSettings channel(String name, Kind kind, List<Path> secrets, boolean allowPrivate, String... urls)
    {
        return new ChannelSettings(name, kind, Stream.of(urls).map(URI::create).toList(), secrets, allowPrivate, ImmutableSortedMap.of());
    }
}
