package io.icegate.receiver.otlp;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.airlift.log.Logger;
import io.icegate.receiver.TenantHeader;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.zip.ZipException;

import static io.icegate.receiver.signal.Encoding.JSON;
import static io.icegate.receiver.signal.Encoding.PROTOBUF;
import static java.util.Objects.requireNonNull;

/**
 * OTLP over HTTP, beside the pages for operators. Runs on virtual threads and blocks. Every failure, of whatever class, is
 * answered through {@link OtlpStatus}.
 */
public final class OtlpServlet
        extends HttpServlet
{
    private static final Logger log = Logger.get(OtlpServlet.class);
    private static final String ACCEPTED_ENCODINGS = "gzip, zstd, identity";

    private final transient ExportHandler handler;
    private final transient TenantHeader tenants;
    private final transient Admission admission;
    private final transient OperatorPages pages;
    private final transient Settings settings;

    /**
     * @param prefix before {@code /v1/logs}
     * @param requestBytesMax after decompression
     * @param compressedBytesMax of a compressed request
     */
    public record Settings(String prefix, int requestBytesMax, int compressedBytesMax, Duration ackDeadline)
    {
        public Settings
        {
            requireNonNull(prefix, "prefix is null");
            requireNonNull(ackDeadline, "ackDeadline is null");
        }
    }

    public OtlpServlet(ExportHandler handler, TenantHeader tenants, Admission admission, OperatorPages pages, Settings settings)
    {
        this.handler = requireNonNull(handler, "handler is null");
        this.tenants = requireNonNull(tenants, "tenants is null");
        this.admission = requireNonNull(admission, "admission is null");
        this.pages = requireNonNull(pages, "pages is null");
        this.settings = requireNonNull(settings, "settings is null");
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException
    {
        String path = request.getRequestURI();
        if ((request.getMethod().equals("GET") || request.getMethod().equals("HEAD")) && pages.serve(path, response)) {
            return;
        }
        long receivedNanos = System.nanoTime();
        MediaType mediaType = MediaType.from(request.getContentType());
        try {
            checkTarget(request, path);
            Acknowledgement acknowledgement = export(request, mediaType, receivedNanos);
            succeed(response, mediaType, acknowledgement);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(response, mediaType, new RefusedException(Refusal.DRAINING, "Cannot accept request now: the receiver is stopping"));
        }
        catch (Throwable e) {
            fail(response, mediaType, e);
            discardRest(request);
        }
    }

    /**
     * Reads, up to a bound, what the client of a refused request still sends: a connection that is closed with bytes unread
     * is reset, and the client may then never see the answer.
     */
    private void discardRest(HttpServletRequest request)
    {
        byte[] buffer = new byte[BoundedBody.CHUNK_BYTES];
        long left = settings.requestBytesMax();
        try {
            InputStream rest = request.getInputStream();
            while (left > 0) {
                int count = rest.read(buffer);
                if (count < 0) {
                    return;
                }
                left -= count;
            }
        }
        catch (IOException | IllegalStateException e) {
            log.debug(e, "Cannot read the rest of a refused request");
        }
    }

    private void checkTarget(HttpServletRequest request, String path)
    {
        String bare = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (!settings.prefix().isEmpty() && bare.startsWith(settings.prefix() + "/")) {
            bare = bare.substring(settings.prefix().length());
        }
        switch (bare) {
            case "/v1/logs" -> {}
            case "/v1/traces", "/v1/metrics" -> throw new RefusedException(
                    Refusal.UNKNOWN_SERVICE,
                    "Cannot accept %s: this version of IceGate receives logs only".formatted(bare.substring("/v1/".length())));
            default -> throw new RefusedException(Refusal.UNKNOWN_SERVICE, "Cannot find %s: logs are received at %s/v1/logs, gRPC is served at the port of icegate.otlp.grpc-port".formatted(path, settings.prefix()));
        }
        if (!request.getMethod().equals("POST")) {
            throw new RefusedException(Refusal.UNKNOWN_METHOD, "Cannot %s %s: only POST is served".formatted(request.getMethod(), path));
        }
    }

    private Acknowledgement export(HttpServletRequest request, MediaType mediaType, long receivedNanos)
            throws Exception
    {
        if (!mediaType.isKnown()) {
            throw new RefusedException(
                    Refusal.UNKNOWN_MEDIA_TYPE,
                    "Cannot read content type '%s': application/x-protobuf and application/json are served".formatted(request.getContentType()));
        }
        ContentEncoding encoding = ContentEncoding.from(request.getHeader("Content-Encoding"));
        handler.checkOpen();
        String tenant = tenants.tenant(request.getHeader(tenants.name()));
        long wireLimit = encoding == ContentEncoding.IDENTITY ? settings.requestBytesMax() : settings.compressedBytesMax();
        long length = request.getContentLengthLong();
        if (length > wireLimit) {
            throw encoding == ContentEncoding.IDENTITY ? BoundedBody.tooLarge(wireLimit) : BoundedStream.tooLarge(wireLimit);
        }
        Admission.Ticket ticket = admission.admit(Math.max(length, BoundedBody.CHUNK_BYTES));
        boolean handedOver = false;
        try {
            byte[] body = body(request, encoding, ticket);
            Encoding payload = mediaType == MediaType.JSON ? JSON : PROTOBUF;
            long deadlineNanos = receivedNanos + settings.ackDeadline().toNanos();
            handedOver = true;
            return handler.export(new IngestRequest(tenant, payload, idempotencyKey(request), body, ticket, deadlineNanos)).get();
        }
        finally {
            if (!handedOver) {
                ticket.close();
            }
        }
    }

    private byte[] body(HttpServletRequest request, ContentEncoding encoding, Admission.Ticket ticket)
            throws IOException
    {
        InputStream wire = request.getInputStream();
        if (encoding == ContentEncoding.IDENTITY) {
            return BoundedBody.read(wire, settings.requestBytesMax(), ticket);
        }
        InputStream bounded = new BoundedStream(wire, settings.compressedBytesMax());
        try (InputStream in = encoding == ContentEncoding.GZIP ? RatioGuard.gunzip(bounded) : RatioGuard.open(bounded, ZstdInputStreamNoFinalizer::new)) {
            return BoundedBody.read(in, settings.requestBytesMax(), ticket);
        }
        catch (ZipException | EOFException | com.github.luben.zstd.ZstdIOException e) {
            throw new RefusedException(Refusal.MALFORMED, "Cannot read request: the body is no %s: %s".formatted(encoding.name().toLowerCase(Locale.ROOT), e.getMessage()), e);
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

    private static void succeed(HttpServletResponse response, MediaType mediaType, Acknowledgement acknowledgement)
            throws IOException
    {
        write(response, 200, mediaType, mediaType == MediaType.JSON ? OtlpResponse.logsJson(acknowledgement) : OtlpResponse.logs(acknowledgement));
    }

    private void fail(HttpServletResponse response, MediaType mediaType, Throwable failure)
            throws IOException
    {
        if (OtlpStatus.isUnforeseen(failure)) {
            if (failure instanceof IOException) {
                log.debug(failure, "Cannot read request"); // the client is gone
            }
            else {
                log.error(failure, "Cannot accept request");
            }
        }
        OtlpStatus status = OtlpStatus.from(failure, handler.retryMillis());
        handler.refused(status.refusal());
        if (response.isCommitted()) {
            return;
        }
        response.reset();
        status.retryAfter().ifPresent(seconds -> response.setHeader("Retry-After", seconds));
        if (status.httpStatus() == HttpServletResponse.SC_METHOD_NOT_ALLOWED) {
            response.setHeader("Allow", "POST");
        }
        if (status.httpStatus() == HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE) {
            response.setHeader("Accept-Encoding", ACCEPTED_ENCODINGS);
        }
        write(response, status.httpStatus(), mediaType, mediaType == MediaType.PROTOBUF ? status.toProto().toByteArray() : status.toJson());
    }

    private static void write(HttpServletResponse response, int status, MediaType mediaType, byte[] body)
            throws IOException
    {
        response.setStatus(status);
        response.setContentType(mediaType == MediaType.PROTOBUF ? "application/x-protobuf" : "application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
        response.flushBuffer();
    }

    /**
     * Media type of a request. What we do not know is answered in JSON, which people can read.
     */
    private enum MediaType
    {
        PROTOBUF,
        JSON,
        UNKNOWN;

        static MediaType from(@Nullable String contentType)
        {
            if (contentType == null) {
                return UNKNOWN;
            }
            int semicolon = contentType.indexOf(';');
            String bare = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
            return switch (bare.strip().toLowerCase(Locale.ROOT)) {
                case "application/x-protobuf" -> PROTOBUF;
                case "application/json" -> JSON;
                default -> UNKNOWN;
            };
        }

        boolean isKnown()
        {
            return this != UNKNOWN;
        }
    }

    private enum ContentEncoding
    {
        IDENTITY,
        GZIP,
        ZSTD;

        static ContentEncoding from(@Nullable String header)
        {
            return switch (header == null ? "" : header.strip().toLowerCase(Locale.ROOT)) {
                case "", "identity" -> IDENTITY;
                case "gzip", "x-gzip" -> GZIP;
                case "zstd" -> ZSTD;
                default -> throw new RefusedException(
                        Refusal.UNKNOWN_ENCODING,
                        "Cannot read content encoding '%s': %s are served".formatted(header, ACCEPTED_ENCODINGS));
            };
        }
    }
}
