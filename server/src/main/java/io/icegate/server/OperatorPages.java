package io.icegate.server;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.http.HttpServletResponse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
    private final Supplier<byte[]> status;
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
        this.readiness = requireNonNull(readiness, "readiness is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.status = requireNonNull(status, "status is null");
    }

    /**
     * True when the path was one of the pages that the viewer may see.
     */
    public boolean serve(String path, HttpServletResponse response, Viewer viewer)
            throws IOException
    {
        switch (path) {
            case "/health" -> text(response, 200, "ok\n");
            case "/ready" -> {
                Readiness now = readiness.get();
                text(response, now.ready() ? 200 : 503, now.text(viewer));
            }
            case "/metrics" -> {
                if (viewer != Viewer.OPERATOR) {
                    return false;
                }
                response.setStatus(200);
                response.setContentType(PrometheusTextFormatWriter.CONTENT_TYPE);
                writer.write(response.getOutputStream(), registry.scrape());
            }
            case "/v1/status" -> {
                if (viewer != Viewer.OPERATOR) {
                    return false;
                }
                response.setStatus(200);
                response.setContentType("application/json");
                response.setHeader("Cache-Control", "no-store");
                response.getOutputStream().write(status.get());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void text(HttpServletResponse response, int status, String text)
            throws IOException
    {
        response.setStatus(status);
        response.setContentType("text/plain; charset=utf-8");
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }
}
