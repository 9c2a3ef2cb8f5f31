package io.icegate.receiver.otlp;

import io.icegate.receiver.signal.Encoding;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Makes Jetty answer as OTLP wants where no servlet is asked: requests that are no HTTP, or whose headers are too large, get
 * a {@code google.rpc.Status}. Also lets paths with empty segments through to the servlet, which knows what is meant. A
 * filter only because that is what Airlift initializes together with the server; requests pass it unchanged.
 */
public final class JettyAnswers
        implements Filter
{
    @Override
    public void init(FilterConfig config)
            throws ServletException
    {
        ServletContextHandler context = ServletContextHandler.getServletContextHandler(config.getServletContext());
        if (context == null) {
            throw new ServletException("Cannot set up HTTP server: it is not Jetty");
        }
        Server server = context.getServer();
        server.setErrorHandler(JettyAnswers::answer);
        context.setErrorHandler(JettyAnswers::answer);
        for (Connector connector : server.getConnectors()) {
            for (ConnectionFactory factory : connector.getConnectionFactories()) {
                if (factory instanceof HttpConfiguration.ConnectionFactory http) {
                    UriCompliance allowed = http.getHttpConfiguration().getUriCompliance().with("OTLP", UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT);
                    http.getHttpConfiguration().setUriCompliance(allowed);
                }
            }
        }
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException
    {
        chain.doFilter(request, response);
    }

    private static boolean answer(Request request, Response response, Callback callback)
    {
        @Nullable Object message = request.getAttribute(ErrorHandler.ERROR_MESSAGE);
        OtlpStatus status = OtlpStatus.ofHttp(response.getStatus(), "Cannot accept request: " + (message == null ? "it is no valid HTTP" : message));
        Optional<Encoding> encoding = MediaType.encoding(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
        byte[] body = status.encoded(encoding);
        response.setStatus(status.httpStatus());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, MediaType.of(encoding));
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        status.retryAfter().ifPresent(seconds -> response.getHeaders().put(HttpHeader.RETRY_AFTER, seconds));
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }
}
