package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * Where telemetry of our own goes, as the variables of OpenTelemetry's SDKs say it.
 *
 * @param endpoint of OTLP/HTTP, without the path of a signal
 * @param certificate in PEM, that is trusted; empty for those that the JVM trusts
 * @param interval between two requests
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record TelemetryTarget(URI endpoint, Map<String, String> headers, Optional<byte[]> certificate, Duration interval)
{
    static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
    static final String HEADERS = "OTEL_EXPORTER_OTLP_HEADERS";
    static final String CERTIFICATE = "OTEL_EXPORTER_OTLP_CERTIFICATE";
    static final String INTERVAL = "OTEL_METRIC_EXPORT_INTERVAL";
    private static final Duration INTERVAL_DEFAULT = Duration.ofMinutes(1);
    private static final Duration INTERVAL_MIN = Duration.ofSeconds(1);
    private static final Duration INTERVAL_MAX = Duration.ofHours(1);

    TelemetryTarget
    {
        requireNonNull(endpoint, "endpoint is null");
        headers = Map.copyOf(headers);
        requireNonNull(certificate, "certificate is null");
        requireNonNull(interval, "interval is null");
    }

    /**
     * @return empty when nothing is to be sent
     * @throws CommandException when a variable says what we do not understand
     */
    static Optional<TelemetryTarget> of(Map<String, String> environment)
    {
        String endpoint = environment.getOrDefault(ENDPOINT, "").strip();
        if (endpoint.isEmpty() || environment.getOrDefault("OTEL_SDK_DISABLED", "").strip().equalsIgnoreCase("true")) {
            return Optional.empty();
        }
        if (!endpoint.matches("https?://[^/?#\\s]+(/[^?#\\s]*)?")) {
            throw new CommandException("Cannot send telemetry: %s is no address of OTLP/HTTP: %s".formatted(ENDPOINT, endpoint));
        }
        return Optional.of(new TelemetryTarget(
                URI.create(endpoint),
                headers(environment.getOrDefault(HEADERS, "")),
                Optional.ofNullable(environment.get(CERTIFICATE)).filter(file -> !file.isBlank()).map(TelemetryTarget::read),
                Optional.ofNullable(environment.get(INTERVAL)).filter(millis -> !millis.isBlank()).map(TelemetryTarget::interval).orElse(INTERVAL_DEFAULT)));
    }

    /**
     * Address of a signal.
     */
    String url(String signal)
    {
        String base = endpoint.toString();
        return "%s/v1/%s".formatted(base.endsWith("/") ? base.substring(0, base.length() - 1) : base, signal);
    }

    private static Map<String, String> headers(String text)
    {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String entry : text.split(",", -1)) {
            if (entry.isBlank()) {
                continue;
            }
            int equals = entry.indexOf('=');
            if (equals < 1) {
                // without the text, which may be a key
                throw new CommandException("Cannot send telemetry: %s has an entry that is not name=value".formatted(HEADERS));
            }
            // a plus is a plus there
            headers.put(entry.substring(0, equals).strip(), URLDecoder.decode(entry.substring(equals + 1).strip().replace("+", "%2B"), UTF_8));
        }
        return headers;
    }

    private static byte[] read(String file)
    {
        try {
            return Files.readAllBytes(Path.of(file));
        }
        catch (IOException e) {
            throw new CommandException("Cannot read %s: %s".formatted(CERTIFICATE, e), e);
        }
    }

    private static Duration interval(String text)
    {
        try {
            Duration interval = Duration.ofMillis(Long.parseLong(text.strip()));
            if (interval.compareTo(INTERVAL_MIN) >= 0 && interval.compareTo(INTERVAL_MAX) <= 0) {
                return interval;
            }
        }
        catch (NumberFormatException _) {
            // told below
        }
        throw new CommandException("Cannot send telemetry each %s ms: %s must be from %s to %s".formatted(text, INTERVAL, INTERVAL_MIN.toMillis(), INTERVAL_MAX.toMillis()));
    }
}
