package io.icegate.alerting.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.airlift.log.Logger;
import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.rule.GroupName;
import io.icegate.server.OperatorPages;
import io.icegate.server.UnreadBody;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.AccessException;
import io.icegate.server.access.Principal;
import io.icegate.server.access.RequestHeaders;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * The API for rules, Prometheus' pages for rules and alerts, and the pages for operators. Runs on virtual threads and blocks.
 */
final class AlertingServlet
        extends HttpServlet
{
    /**
     * A file of rules and its headers.
     */
    static final int BODY_BYTES_MAX = 4 << 20;

    private static final Logger log = Logger.get(AlertingServlet.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String GROUPS = "/v1/alerting/groups";
    private static final String CHECK = "/v1/alerting/check";
    private static final String PROMETHEUS = "/api/v1/";

    private final transient RuleApi rules;
    private final transient ReplayApi replays;
    private final transient AlertViews views;
    private final transient AccessControl access;
    private final transient OperatorPages pages;

    AlertingServlet(RuleApi rules, ReplayApi replays, AlertViews views, AccessControl access, OperatorPages pages)
    {
        this.rules = requireNonNull(rules, "rules is null");
        this.replays = requireNonNull(replays, "replays is null");
        this.views = requireNonNull(views, "views is null");
        this.access = requireNonNull(access, "access is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException
    {
        RequestHeaders headers = name -> Collections.list(request.getHeaders(name));
        String path = request.getRequestURI();
        if (request.getMethod().equals("GET")) {
            Optional<OperatorPages.Page> page = pages.find(path, access.viewer(headers));
            if (page.isPresent()) {
                write(response, page.orElseThrow());
                return;
            }
        }
        boolean prometheus = path.startsWith(PROMETHEUS);
        try {
            Principal principal = access.principal(headers);
            write(response, answer(request, headers, principal, path));
        }
        catch (AccessException e) {
            refuse(response, status(e), String.valueOf(e.getMessage()), prometheus);
            UnreadBody.discard(request::getInputStream, BODY_BYTES_MAX);
        }
        catch (ApiException e) {
            write(response, new Answer(e.status(), Optional.of(error(String.valueOf(e.getMessage()), e, prometheus)), Map.of()));
            UnreadBody.discard(request::getInputStream, BODY_BYTES_MAX);
        }
        catch (QueryException e) {
            refuse(response, Answer.UNAVAILABLE, "Trino does not answer: " + e.getMessage(), prometheus);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            refuse(response, Answer.UNAVAILABLE, "The server stops", prometheus);
        }
        catch (IOException e) {
            log.warn("Cannot answer %s %s: %s", request.getMethod(), path, e.getMessage());
            refuse(response, Answer.UNAVAILABLE, "The store does not answer: " + e.getMessage(), prometheus);
        }
        catch (RuntimeException e) {
            log.error(e, "Cannot answer %s %s", request.getMethod(), path);
            refuse(response, Answer.SERVER_ERROR, "Cannot answer: " + e, prometheus);
        }
    }

    private Answer answer(HttpServletRequest request, RequestHeaders headers, Principal principal, String path)
            throws IOException, QueryException, InterruptedException
    {
        String method = request.getMethod();
        switch (path) {
            case "/api/v1/rules" -> {
                requireMethod(method, "GET");
                return Answer.of(PrometheusAnswers.rules(views.groups(access.tenantToRead(principal, headers))));
            }
            case "/api/v1/alerts" -> {
                requireMethod(method, "GET");
                return Answer.of(PrometheusAnswers.alerts(views.groups(access.tenantToRead(principal, headers))));
            }
            case CHECK -> {
                requireMethod(method, "POST");
                return rules.check(access.tenantToRead(principal, headers), body(request), !"false".equals(request.getParameter("run")));
            }
            case GROUPS -> {
                requireMethod(method, "GET");
                return rules.groups(access.tenantToRead(principal, headers));
            }
            default -> {
                if (!path.startsWith(GROUPS + "/")) {
                    throw new ApiException(Answer.NOT_FOUND, "There is no such path");
                }
                return group(request, headers, principal, path.substring(GROUPS.length() + 1).split("/", -1));
            }
        }
    }

    private Answer group(HttpServletRequest request, RequestHeaders headers, Principal principal, String[] path)
            throws IOException, QueryException, InterruptedException
    {
        if (!GroupName.isValid(path[0])) {
            throw new ApiException(Answer.NOT_FOUND, "There is no such group: names are 1 to 63 of a-z, 0-9 and -");
        }
        String method = request.getMethod();
        if (path.length == 1 && !method.equals("GET")) {
            requireMethod(method, "PUT", "DELETE");
            GroupName name = new GroupName(access.tenant(principal, headers), path[0]);
            RuleApi.Precondition precondition = new RuleApi.Precondition(first(headers, "If-Match"), first(headers, "If-None-Match"));
            String by = principal.name().isEmpty() ? "anybody" : principal.name();
            boolean force = "true".equals(request.getParameter("force"));
            return method.equals("PUT") ? rules.put(name, body(request), precondition, by, force) : rules.delete(name, precondition, by, force);
        }
        if (path.length == 2 && path[1].equals("replay")) {
            // it changes nothing
            requireMethod(method, "POST");
            return replays.replay(new GroupName(access.tenantToRead(principal, headers), path[0]), body(request));
        }
        requireMethod(method, "GET");
        GroupName name = new GroupName(access.tenantToRead(principal, headers), path[0]);
        if (path.length == 1) {
            return rules.group(name);
        }
        if (path.length == 2 && path[1].equals("evaluations")) {
            return rules.evaluations(name);
        }
        if (path.length == 3 && path[1].equals("versions")) {
            return rules.version(name, path[2]);
        }
        throw new ApiException(Answer.NOT_FOUND, "There is no such path");
    }

    private static Optional<String> first(RequestHeaders headers, String name)
    {
        return headers.values(name).stream().findFirst();
    }

    private static void requireMethod(String method, String... allowed)
    {
        if (!List.of(allowed).contains(method)) {
            throw new ApiException(Answer.METHOD_NOT_ALLOWED, "%s is not possible here, %s is".formatted(method, String.join(" and ", allowed)));
        }
    }

    private static String body(HttpServletRequest request)
            throws IOException
    {
        byte[] body = request.getInputStream().readNBytes(BODY_BYTES_MAX + 1);
        if (body.length > BODY_BYTES_MAX) {
            throw new ApiException(Answer.TOO_LARGE, "The body has more than %s bytes".formatted(BODY_BYTES_MAX));
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    private static int status(AccessException e)
    {
        return switch (e.reason()) {
            case INVALID -> Answer.BAD_REQUEST;
            case UNAUTHENTICATED -> Answer.UNAUTHORIZED;
            case FORBIDDEN -> Answer.FORBIDDEN;
        };
    }

    private static JsonNode error(String message, ApiException e, boolean prometheus)
    {
        if (prometheus) {
            return PrometheusAnswers.error("bad_data", message);
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("error", message);
        if (!e.problems().isEmpty()) {
            node.set("problems", RuleApi.problems(e.problems()));
        }
        return node;
    }

    private static void refuse(HttpServletResponse response, int status, String message, boolean prometheus)
            throws IOException
    {
        if (status == Answer.UNAUTHORIZED) {
            AccessControl.CHALLENGES.forEach(challenge -> response.addHeader("WWW-Authenticate", challenge));
        }
        JsonNode body = prometheus ? PrometheusAnswers.error("internal", message) : JsonNodeFactory.instance.objectNode().put("error", message);
        write(response, new Answer(status, Optional.of(body), Map.of()));
    }

    private static void write(HttpServletResponse response, Answer answer)
            throws IOException
    {
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        response.setHeader("Cache-Control", "no-cache");
        if (answer.lines().isPresent()) {
            response.setContentType("application/x-ndjson");
            write(response.getOutputStream(), answer.lines().orElseThrow());
        }
        else if (answer.body().isPresent()) {
            response.setContentType("application/json");
            byte[] content = bytes(answer.body().orElseThrow());
            response.setContentLength(content.length);
            response.getOutputStream().write(content);
        }
    }

    private static void write(OutputStream out, Answer.Lines lines)
    {
        try {
            lines.writeTo(line -> {
                out.write(bytes(line));
                out.write('\n');
                out.flush();
            });
        }
        catch (IOException e) {
            log.debug(e, "Nobody reads the answer any more");
        }
    }

    private static byte[] bytes(JsonNode body)
    {
        try {
            return MAPPER.writeValueAsBytes(body);
        }
        catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write an answer", e);
        }
    }

    private static void write(HttpServletResponse response, OperatorPages.Page page)
            throws IOException
    {
        response.setStatus(page.status());
        response.setContentType(page.contentType());
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(page.content());
    }
}
