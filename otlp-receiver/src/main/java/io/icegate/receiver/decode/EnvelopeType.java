package io.icegate.receiver.decode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.icegate.receiver.decode.json.Place;
import io.opentelemetry.proto.metrics.v1.Metric;

import static java.util.Objects.requireNonNull;

/**
 * The messages of a signal's export request. Their numbers are the same for all signals: a request holds envelopes of
 * resources in field 1; these hold the resource in field 1, envelopes of scopes in field 2 and a schema URL in field 3;
 * and these hold the scope in field 1, records in field 2 and a schema URL in field 3.
 *
 * @param hasPoints true when a record is a metric, which becomes one row per data point
 */
record EnvelopeType(FieldDescriptor resources, FieldDescriptor scopes, FieldDescriptor records, boolean hasPoints)
{
    static final int OWN = 1;
    static final int CHILDREN = 2;
    static final int SCHEMA_URL = 3;
    static final int RESOURCES = 1;

    EnvelopeType
    {
        requireNonNull(resources, "resources is null");
        requireNonNull(scopes, "scopes is null");
        requireNonNull(records, "records is null");
    }

    /**
     * @throws IllegalArgumentException when this is no export request of a signal
     */
    static EnvelopeType of(Descriptor request)
    {
        FieldDescriptor resources = children(request, RESOURCES);
        FieldDescriptor scopes = children(resources.getMessageType(), CHILDREN);
        FieldDescriptor records = children(scopes.getMessageType(), CHILDREN);
        return new EnvelopeType(resources, scopes, records, records.getMessageType().equals(Metric.getDescriptor()));
    }

    private static FieldDescriptor children(Descriptor type, int number)
    {
        FieldDescriptor field = type.findFieldByNumber(number);
        if (field == null || field.getType() != FieldDescriptor.Type.MESSAGE || !field.isRepeated()) {
            throw new IllegalArgumentException("Cannot decode %s: its field %s does not repeat a message".formatted(type.getFullName(), number));
        }
        return field;
    }

    Descriptor resource()
    {
        return resources.getMessageType().findFieldByNumber(OWN).getMessageType();
    }

    Descriptor scope()
    {
        return scopes.getMessageType().findFieldByNumber(OWN).getMessageType();
    }

    Descriptor record()
    {
        return records.getMessageType();
    }

    /**
     * For example {@code resourceLogs/0/scopeLogs/0/logRecords/3}.
     */
    String path(Place place)
    {
        StringBuilder path = new StringBuilder(resources.getJsonName()).append('/').append(place.resource());
        if (place.scope() >= 0) {
            path.append('/').append(scopes.getJsonName()).append('/').append(place.scope());
        }
        if (place.record() >= 0) {
            path.append('/').append(records.getJsonName()).append('/').append(place.record());
        }
        return path.toString();
    }
}
