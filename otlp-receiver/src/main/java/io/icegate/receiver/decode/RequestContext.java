package io.icegate.receiver.decode;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.icegate.receiver.decode.Findings.Kind;
import io.icegate.receiver.decode.json.Place;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * Tells the decoder of a record about its request. One object serves all records of a request, so that a record costs
 * nothing but its row.
 */
final class RequestContext
        implements RecordContext
{
    private final EnvelopeType type;
    private final DecodeLimits limits;
    private final EventTimes times;
    private final Findings findings;
    private final ValueDecoder values;
    private ResourceValues resource = ResourceValues.EMPTY;
    private ScopeValues scope = ScopeValues.EMPTY;
    private Residual residual = Residual.NONE;
    private byte @Nullable [] sharedResidual;
    private @Nullable MessageBytes message;
    private Place place = new Place(0, 0, 0);
    private boolean repaired;

    RequestContext(EnvelopeType type, DecodeLimits limits, EventTimes times, Findings findings, ValueDecoder values)
    {
        this.type = requireNonNull(type, "type is null");
        this.limits = requireNonNull(limits, "limits is null");
        this.times = requireNonNull(times, "times is null");
        this.findings = requireNonNull(findings, "findings is null");
        this.values = requireNonNull(values, "values is null");
    }

    /**
     * All records from here on are of this scope.
     *
     * @param shared the residual of rows that need no residual of their own
     */
    void scope(ResourceValues resource, ScopeValues scope, Residual residual, byte @Nullable [] shared)
    {
        this.resource = requireNonNull(resource, "resource is null");
        this.scope = requireNonNull(scope, "scope is null");
        this.residual = requireNonNull(residual, "residual is null");
        this.sharedResidual = shared;
    }

    void record(MessageBytes message, Place place)
    {
        this.message = requireNonNull(message, "message is null");
        this.place = requireNonNull(place, "place is null");
        repaired = false;
    }

    @Override
    public <M extends MessageLite> M parse(Parser<M> parser)
            throws InvalidProtocolBufferException
    {
        MessageBytes bytes = requireNonNull(message, "there is no record");
        try {
            return bytes.parse(parser, limits);
        }
        catch (InvalidProtocolBufferException e) {
            M read = bytes.repaired(limits).parse(parser, limits);
            repaired = true;
            return read;
        }
    }

    @Override
    public byte[] request()
    {
        return requireNonNull(message, "there is no record").bytes();
    }

    @Override
    public int offset()
    {
        return requireNonNull(message, "there is no record").offset();
    }

    @Override
    public int length()
    {
        return requireNonNull(message, "there is no record").length();
    }

    @Override
    public byte @Nullable [] residual()
    {
        return sharedResidual;
    }

    @Override
    public ValueDecoder values()
    {
        return values;
    }

    @Override
    public ResourceValues resource()
    {
        return resource;
    }

    @Override
    public ScopeValues scope()
    {
        return scope;
    }

    @Override
    public long ingestMicros()
    {
        return times.ingestMicros();
    }

    @Override
    public long timestamp(long timeUnixNano, long observedTimeUnixNano)
    {
        if (times.isReplaced(timeUnixNano, observedTimeUnixNano)) {
            findings.add(Kind.TIME, 1, () -> type.path(place) + ": " + times.describe(timeUnixNano, observedTimeUnixNano));
        }
        return times.timestamp(timeUnixNano, observedTimeUnixNano);
    }

    @Override
    public byte @Nullable [] residual(MessageLite record)
    {
        int reasons = values.takeReasons();
        if ((reasons & Reasons.SHORTENED) != 0) {
            findings.add(Kind.SHORTENED, 1, () -> type.path(place));
        }
        if (repaired) {
            findings.add(Kind.TEXT, 1, () -> type.path(place));
            return residual.withRecord(requireNonNull(message).toByteString(), reasons | Reasons.INVALID_UTF8).toColumn();
        }
        return reasons == 0 ? sharedResidual : residual.withRecord(record.toByteString(), reasons).toColumn();
    }
}
