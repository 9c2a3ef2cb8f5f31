package io.icegate.receiver.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.decode.DecodedRequest;
import io.icegate.receiver.decode.OtlpRequestDecoder;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * The way of a request through the receiver, from its bytes to a segment, without servers and a store. Says what must not
 * happen on it: any failure that is not the client's, and a number of records that differs from what protobuf's own classes
 * find.
 */
final class FuzzPath
{
    private static final int REQUEST_BYTES_MAX = 64 * 1024 * 1024;
    private static final int BATCHES_PER_SEGMENT = 200;
    /**
     * The other implementation of JSON is slow, so not each request is compared.
     */
    private static final int JSON_COMPARED = 8;
    private static final int JSON_BYTES_COMPARED_MAX = 50_000;
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(1, 1), new WriterId(new UUID(2, 2)), Sequence.FIRST),
            new SegmentId("00112233445566778899aabbccddeeff"),
            Instant.parse("2026-11-21T12:00:00Z"));

    private final Admission admission = new Admission(256 * 1024 * 1024);
    private final Map<OtlpSignal, Route> routes = new HashMap<>();
    private long accepted;
    private long compared;
    private long number;

    private record Accepted(FuzzInput input, RowBatch batch) {}

    /**
     * @param withoutPoints metrics that count only when they are rejected
     */
    private record Sent(long records, long withoutPoints) {}

    private record Route(RequestDecoder decoder, Signal table, SegmentEncoder encoder, List<Accepted> waiting) {}

    /**
     * @param fault put around each decoder
     */
    FuzzPath(UnaryOperator<RequestDecoder> fault)
    {
        InstantSource clock = InstantSource.system();
        add(OtlpSignal.LOGS, fault.apply(OtlpRequestDecoder.logs(DecodeLimits.DEFAULT, clock)), Signal.LOGS);
        add(OtlpSignal.TRACES, fault.apply(OtlpRequestDecoder.spans(DecodeLimits.DEFAULT, clock)), Signal.SPANS);
        add(OtlpSignal.METRICS, fault.apply(OtlpRequestDecoder.metrics(DecodeLimits.DEFAULT, clock)), Signal.METRICS);
    }

    private void add(OtlpSignal signal, RequestDecoder decoder, Signal table)
    {
        routes.put(signal, new Route(decoder, table, new SegmentEncoder(table.shape()), new ArrayList<>()));
    }

    /**
     * Requests that were accepted.
     */
    long accepted()
    {
        return accepted;
    }

    /**
     * Accepted requests whose records another implementation counted.
     */
    long compared()
    {
        return compared;
    }

    void receive(FuzzInput input)
            throws IOException
    {
        number++;
        Route route = requireNonNull(routes.get(input.signal()), "route is null");
        byte[] body;
        DecodedRequest decoded;
        try (Admission.Ticket ticket = admission.admit(BoundedBody.CHUNK_BYTES)) {
            body = body(input, ticket);
            decoded = body.length == 0 ? null : route.decoder().decode(body, input.encoding(), new BatchId(1, number), "tenant");
        }
        catch (RefusedException e) {
            if (e.refusal() != Refusal.MALFORMED && e.refusal() != Refusal.TOO_LARGE) {
                throw new AssertionError("Refused as %s".formatted(e.refusal()), e);
            }
            if (input.records().isPresent()) {
                throw new AssertionError("Refused although it is intact", e);
            }
            return;
        }
        if (decoded == null) {
            return;
        }
        accepted++;
        long records = decoded.batch().rowCount() + decoded.acknowledgement().rejectedRecords();
        Optional<Sent> expected = input.records().isPresent() ? Optional.of(new Sent(input.records().getAsLong(), 0)) : counted(input, body);
        if (expected.isPresent()) {
            compared++;
            Sent sent = expected.orElseThrow();
            if (records < sent.records() || records > sent.records() + sent.withoutPoints()) {
                throw new AssertionError("%s records were accepted or rejected, and %s sent: %s".formatted(records, sent.records(), decoded.acknowledgement().message()));
            }
        }
        if (decoded.batch().rowCount() > 0) {
            route.waiting().add(new Accepted(input, decoded.batch()));
            if (route.waiting().size() == BATCHES_PER_SEGMENT) {
                encode(route);
            }
        }
    }

    private static byte[] body(FuzzInput input, Admission.Ticket ticket)
            throws IOException
    {
        WireStream wire = new WireStream(new ByteArrayInputStream(input.wire()), REQUEST_BYTES_MAX, BoundedBody.REQUEST_SETTING);
        ContentCoding coding = ContentCoding.from(input.coding());
        try (InputStream in = coding.open(wire, ticket::add)) {
            return BoundedBody.read(in, coding == ContentCoding.IDENTITY ? input.wire().length : 0, REQUEST_BYTES_MAX, ticket);
        }
    }

    /**
     * Empty when the other implementation refuses the whole request, of which we store what is good.
     */
    private Optional<Sent> counted(FuzzInput input, byte[] body)
    {
        if (input.encoding() == Encoding.JSON && (number % JSON_COMPARED != 0 || body.length > JSON_BYTES_COMPARED_MAX)) {
            return Optional.empty();
        }
        try {
            Message message = switch (input.encoding()) {
                case PROTOBUF -> FuzzInputs.parse(input.signal(), body);
                case JSON -> {
                    Message.Builder builder = FuzzInputs.parse(input.signal(), new byte[0]).toBuilder();
                    JsonFormat.parser().ignoringUnknownFields().merge(new String(body, UTF_8), builder);
                    yield builder.build();
                }
            };
            return Optional.of(new Sent(FuzzInputs.records(message), FuzzInputs.metricsWithoutPoints(message)));
        }
        catch (InvalidProtocolBufferException | IllegalArgumentException | StackOverflowError e) {
            return Optional.empty();
        }
    }

    /**
     * Encodes what waits. If that fails, the request that fails alone is named.
     */
    private static void encode(Route route)
    {
        List<Accepted> all = List.copyOf(route.waiting());
        route.waiting().clear();
        try {
            EncodedSegment segment = encode(route, all);
            long rows = all.stream().mapToLong(accepted -> accepted.batch().rowCount()).sum();
            if (segment.footer().rows() != rows) {
                throw new AssertionError("%s rows became %s".formatted(rows, segment.footer().rows()));
            }
        }
        catch (RuntimeException | Error e) {
            for (Accepted one : all) {
                try {
                    encode(route, List.of(one));
                }
                catch (RuntimeException | Error alone) {
                    throw new AssertionError("Cannot encode %s".formatted(one.input()), alone);
                }
            }
            throw e;
        }
    }

    private static EncodedSegment encode(Route route, List<Accepted> batches)
    {
        return route.encoder().encode(HEADER, 0, route.table().shape().schema(), batches.stream().map(Accepted::batch).toList());
    }

    /**
     * Encodes what is left.
     */
    void end()
    {
        routes.values().stream().filter(route -> !route.waiting().isEmpty()).forEach(FuzzPath::encode);
    }
}
