package io.icegate.alerting.deliver;

import io.icegate.server.reload.FileReloads;
import io.icegate.server.reload.ReloadedFiles;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * All channels of this evaluator, with their connections. Files with secrets are read again when they change.
 *
 * @param outlets that get records, that of events first
 * @param instances every Alertmanager
 * @param clients to be closed in the end
 */
record Channels(List<Outlet> outlets, List<Instance> instances, List<HttpPosts> clients)
{
    /**
     * Of one request to Alertmanager.
     */
    private static final Duration ALERTMANAGER_TIMEOUT = Duration.ofSeconds(10);
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]{1,4096}");

    Channels
    {
        outlets = List.copyOf(outlets);
        instances = List.copyOf(instances);
        clients = List.copyOf(clients);
    }

    /**
     * One Alertmanager and how to reach it.
     */
    record Instance(AlertmanagerRefresh.Settings settings, Posts posts)
    {
        Instance
        {
            requireNonNull(settings, "settings is null");
            requireNonNull(posts, "posts is null");
        }
    }

    /**
     * @param clock for dates that servers ask to wait for
     * @throws IllegalArgumentException when a file cannot be used, or two channels have one name
     * @throws UncheckedIOException when a file cannot be read
     */
    static Channels open(Deliveries.Settings settings, KnownTransitions known, FileReloads reloads, InstantSource clock)
    {
        List<Outlet> outlets = new ArrayList<>();
        List<Instance> instances = new ArrayList<>();
        List<HttpPosts> clients = new ArrayList<>();
        Set<String> names = new HashSet<>();
        try {
            EventSettings events = settings.events();
            HttpPosts receiver = new HttpPosts(EventSender.TIMEOUT, SystemDefaultDnsResolver.INSTANCE, events.certificateFile().map(file -> TrustedCertificates.follow(file, reloads)), clock);
            clients.add(receiver);
            SortedMap<String, Path> keys = new TreeMap<>();
            events.apiKeyFile().ifPresent(file -> keys.put("X-API-Key", file));
            outlets.add(new EventSender(new EventSender.Settings(events.endpoint(), events.tenantHeader(), headers("the key for events", keys, reloads)), receiver, known));
            for (ChannelSettings channel : settings.channels()) {
                if (!names.add(channel.name())) {
                    throw new IllegalArgumentException("Two channels have the name '%s'".formatted(channel.name()));
                }
                Supplier<Map<String, String>> headers = headers("the headers of channel '%s'".formatted(channel.name()), channel.headerFiles(), reloads);
                DnsResolver addresses = channel.kind() == ChannelSettings.Kind.WEBHOOK && !channel.allowPrivate() ? new PublicAddresses() : SystemDefaultDnsResolver.INSTANCE;
                for (URI url : channel.urls()) {
                    HttpPosts posts = new HttpPosts(channel.kind() == ChannelSettings.Kind.WEBHOOK ? WebhookOutbox.TIMEOUT : ALERTMANAGER_TIMEOUT, addresses, Optional.empty(), clock);
                    clients.add(posts);
                    if (channel.kind() == ChannelSettings.Kind.WEBHOOK) {
                        ReloadedFiles<WebhookSignature> secrets = reloads.watch(new ReloadedFiles<>("the secrets of channel '%s'".formatted(channel.name()), channel.secretFiles(), WebhookSignature::parse));
                        outlets.add(new WebhookOutbox(new WebhookOutbox.Settings(channel.name(), url, settings.externalUrl(), secrets::current, headers), posts, clock));
                    }
                    else {
                        instances.add(new Instance(new AlertmanagerRefresh.Settings(channel.name(), url, settings.resend(), settings.externalUrl(), headers), posts));
                    }
                }
            }
            return new Channels(outlets, instances, clients);
        }
        catch (RuntimeException e) {
            clients.forEach(Channels::close);
            throw e;
        }
    }

    private static Supplier<Map<String, String>> headers(String what, SortedMap<String, Path> files, FileReloads reloads)
    {
        if (files.isEmpty()) {
            return Map::of;
        }
        List<String> names = files.keySet().stream().collect(toImmutableList());
        ReloadedFiles<Map<String, String>> values = reloads.watch(new ReloadedFiles<>(what, List.copyOf(files.values()), contents -> {
            Map<String, String> headers = new TreeMap<>();
            for (int index = 0; index < names.size(); index++) {
                String value = new String(contents.get(index), UTF_8).strip();
                if (!HEADER_VALUE.matcher(value).matches()) {
                    throw new IllegalArgumentException("the value of %s is not one line of ASCII".formatted(names.get(index)));
                }
                headers.put(names.get(index), value);
            }
            return Map.copyOf(headers);
        }));
        return values::current;
    }

    void close()
    {
        clients.forEach(Channels::close);
    }

    private static void close(HttpPosts client)
    {
        try {
            client.close();
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot close the connections of a channel", e);
        }
    }
}
