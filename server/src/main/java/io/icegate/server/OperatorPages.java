package io.icegate.server;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.http.HttpServletResponse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * {@code /health} (the process lives), {@code /ready} (requests are accepted) and {@code /metrics} (for Prometheus).
 */
public final class OperatorPages
{
    private final Supplier<Optional<String>> notReady;
    private final PrometheusRegistry registry;
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    /**
     * @param notReady why requests are not accepted now; empty when they are
     */
    public OperatorPages(Supplier<Optional<String>> notReady, PrometheusRegistry registry)
    {
        this.notReady = requireNonNull(notReady, "notReady is null");
        this.registry = requireNonNull(registry, "registry is null");
    }

    /**
     * True when the path was one of the pages.
     */
    public boolean serve(String path, HttpServletResponse response)
            throws IOException
    {
        switch (path) {
            case "/health" -> text(response, 200, "ok\n");
            case "/ready" -> {
                Optional<String> reason = notReady.get();
                text(response, reason.isEmpty() ? 200 : 503, reason.map("not ready: %s\n"::formatted).orElse("ready\n"));
            }
            case "/metrics" -> {
                response.setStatus(200);
                response.setContentType(PrometheusTextFormatWriter.CONTENT_TYPE);
                writer.write(response.getOutputStream(), registry.scrape());
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
