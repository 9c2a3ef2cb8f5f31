package io.icegate.receiver.decode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.icegate.receiver.decode.Findings.Kind;
import io.icegate.receiver.decode.json.Place;
import io.icegate.schema.MetricValues;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import org.jspecify.annotations.Nullable;

import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * Tells the decoder of a record about its request. One object serves all records of a request, so that a record costs
 * nothing but its row.
 */
final class RequestContext
        implements RecordContext
{
    private static final long REPEATED_BYTES_MAX = 256L * 1024 * 1024;
    private static final int NONE = -1;

    private final EnvelopeType type;
    private final DecodeLimits limits;
    private final EventTimes times;
    private final Map<Place, String> wrong;
    private final Findings findings;
    private final ValueDecoder values;
    private byte[] request = {};
    private ResourceValues resource = ResourceValues.EMPTY;
    private ScopeValues scope = ScopeValues.EMPTY;
    private Residual residual = Residual.NONE;
    private byte @Nullable [] sharedResidual;
    private Residual scopeResidual = Residual.NONE;
    private byte @Nullable [] scopeSharedResidual;
    private int scopeRows;
    private long repeatedBytes;
    private long resourceTextBytes;
    private @Nullable MessageBytes message;
    private int messageOffset;
    private int messageLength;
    private Place place = new Place(0, 0, 0);
    // of the data point that is being read, whose message and place are made only when they are needed
    private @Nullable Descriptor pointType;
    private String pointList = "";
    private int point = NONE;
    private boolean repaired;

    /**
     * @param wrong what is known to be wrong already, by place
     */
    RequestContext(EnvelopeType type, DecodeLimits limits, EventTimes times, Map<Place, String> wrong, Findings findings, ValueDecoder values)
    {
        this.type = requireNonNull(type, "type is null");
        this.limits = requireNonNull(limits, "limits is null");
        this.times = requireNonNull(times, "times is null");
        this.wrong = requireNonNull(wrong, "wrong is null");
        this.findings = requireNonNull(findings, "findings is null");
        this.values = requireNonNull(values, "values is null");
    }

    /**
     * All records from here on are of this scope. Resources are told apart by identity.
     *
     * @param rows that its records become
     * @throws BadRecordException when so many rows cannot repeat it
     */
    @SuppressWarnings("ReferenceEquality")
    void scope(ResourceValues newResource, ScopeValues newScope, Residual newResidual, int rows)
            throws BadRecordException
    {
        if (resource != newResource) {
            resourceTextBytes = SharedTexts.bytes(newResource);
        }
        resource = requireNonNull(newResource, "newResource is null");
        scope = requireNonNull(newScope, "newScope is null");
        scopeRows = rows;
        addRepeated(SharedTexts.stored(resourceTextBytes + SharedTexts.bytes(newScope), rows), rows);
        scopeSharedResidual = repeated(newResidual, rows);
        scopeResidual = newResidual;
    }

    /**
     * The residual of rows that need none of their own. Each of them repeats it.
     */
    private byte @Nullable [] repeated(Residual shared, int rows)
            throws BadRecordException
    {
        byte[] column = shared.toColumn();
        if (column == null) {
            return null;
        }
        addRepeated((long) column.length * rows, rows);
        return column;
    }

    private void addRepeated(long bytes, int rows)
            throws BadRecordException
    {
        if (repeatedBytes + bytes > REPEATED_BYTES_MAX) {
            throw new BadRecordException("what its %s records repeat of what they share takes more than %s bytes".formatted(rows, REPEATED_BYTES_MAX));
        }
        repeatedBytes += bytes;
    }

    void record(MessageBytes newMessage, Place newPlace)
    {
        message(requireNonNull(newMessage, "newMessage is null"));
        place = requireNonNull(newPlace, "newPlace is null");
        request = newMessage.bytes();
        residual = scopeResidual;
        sharedResidual = scopeSharedResidual;
        repaired = false;
    }

    private void message(MessageBytes newMessage)
    {
        message = newMessage;
        messageOffset = newMessage.offset();
        messageLength = newMessage.length();
    }

    private MessageBytes message()
    {
        MessageBytes known = message;
        if (known == null) {
            known = new MessageBytes(requireNonNull(pointType, "there is no record"), request, messageOffset, messageLength);
            message = known;
        }
        return known;
    }

    @Override
    public <M extends MessageLite> M parse(Parser<M> parser)
            throws BadRecordException, InvalidProtocolBufferException
    {
        return parse(message(), parser);
    }

    @Override
    public <M extends MessageLite> M parseShared(byte[] shared, Parser<M> parser)
            throws BadRecordException, InvalidProtocolBufferException
    {
        message(new MessageBytes(type.record(), shared, 0, shared.length));
        return parse(message(), parser);
    }

    private <M extends MessageLite> M parse(MessageBytes bytes, Parser<M> parser)
            throws BadRecordException, InvalidProtocolBufferException
    {
        MessageCounter.check(bytes, limits);
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
    public void endUsualShared(long textBytes, int attributes, int rows)
            throws BadRecordException
    {
        addRepeated(SharedTexts.stored(textBytes, rows), rows);
        values.count((long) attributes * rows);
    }

    @Override
    public void endShared(MetricValues metric, int rows)
            throws BadRecordException
    {
        addRepeated(SharedTexts.stored(SharedTexts.bytes(metric), rows), rows);
        int reasons = values.takeReasons() | (repaired ? Reasons.INVALID_UTF8 : 0);
        values.count(values.takeCount() * rows);
        if (reasons != 0) {
            residual = residual.withMetric(message().toByteString(), reasons);
            sharedResidual = repeated(residual, rows);
            if ((reasons & Reasons.SHORTENED) != 0) {
                findings.add(Kind.SHORTENED, rows, this::path);
            }
            if (repaired) {
                findings.add(Kind.TEXT, rows, this::path);
            }
        }
    }

    @Override
    public void point(Descriptor newPointType, String list, int index, int offset, int length, PointReader reader)
    {
        pointType = newPointType;
        pointList = list;
        point = index;
        message = null;
        messageOffset = offset;
        messageLength = length;
        repaired = false;
        long counted = values.takeCount();
        try {
            check();
            reader.read();
            counted += values.takeCount();
        }
        catch (InvalidProtocolBufferException e) {
            reject(MessageBytes.reason(e, limits));
        }
        catch (BadRecordException e) {
            reject(e.getMessage());
        }
        values.count(counted);
        point = NONE;
    }

    private void check()
            throws BadRecordException
    {
        String reason = wrong.isEmpty() ? null : wrong.get(new Place(place.resource(), place.scope(), place.record(), point));
        if (reason != null) {
            throw new BadRecordException(reason);
        }
    }

    private void reject(@Nullable String reason)
    {
        values.discard();
        findings.add(Kind.REJECTED, 1, () -> path() + ": " + reason);
    }

    @Override
    public void noPoints()
    {
        findings.add(Kind.EMPTY, 1, this::path);
    }

    private String path()
    {
        return point == NONE ? type.path(place) : "%s/%s/%s".formatted(type.path(place), pointList, point);
    }

    @Override
    public byte[] request()
    {
        return message().bytes();
    }

    @Override
    public int offset()
    {
        return messageOffset;
    }

    @Override
    public int length()
    {
        return messageLength;
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
    public int scopeRows()
    {
        return scopeRows;
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
    public long receivedMicros()
    {
        return times.receivedMicros();
    }

    @Override
    public long timestamp(long timeUnixNano, long observedTimeUnixNano)
    {
        if (times.isReplaced(timeUnixNano, observedTimeUnixNano)) {
            findings.add(Kind.TIME, 1, () -> path() + ": " + times.describe(timeUnixNano, observedTimeUnixNano));
        }
        return times.timestamp(timeUnixNano, observedTimeUnixNano);
    }

    @Override
    public byte @Nullable [] residual(MessageLite record)
    {
        int reasons = values.takeReasons();
        if ((reasons & Reasons.SHORTENED) != 0) {
            findings.add(Kind.SHORTENED, 1, this::path);
        }
        if (repaired) {
            findings.add(Kind.TEXT, 1, this::path);
            return residual.withRecord(message().toByteString(), reasons | Reasons.INVALID_UTF8).toColumn();
        }
        return reasons == 0 ? sharedResidual : residual.withRecord(record.toByteString(), reasons).toColumn();
    }
}
