package io.icegate.alerting.deliver;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.net.InetAddresses;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Where alerts go. Whatever is secret is in files.
 *
 * @param name by which groups choose the channel and records keep its cursor
 * @param urls of a webhook: its address; of Alertmanager: the base address of every instance, as it forbids load balancing
 * @param secretFiles with secrets {@code whsec_…} that sign a webhook, one a line
 * @param allowPrivate whether a webhook may lead to an address that is not public. An Alertmanager may be anywhere.
 * @param headerFiles names of headers that are sent with each request, such as {@code Authorization}, and files with their values
 */
public record ChannelSettings(String name, Kind kind, List<URI> urls, List<Path> secretFiles, boolean allowPrivate, SortedMap<String, Path> headerFiles)
{
    /**
     * Instances of one Alertmanager.
     */
    public static final int INSTANCES_MAX = 8;
    /**
     * Headers of one channel.
     */
    public static final int HEADERS_MAX = 8;

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,63}");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Set<String> OWN_HEADERS = Set.of("connection", "content-length", "content-type", "host", "transfer-encoding", "webhook-id", "webhook-signature", "webhook-timestamp");

    public enum Kind
    {
        ALERTMANAGER,
        WEBHOOK,
    }

    /**
     * @throws IllegalArgumentException that says what to change
     */
    public ChannelSettings
    {
        requireNonNull(name, "name is null");
        requireNonNull(kind, "kind is null");
        urls = List.copyOf(urls);
        secretFiles = List.copyOf(secretFiles);
        headerFiles = ImmutableSortedMap.copyOf((Map<String, Path>) headerFiles);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Invalid name of a channel '%s': must be 1 to 63 of a-z, 0-9 and -".formatted(name));
        }
        if (name.equals(EventSender.NAME)) {
            throw new IllegalArgumentException("Invalid name of a channel '%s': that is the one into our own tables".formatted(name));
        }
        for (URI url : urls) {
            requireAddress(name, url);
        }
        for (String header : headerFiles.keySet()) {
            if (!HEADER.matcher(header).matches() || OWN_HEADERS.contains(header.toLowerCase(Locale.ROOT))) {
                throw invalid(name, "header '%s' cannot be chosen".formatted(header));
            }
        }
        if (headerFiles.size() > HEADERS_MAX) {
            throw invalid(name, "it has more than %s headers".formatted(HEADERS_MAX));
        }
        switch (kind) {
            case ALERTMANAGER -> {
                if (urls.isEmpty() || urls.size() > INSTANCES_MAX) {
                    throw invalid(name, "an Alertmanager has 1 to %s urls, one for each instance, and not %s".formatted(INSTANCES_MAX, urls.size()));
                }
                if (!secretFiles.isEmpty() || allowPrivate) {
                    throw invalid(name, "secrets and allow-private are for webhooks");
                }
            }
            case WEBHOOK -> {
                if (urls.size() != 1) {
                    throw invalid(name, "a webhook has one url, and not %s".formatted(urls.size()));
                }
                if (secretFiles.isEmpty()) {
                    throw invalid(name, "a webhook is signed: name a file with a secret whsec_…");
                }
                requirePublic(name, urls.getFirst(), allowPrivate);
            }
        }
    }

    private static void requireAddress(String name, URI url)
    {
        if (!url.isAbsolute() || url.getHost() == null || !(url.getScheme().equalsIgnoreCase("http") || url.getScheme().equalsIgnoreCase("https"))) {
            throw invalid(name, "a url begins with http:// or https:// and a host");
        }
        if (url.getRawUserInfo() != null) {
            // not repeated: it may be a password
            throw invalid(name, "a url holds no user or password: put the header Authorization into a file");
        }
        if (url.getRawFragment() != null) {
            throw invalid(name, "a url has no part behind #: %s".formatted(url));
        }
    }

    /**
     * A name is looked at when it is connected to; an address can be told of at once.
     */
    private static void requirePublic(String name, URI url, boolean allowPrivate)
    {
        if (!allowPrivate && InetAddresses.isUriInetAddress(url.getHost()) && !PublicAddresses.isPublic(InetAddresses.forUriString(url.getHost()))) {
            throw invalid(name, "%s is no public address; set allow-private if that is meant".formatted(url.getHost()));
        }
    }

    private static IllegalArgumentException invalid(String name, String reason)
    {
        return new IllegalArgumentException("Invalid channel '%s': %s".formatted(name, reason));
    }
}
