package io.icegate.server;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * {@code /health} (the process lives), {@code /ready} (requests are accepted), {@code /metrics} (for Prometheus) and
 * {@code /v1/status} (JSON for programs).
 */
public final class OperatorPages
{
    private final Supplier<Readiness> readiness;
    private final PrometheusRegistry registry;
    private final Optional<Supplier<byte[]>> status;
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    /**
     * Who looks at a page.
     */
    public enum Viewer
    {
        /**
         * Sees whether the server lives and is ready, which load balancers ask.
         */
        ANYBODY,
        /**
         * Sees everything.
         */
        OPERATOR,
    }

    /**
     * What a server accepts now.
     *
     * @param ready true when it accepts some requests
     * @param closed what it does not accept and why, one text each
     */
    public record Readiness(boolean ready, List<String> closed)
    {
        public Readiness
        {
            closed = List.copyOf(closed);
        }

        private String text(Viewer viewer)
        {
            if (viewer != Viewer.OPERATOR) {
                return ready ? "ready\n" : "not ready\n";
            }
            return ready
                    ? "ready\n" + closed.stream().map("closed: %s\n"::formatted).collect(Collectors.joining())
                    : "not ready: %s\n".formatted(String.join("; ", closed));
        }
    }

    /**
     * @param status JSON of {@code /v1/status}
     */
    public OperatorPages(Supplier<Readiness> readiness, PrometheusRegistry registry, Supplier<byte[]> status)
    {
        this(readiness, registry, Optional.of(status));
    }

    /**
     * Without {@code /v1/status}.
     */
    public OperatorPages(Supplier<Readiness> readiness, PrometheusRegistry registry)
    {
        this(readiness, registry, Optional.empty());
    }

    private OperatorPages(Supplier<Readiness> readiness, PrometheusRegistry registry, Optional<Supplier<byte[]>> status)
    {
        this.readiness = requireNonNull(readiness, "readiness is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.status = requireNonNull(status, "status is null");
    }

    /**
     * A page as it is answered.
     *
     * @param content never changed
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Page(int status, String contentType, byte[] content) {}

    /**
     * Returns the page of a path; empty when there is none that the viewer may see. No page may be stored.
     */
    public Optional<Page> find(String path, Viewer viewer)
            throws IOException
    {
        switch (path) {
            case "/health" -> {
                return Optional.of(text(200, "ok\n"));
            }
            case "/ready" -> {
                Readiness now = readiness.get();
                return Optional.of(text(now.ready() ? 200 : 503, now.text(viewer)));
            }
            case "/metrics" -> {
                if (viewer != Viewer.OPERATOR) {
                    return Optional.empty();
                }
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                writer.write(content, registry.scrape());
                return Optional.of(new Page(200, PrometheusTextFormatWriter.CONTENT_TYPE, content.toByteArray()));
            }
            case "/v1/status" -> {
                return viewer == Viewer.OPERATOR ? status.map(json -> new Page(200, "application/json", json.get())) : Optional.empty();
            }
            default -> {
                return Optional.empty();
            }
        }
    }

    private static Page text(int status, String text)
    {
        return new Page(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }
}
