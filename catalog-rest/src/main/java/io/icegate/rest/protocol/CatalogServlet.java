package io.icegate.rest.protocol;

import io.airlift.log.Logger;
import io.icegate.rest.protocol.Routes.Match;
import io.icegate.server.OperatorPages;
import io.icegate.server.UnreadBody;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.AccessException;
import io.icegate.server.access.Principal;
import io.icegate.server.access.RequestHeaders;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.iceberg.exceptions.NotFoundException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Iceberg's REST protocol, beside the pages for operators. Runs on virtual threads and blocks. Every failure is answered through
 * {@link RestError}.
 */
public final class CatalogServlet
        extends HttpServlet
{
    private static final Logger log = Logger.get(CatalogServlet.class);
    private static final String RETRY_AFTER_SECONDS = "1";
    private static final String NO_ROUTE = "none";
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final String ACCESS_DELEGATION = "X-Iceberg-Access-Delegation";

    private final transient Routes routes;
    private final transient AccessControl access;
    private final transient Admission admission;
    private final transient OperatorPages pages;
    private final transient Requests requests;

    /**
     * Told of each request to the catalog.
     */
    @FunctionalInterface
    public interface Requests
    {
        /**
         * @param path of the route, with variables; {@code none} when there is none
         * @param nanos until the answer was known
         */
        void answered(String method, String path, int status, long nanos);
    }

    public CatalogServlet(Routes routes, AccessControl access, Admission admission, OperatorPages pages, Requests requests)
    {
        this.routes = requireNonNull(routes, "routes is null");
        this.access = requireNonNull(access, "access is null");
        this.admission = requireNonNull(admission, "admission is null");
        this.pages = requireNonNull(pages, "pages is null");
        this.requests = requireNonNull(requests, "requests is null");
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException
    {
        RequestHeaders headers = name -> Collections.list(request.getHeaders(name));
        if (request.getMethod().equals("GET") || request.getMethod().equals("HEAD")) {
            Optional<OperatorPages.Page> page = pages.find(request.getRequestURI(), access.viewer(headers));
            if (page.isPresent()) {
                answer(page.orElseThrow(), response);
                return;
            }
        }
        long began = System.nanoTime();
        String path = NO_ROUTE;
        try (Admission.Ticket _ = admission.admit(announcedBytes(request))) {
            Principal principal = access.principal(headers);
            Match match = routes.find(request.getMethod(), RequestPath.segments(request.getRequestURI()))
                    .orElseThrow(() -> new NotFoundException("Cannot answer: there is no such path"));
            path = match.path();
            verifyAllowed(principal, match);
            Answer answer = match.route().handler().answer(call(request, headers, match, principal));
            Optional<byte[]> body = answer.body().map(RestJson::write);
            count(request, path, answer.status(), began);
            write(response, answer.status(), body, answer.headers());
        }
        catch (RuntimeException | Error e) {
            RestError error = RestError.of(e);
            if (error.isServersFault()) {
                log.error(e, "Cannot answer %s %s", request.getMethod(), path);
            }
            count(request, path, error.status(), began);
            refuse(response, error, request.getMethod());
            UnreadBody.discard(request::getInputStream, admission.requestBytesMax());
        }
    }

    /**
     * Below zero for a body of unknown length. In HTTP/1 a request that announces neither a length nor parts has no body, as most that read.
     */
    private static long announcedBytes(HttpServletRequest request)
    {
        boolean hasNoBody = request.getContentLengthLong() < 0 && request.getProtocol().startsWith("HTTP/1") && request.getHeader("Transfer-Encoding") == null;
        return hasNoBody ? 0 : request.getContentLengthLong();
    }

    /**
     * Before the answer leaves, so that who has read it finds it counted.
     */
    private void count(HttpServletRequest request, String path, int status, long began)
    {
        String method = path.equals(NO_ROUTE) ? NO_ROUTE : request.getMethod();
        requests.answered(method, path, status, System.nanoTime() - began);
    }

    /**
     * Tables hold the rows of all tenants, so keys of some are not for them.
     */
    private static void verifyAllowed(Principal principal, Match match)
    {
        if (!principal.allTenants()) {
            throw new AccessException(AccessException.Reason.FORBIDDEN, "Cannot accept request: the key of '%s' is not for all tenants, whose rows the tables hold".formatted(principal.name()));
        }
        if (match.route().effect() == Route.Effect.CHANGES) {
            AccessControl.verifyMayChange(principal);
            match.verifyMayChange();
        }
    }

    private Call call(HttpServletRequest request, RequestHeaders headers, Match match, Principal principal)
            throws IOException
    {
        byte[] body = body(request);
        Optional<RequestKey> key = match.route().effect() == Route.Effect.CHANGES
                ? headers.values(IDEMPOTENCY_KEY).stream().findFirst().map(value -> RequestKey.of(value, request.getMethod(), target(request), body))
                : Optional.empty();
        @Nullable String query = request.getQueryString();
        boolean wantsCredentials = headers.values(ACCESS_DELEGATION).stream().flatMap(value -> Arrays.stream(value.split(","))).map(String::trim).anyMatch("vended-credentials"::equals);
        return new Call(
                match.variables(),
                query == null ? Map.of() : RequestPath.parameters(query),
                body,
                EntityTags.ofHeaders(headers.values("If-None-Match")),
                key,
                match.prefix(),
                principal,
                wantsCredentials);
    }

    private static String target(HttpServletRequest request)
    {
        @Nullable String query = request.getQueryString();
        return query == null ? request.getRequestURI() : request.getRequestURI() + "?" + query;
    }

    private byte[] body(HttpServletRequest request)
            throws IOException
    {
        @Nullable String coding = request.getHeader("Content-Encoding");
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            throw new RefusedException(new RestError(415, "BadRequestException", "Cannot accept request: its Content-Encoding is not identity"));
        }
        byte[] body = request.getInputStream().readNBytes(admission.requestBytesMax());
        if (body.length == admission.requestBytesMax() && request.getInputStream().read() >= 0) {
            throw admission.tooLarge();
        }
        return body;
    }

    private static void refuse(HttpServletResponse response, RestError error, String method)
            throws IOException
    {
        if (response.isCommitted()) {
            throw new IOException("Cannot tell the client of a failure: its answer has begun");
        }
        if (error.status() == RestError.UNAUTHORIZED) {
            AccessControl.CHALLENGES.forEach(challenge -> response.addHeader("WWW-Authenticate", challenge));
        }
        Map<String, String> headers = error.status() == RestError.TOO_MANY_REQUESTS || error.status() == RestError.UNAVAILABLE
                ? Map.of("Retry-After", RETRY_AFTER_SECONDS)
                : Map.of();
        write(response, error.status(), method.equals("HEAD") ? Optional.empty() : Optional.of(RestJson.write(error.response())), headers);
    }

    private static void write(HttpServletResponse response, int status, Optional<byte[]> body, Map<String, String> headers)
            throws IOException
    {
        response.setStatus(status);
        headers.forEach(response::setHeader);
        response.setHeader("Cache-Control", "no-cache");
        if (body.isPresent()) {
            response.setContentType("application/json");
            response.setContentLength(body.orElseThrow().length);
            response.getOutputStream().write(body.orElseThrow());
        }
    }

    private static void answer(OperatorPages.Page page, HttpServletResponse response)
            throws IOException
    {
        response.setStatus(page.status());
        response.setContentType(page.contentType());
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(page.content());
    }
}
