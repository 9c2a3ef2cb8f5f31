package io.icegate.rest.protocol;

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

/**
 * Makes Jetty let every encoded name through to the servlet, which reads paths as they were sent, and answer as Iceberg wants where no
 * servlet is asked. A filter only because that is what Airlift initializes together with the server; requests pass it unchanged.
 */
public final class JettyPaths
        implements Filter
{
    private static final UriCompliance ENCODED_NAMES = UriCompliance.RFC3986.with(
            "ICEBERG",
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
            UriCompliance.Violation.AMBIGUOUS_PATH_SEGMENT,
            UriCompliance.Violation.AMBIGUOUS_PATH_PARAMETER,
            UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT,
            UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS);

    @Override
    public void init(FilterConfig config)
            throws ServletException
    {
        ServletContextHandler context = ServletContextHandler.getServletContextHandler(config.getServletContext());
        if (context == null) {
            throw new ServletException("Cannot set up HTTP server: it is not Jetty");
        }
        context.getServletHandler().setDecodeAmbiguousURIs(true);
        Server server = context.getServer();
        server.setErrorHandler(JettyPaths::answer);
        context.setErrorHandler(JettyPaths::answer);
        for (Connector connector : server.getConnectors()) {
            for (ConnectionFactory factory : connector.getConnectionFactories()) {
                if (factory instanceof HttpConfiguration.ConnectionFactory http) {
                    http.getHttpConfiguration().setUriCompliance(ENCODED_NAMES);
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
        int status = response.getStatus() < 400 ? 500 : response.getStatus();
        RestError error = new RestError(status, "BadRequestException", "Cannot accept request: " + (message == null ? "it is no valid HTTP" : message));
        byte[] body = RestJson.write(error.response());
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }
}
