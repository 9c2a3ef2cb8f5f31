package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WireFormat;
import io.icegate.receiver.decode.Findings.Kind;
import io.icegate.receiver.decode.json.Place;
import io.icegate.receiver.decode.wire.WireMetric;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.EntityRef;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * Walks an export request of any signal at wire level, from the request to its records, and hands each record to the decoder
 * of the signal. A record that is bad costs no neighbour; a resource or scope that is bad costs its own records. Only when
 * the envelopes themselves are broken is the request refused.
 */
final class EnvelopeDecoder
{
    private final EnvelopeType type;
    private final DecodeLimits limits;
    private final Map<Place, String> wrong;
    private final RecordDecoder records;
    private final Findings findings;
    private final ValueDecoder values;
    private final RequestContext context;
    private final byte[] bytes;
    private final MetricMessage metric = new MetricMessage();
    private @Nullable WireMetric usualMetric;
    private final int[] counts = new int[4];
    private long valueCount;

    /**
     * @param wrong what is known to be wrong already, by place
     */
    EnvelopeDecoder(EnvelopeType type, DecodeLimits limits, EventTimes times, byte[] request, Map<Place, String> wrong, RecordDecoder records, Findings findings)
    {
        this.type = requireNonNull(type, "type is null");
        this.limits = requireNonNull(limits, "limits is null");
        this.bytes = requireNonNull(request, "request is null");
        this.wrong = requireNonNull(wrong, "wrong is null");
        this.records = requireNonNull(records, "records is null");
        this.findings = requireNonNull(findings, "findings is null");
        values = new ValueDecoder(limits);
        context = new RequestContext(type, limits, times, wrong, findings, values);
    }

    /**
     * @throws RefusedException when the request is broken or beyond a limit
     */
    void decode()
    {
        try {
            Envelope request = envelope(0, bytes.length, 0, EnvelopeType.RESOURCES);
            count(0, request.children());
            Residual residual = Residual.NONE.withRequestEnvelope(request.unknown());
            forEachChild(request, (index, offset, length) -> resource(index, offset, length, residual));
        }
        catch (InvalidProtocolBufferException e) {
            throw malformed(MessageBytes.reason(e, limits));
        }
        catch (IOException e) {
            throw new IllegalStateException("Cannot read from memory", e);
        }
    }

    /**
     * What an envelope holds beside its children.
     *
     * @param own the resource or scope, all occurrences joined, which protobuf merges
     * @param unknown fields that have no column
     */
    private record Envelope(int offset, int length, int childField, int children, ByteString own, ByteString schemaUrl, ByteString unknown)
    {
        int reasons()
        {
            return schemaUrl.isValidUtf8() ? 0 : Reasons.INVALID_UTF8;
        }
    }

    /**
     * A resource or scope.
     *
     * @param original as it was sent, when the message was repaired
     */
    private record Own<M extends MessageLite>(M message, ByteString original, int reasons)
    {
        ByteString kept()
        {
            return reasons == 0 ? message.toByteString() : original;
        }
    }

    @FunctionalInterface
    private interface Child
    {
        void accept(int index, int offset, int length)
                throws IOException;
    }

    @FunctionalInterface
    private interface Count
    {
        int count()
                throws IOException;
    }

    private static RefusedException malformed(String reason)
    {
        return new RefusedException(Refusal.MALFORMED, "Cannot decode request: " + reason);
    }

