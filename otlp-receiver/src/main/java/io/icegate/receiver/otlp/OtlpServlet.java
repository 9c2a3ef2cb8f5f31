package io.icegate.receiver.otlp;

import io.airlift.log.Logger;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.server.OperatorPages;
import io.icegate.server.UnreadBody;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.Principal;
import io.icegate.server.access.RequestHeaders;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * OTLP over HTTP, beside the pages for operators. Runs on virtual threads and blocks. Every failure is
 * answered through {@link OtlpStatus}.
 */
public final class OtlpServlet
        extends HttpServlet
{
    private static final Logger log = Logger.get(OtlpServlet.class);
    private static final String COMPRESSED_SETTING = "icegate.otlp.max-compressed-size";
    private static final Pattern SLASHES = Pattern.compile("/{2,}");

    private final transient Map<OtlpSignal, ExportHandler> handlers;
    private final transient AccessControl access;
    private final transient Admission admission;
    private final transient OperatorPages pages;
    private final transient RefusalLog refusals;
    private final transient Settings settings;
    private final transient Cors cors;

    /**
     * @param prefix before {@code /v1/logs}
     * @param requestBytesMax after decompression
     * @param compressedBytesMax of a compressed request
     */
    public record Settings(String prefix, int requestBytesMax, int compressedBytesMax, Duration ackDeadline, Cors.Settings cors)
    {
        public Settings
        {
            requireNonNull(prefix, "prefix is null");
            requireNonNull(ackDeadline, "ackDeadline is null");
            requireNonNull(cors, "cors is null");
        }
    }

    /**
     * A request, as far as it is known.
     */
    private static final class Exchange
    {
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        /**
         * Empty when the media type is not OTLP's.
         */
        private final Optional<Encoding> encoding;
        private @Nullable OtlpSignal signal;
        private String tenant = "";

        private Exchange(HttpServletRequest request, HttpServletResponse response)
        {
            this.request = request;
            this.response = response;
            encoding = MediaType.encoding(request.getContentType());
        }
    }

    /**
     * @param handlers of the signals that are served; all others are refused
     */
    public OtlpServlet(Map<OtlpSignal, ExportHandler> handlers, AccessControl access, Admission admission, OperatorPages pages, RefusalLog refusals, Settings settings)
    {
        this.handlers = Map.copyOf(handlers);
        this.access = requireNonNull(access, "access is null");
        this.admission = requireNonNull(admission, "admission is null");
        this.pages = requireNonNull(pages, "pages is null");
        this.refusals = requireNonNull(refusals, "refusals is null");
        this.settings = requireNonNull(settings, "settings is null");
        cors = new Cors(settings.cors());
    }

    private static void answer(OperatorPages.Page page, HttpServletResponse response)
            throws IOException
    {
        response.setStatus(page.status());
        response.setContentType(page.contentType());
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(page.content());
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException
    {
        String path = SLASHES.matcher(request.getRequestURI()).replaceAll("/");
        RequestHeaders headers = name -> Collections.list(request.getHeaders(name));
        if (request.getMethod().equals("GET") || request.getMethod().equals("HEAD")) {
            Optional<OperatorPages.Page> page = pages.find(path, access.viewer(headers));
            if (page.isPresent()) {
                answer(page.orElseThrow(), response);
                return;
            }
        }
        if (cors.preflight(request, response)) {
            return;
        }
        long receivedNanos = System.nanoTime();
        Exchange exchange = new Exchange(request, response);
        try {
            Principal principal = access.principal(headers);
            ExportHandler handler = handler(exchange, path);
            succeed(exchange, export(exchange, handler, () -> access.tenant(principal, headers), receivedNanos));
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(exchange, new RefusedException(Refusal.DRAINING, "Cannot accept request now: the receiver is stopping"));
        }
        catch (Throwable e) {
            fail(exchange, e);
            UnreadBody.discard(request::getInputStream, settings.requestBytesMax());
        }
    }

    private ExportHandler handler(Exchange exchange, String path)
    {
        String bare = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (!settings.prefix().isEmpty() && bare.startsWith(settings.prefix() + "/")) {
            bare = bare.substring(settings.prefix().length());
        }
        String signalPath = bare;
        OtlpSignal signal = handlers.keySet().stream().filter(known -> known.path().equals(signalPath)).findFirst().orElseThrow(() -> unknownPath(path, signalPath));
        exchange.signal = signal;
        if (!exchange.request.getMethod().equals("POST")) {
            throw new RefusedException(Refusal.UNKNOWN_METHOD, "Cannot %s %s: only POST is served".formatted(exchange.request.getMethod(), path));
        }
        return requireNonNull(handlers.get(signal));
    }

    private RefusedException unknownPath(String path, String signalPath)
    {
        String message = OtlpSignal.ALL.stream()
                .filter(signal -> signal.path().equals(signalPath))
                .findFirst()
                .map(signal -> "Cannot accept %s: this version of IceGate receives %s only".formatted(signal.name(), served(OtlpSignal::name)))
                .orElseGet(() -> "Cannot find %s: %s are received at %s, gRPC is served at the port of icegate.otlp.grpc-port"
                        .formatted(path, served(OtlpSignal::name), served(signal -> settings.prefix() + signal.path())));
        return new RefusedException(Refusal.UNKNOWN_SERVICE, message);
    }

    private String served(Function<OtlpSignal, String> part)
    {
        return OtlpSignal.ALL.stream().filter(handlers::containsKey).map(part).collect(Collectors.joining(", "));
    }

    private Acknowledgement export(Exchange exchange, ExportHandler handler, Supplier<String> tenants, long receivedNanos)
            throws Exception
    {
        HttpServletRequest request = exchange.request;
        Encoding payload = exchange.encoding.orElseThrow(() -> unknownMediaType(request));
        ContentCoding coding = ContentCoding.from(request.getHeader("Content-Encoding"));
        String tenant = tenants.get();
        exchange.tenant = tenant;
        handler.arrived(request.getHeader("User-Agent"));
        long deadlineNanos = receivedNanos + settings.ackDeadline().toNanos();
        handler.checkOpen(tenant, deadlineNanos);
        boolean compressed = coding != ContentCoding.IDENTITY;
        long wireLimit = compressed ? settings.compressedBytesMax() : settings.requestBytesMax();
        String setting = compressed ? COMPRESSED_SETTING : BoundedBody.REQUEST_SETTING;
        long length = request.getContentLengthLong();
        if (length > wireLimit) {
            throw WireStream.tooLarge(wireLimit, setting);
        }
        Admission.Ticket ticket = admission.admit(compressed ? Math.max(length, BoundedBody.CHUNK_BYTES) : BoundedBody.firstBytes(length));
        boolean handedOver = false;
        try {
            byte[] body = body(new WireStream(request.getInputStream(), wireLimit, setting), coding, compressed ? 0 : length, ticket);
            handedOver = true;
            return handler.export(new IngestRequest(tenant, payload, idempotencyKey(request), body, ticket, deadlineNanos)).get();
        }
        finally {
            if (!handedOver) {
                ticket.close();
            }
        }
    }

    private static RefusedException unknownMediaType(HttpServletRequest request)
    {
        String contentType = request.getContentType();
        return new RefusedException(
                Refusal.UNKNOWN_MEDIA_TYPE,
                contentType == null
                        ? "Cannot read request: it has no Content-Type; send %s or %s".formatted(MediaType.PROTOBUF, MediaType.JSON)
                        : "Cannot read content type '%s': %s and %s are served".formatted(contentType, MediaType.PROTOBUF, MediaType.JSON));
    }

    private byte[] body(InputStream wire, ContentCoding coding, long announcedBytes, Admission.Ticket ticket)
            throws IOException
    {
        try (InputStream in = coding.open(wire, bytes -> {
            if (bytes > settings.requestBytesMax()) {
                throw WireStream.tooLarge(settings.requestBytesMax(), BoundedBody.REQUEST_SETTING);
            }
            ticket.add(bytes);
        })) {
            return BoundedBody.read(in, announcedBytes, settings.requestBytesMax(), ticket);
        }
    }

    private static String idempotencyKey(HttpServletRequest request)
    {
        String key = request.getHeader("x-otlp-batch-id");
        if (key == null) {
            key = request.getHeader("Idempotency-Key");
        }
        return key == null ? "" : key;
    }

    private void succeed(Exchange exchange, Acknowledgement acknowledgement)
            throws IOException
    {
        OtlpSignal signal = requireNonNull(exchange.signal, "signal is null");
        refusals.acknowledged(signal, exchange.tenant, acknowledgement);
        byte[] body = exchange.encoding.orElse(Encoding.JSON) == Encoding.JSON ? OtlpResponse.json(signal, acknowledgement) : OtlpResponse.protobuf(acknowledgement);
        write(exchange, HttpServletResponse.SC_OK, body);
    }

    private void fail(Exchange exchange, Throwable failure)
            throws IOException
    {
        boolean gone = failure instanceof WireStream.ConnectionException;
        if (gone) {
            log.debug(failure, "Cannot read request");
        }
        else if (OtlpStatus.isUnforeseen(failure)) {
            log.error(failure, "Cannot accept request");
        }
        ExportHandler handler = exchange.signal == null ? null : handlers.get(exchange.signal);
        OtlpStatus status = OtlpStatus.from(failure, handler == null ? 0 : handler.retryMillis());
        if (exchange.signal == null || handler == null) {
            refusals.unserved(status);
        }
        else {
            handler.refused(status.refusal());
            if (!gone) {
                refusals.refused(exchange.signal.name(), exchange.tenant, status);
            }
        }
        HttpServletResponse response = exchange.response;
        if (response.isCommitted()) {
            return;
        }
        response.reset();
        status.retryAfter().ifPresent(seconds -> response.setHeader("Retry-After", seconds));
        if (status.httpStatus() == HttpServletResponse.SC_METHOD_NOT_ALLOWED) {
            response.setHeader("Allow", "POST");
        }
        if (status.httpStatus() == HttpServletResponse.SC_UNAUTHORIZED) {
            AccessControl.CHALLENGES.forEach(challenge -> response.addHeader("WWW-Authenticate", challenge));
        }
        if (status.httpStatus() == HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE) {
            response.setHeader("Accept-Encoding", ContentCoding.ACCEPTED);
        }
        write(exchange, status.httpStatus(), status.encoded(exchange.encoding));
    }

    private void write(Exchange exchange, int status, byte[] body)
            throws IOException
    {
        HttpServletResponse response = exchange.response;
        cors.allow(exchange.request, response);
        response.setStatus(status);
        response.setContentType(MediaType.of(exchange.encoding));
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
        response.flushBuffer();
    }
}