    /**
     * Fields may come in any order, so children are only counted here.
     */
    private Envelope envelope(int offset, int length, int ownField, int childField)
            throws IOException
    {
        CodedInputStream in = CodedInputStream.newInstance(bytes, offset, length);
        ByteString own = ByteString.EMPTY;
        ByteString schemaUrl = ByteString.EMPTY;
        UnknownFieldSet.Builder unknown = null;
        int children = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED ? WireFormat.getTagFieldNumber(tag) : 0;
            if (field == childField) {
                in.skipRawBytes(in.readRawVarint32());
                children++;
            }
            else if (field != 0 && field == ownField) {
                own = own.concat(in.readBytes());
            }
            else if (field == EnvelopeType.SCHEMA_URL && ownField != 0) {
                schemaUrl = in.readBytes();
            }
            else {
                unknown = unknown == null ? UnknownFieldSet.newBuilder() : unknown;
                if (!unknown.mergeFieldFrom(tag, in)) {
                    throw new InvalidProtocolBufferException("a group ends that did not begin");
                }
            }
        }
        if (!schemaUrl.isValidUtf8()) {
            // kept beside the unknown fields; the column shows U+FFFD
            unknown = unknown == null ? UnknownFieldSet.newBuilder() : unknown;
            unknown.mergeField(EnvelopeType.SCHEMA_URL, UnknownFieldSet.Field.newBuilder().addLengthDelimited(schemaUrl).build());
        }
        return new Envelope(offset, length, childField, children, own, schemaUrl, unknown == null ? ByteString.EMPTY : unknown.build().toByteString());
    }

    private void forEachChild(Envelope envelope, Child child)
            throws IOException
    {
        CodedInputStream in = CodedInputStream.newInstance(bytes, envelope.offset(), envelope.length());
        int childTag = envelope.childField() << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
        int index = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == childTag) {
                int length = in.readRawVarint32();
                child.accept(index++, envelope.offset() + in.getTotalBytesRead(), length);
                in.skipRawBytes(length);
            }
            else {
                in.skipField(tag);
            }
        }
    }

    /**
     * @param level 0 for resources, 1 for scopes, 2 for records, 3 for data points
     */
    private void count(int level, int count)
    {
        counts[level] += count;
        if (counts[level] > limits.recordsMax()) {
            throw malformed("it holds more than %s records".formatted(limits.recordsMax()));
        }
    }

    private void resource(int index, int offset, int length, Residual requestResidual)
            throws IOException
    {
        Envelope envelope = envelope(offset, length, EnvelopeType.OWN, EnvelopeType.CHILDREN);
        count(1, envelope.children());
        Residual residual = requestResidual.withResourceEnvelope(envelope.unknown()).withReasons(envelope.reasons());
        Place place = new Place(index, -1, -1);
        ResourceValues columns;
        try {
            Own<Resource> own = own(type.resource(), Resource.parser(), envelope, place);
            columns = resourceColumns(own.message(), envelope);
            int reasons = own.reasons() | values.takeReasons();
            note(place, reasons | envelope.reasons(), () -> rowsOfResource(envelope));
            residual = reasons == 0 ? residual : residual.withResource(own.kept(), reasons);
        }
        catch (BadRecordException e) {
            values.discard();
            reject(place, rowsOfResource(envelope), e);
            return;
        }
        long shared = columns.attributes().size() + columns.entityRefs().stream().mapToLong(ref -> 1L + ref.idKeys().size() + ref.descriptionKeys().size()).sum();
        Residual resourceResidual = residual;
        forEachChild(envelope, (child, at, size) -> scope(new Place(index, child, -1), at, size, columns, shared, resourceResidual));
    }

    private void scope(Place place, int offset, int length, ResourceValues resource, long sharedValues, Residual resourceResidual)
            throws IOException
    {
        Envelope envelope = envelope(offset, length, EnvelopeType.OWN, EnvelopeType.CHILDREN);
        count(2, envelope.children());
        Residual residual = resourceResidual.withScopeEnvelope(envelope.unknown()).withReasons(envelope.reasons());
        int rows = rows(envelope);
        count(3, rows);
        ScopeValues columns;
        try {
            Own<InstrumentationScope> own = own(type.scope(), InstrumentationScope.parser(), envelope, place);
            columns = scopeColumns(own.message(), envelope);
            int reasons = own.reasons() | values.takeReasons();
            note(place, reasons | envelope.reasons(), () -> rows);
            residual = reasons == 0 ? residual : residual.withScope(own.kept(), reasons);
            context.scope(resource, columns, residual, rows);
        }
        catch (BadRecordException e) {
            values.discard();
            reject(place, rows, e);
            return;
        }
        addValues((sharedValues + columns.attributes().size()) * rows);
        values.takeCount();
        forEachChild(envelope, (child, at, size) -> record(new Place(place.resource(), place.scope(), child), at, size));
    }

    private <M extends MessageLite> Own<M> own(Descriptor ownType, Parser<M> parser, Envelope envelope, Place place)
            throws BadRecordException
    {
        check(place);
        MessageBytes message = new MessageBytes(ownType, envelope.own().toByteArray(), 0, envelope.own().size());
        MessageCounter.check(message, limits);
        try {
            return new Own<>(message.parse(parser, limits), ByteString.EMPTY, 0);
        }
        catch (InvalidProtocolBufferException damaged) {
            try {
                return new Own<>(message.repaired(limits).parse(parser, limits), envelope.own(), Reasons.INVALID_UTF8);
            }
            catch (InvalidProtocolBufferException e) {
                throw new BadRecordException(MessageBytes.reason(e, limits));
            }
        }
    }

    private ResourceValues resourceColumns(Resource resource, Envelope envelope)
            throws BadRecordException
    {
        values.checkUnknown(resource);
        List<EntityRef> refs = new ArrayList<>();
        for (io.opentelemetry.proto.common.v1.EntityRef ref : values.bounded(resource.getEntityRefsList())) {
            values.checkUnknown(ref);
            refs.add(new EntityRef(values.column(ref.getSchemaUrl()), values.column(ref.getType()), values.keys(ref.getIdKeysList()), values.keys(ref.getDescriptionKeysList())));
        }
        return new ResourceValues(
                values.attributes(resource.getAttributesList()),
                Integer.toUnsignedLong(resource.getDroppedAttributesCount()),
                values.column(envelope.schemaUrl().toStringUtf8()),
                refs);
    }

    private ScopeValues scopeColumns(InstrumentationScope scope, Envelope envelope)
            throws BadRecordException
    {
        values.checkUnknown(scope);
        return new ScopeValues(
                values.column(scope.getName()),
                values.column(scope.getVersion()),
                values.attributes(scope.getAttributesList()),
                Integer.toUnsignedLong(scope.getDroppedAttributesCount()),
                values.column(envelope.schemaUrl().toStringUtf8()));
    }

    private void addValues(long count)
    {
        valueCount += count;
        if (valueCount > limits.valuesMax()) {
            throw malformed("with those of resource and scope on each record it holds more than %s attribute values".formatted(limits.valuesMax()));
        }
    }

    private int rowsOfResource(Envelope resource)
            throws IOException
    {
        int[] rows = {0};
        forEachChild(resource, (_, offset, length) -> rows[0] += rows(envelope(offset, length, EnvelopeType.OWN, EnvelopeType.CHILDREN)));
        return rows[0];
    }

    /**
     * Rows that the records of a scope are meant to become, which is what a client gets counted.
     */
    private int rows(Envelope scope)
            throws IOException
    {
        if (!type.hasPoints()) {
            return scope.children();
        }
        int[] rows = {0};
        forEachChild(scope, (_, offset, length) -> rows[0] += points(offset, length));
        return rows[0];
    }

    private int points(int offset, int length)
    {
        WireMetric usual = usualMetric;
        if (usual == null) {
            usual = new WireMetric(bytes);
            usualMetric = usual;
        }
        return usual.read(offset, length) ? usual.points() : metric.count(bytes, offset, length);
    }

    private int rows(MessageBytes message)
    {
        return type.hasPoints() ? points(message.offset(), message.length()) : 1;
    }

    private void record(Place place, int offset, int length)
    {
        MessageBytes message = new MessageBytes(type.record(), bytes, offset, length);
        try {
            check(place);
            context.record(message, place);
            if (!records.addUsual(context)) {
                records.add(context);
            }
            addValues(values.takeCount());
        }
        catch (InvalidProtocolBufferException e) {
            values.discard();
            reject(place, rows(message), new BadRecordException(MessageBytes.reason(e, limits)));
        }
        catch (BadRecordException e) {
            values.discard();
            reject(place, rows(message), e);
        }
    }

    private void check(Place place)
            throws BadRecordException
    {
        String reason = wrong.isEmpty() ? null : wrong.get(place);
        if (reason != null) {
            throw new BadRecordException(reason);
        }
    }

    private void note(Place place, int reasons, Count records)
            throws IOException
    {
        if ((reasons & (Reasons.INVALID_UTF8 | Reasons.SHORTENED)) == 0) {
            return;
        }
        int count = records.count();
        if ((reasons & Reasons.INVALID_UTF8) != 0 && count > 0) {
            findings.add(Kind.TEXT, count, () -> type.path(place));
        }
        if ((reasons & Reasons.SHORTENED) != 0 && count > 0) {
            findings.add(Kind.SHORTENED, count, () -> type.path(place));
        }
    }

    private void reject(Place place, int count, BadRecordException failure)
    {
        if (count > 0) {
            findings.add(Kind.REJECTED, count, () -> type.path(place) + ": " + failure.getMessage());
        }
    }
}
