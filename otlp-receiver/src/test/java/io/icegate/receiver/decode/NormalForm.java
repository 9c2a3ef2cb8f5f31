package io.icegate.receiver.decode;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.metrics.v1.Metric;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Brings requests of any signal to the normal form in which the order of attributes and records, and the grouping into
 * envelopes, do not count, and an absent message equals an empty one.
 */
final class NormalForm
{
    private NormalForm() {}

    /**
     * One request per record or data point, sorted. Metrics without data points vanish.
     */
    static List<String> of(List<? extends Message> requests)
    {
        List<String> result = new ArrayList<>();
        for (Message request : requests) {
            EnvelopeType type = EnvelopeType.of(request.getDescriptorForType());
            for (Message resource : children(request, type.resources())) {
                for (Message scope : children(resource, type.scopes())) {
                    for (Message record : children(scope, type.records()).stream().flatMap(NormalForm::rows).toList()) {
                        Message single = normal(with(request, type.resources(), with(resource, type.scopes(), with(scope, type.records(), record))));
                        // the bytes, because two NaNs are equal as messages
                        result.add(single + HexFormat.of().formatHex(single.toByteArray()));
                    }
                }
            }
        }
        result.sort(null);
        return result;
    }

    private static Stream<Message> rows(Message message)
    {
        if (!(message instanceof Metric metric)) {
            return Stream.of(message);
        }
        FieldDescriptor data = metric.getOneofFieldDescriptor(Metric.getDescriptor().getOneofs().get(0));
        if (data == null) {
            return Stream.empty();
        }
        Message points = (Message) metric.getField(data);
        FieldDescriptor list = points.getDescriptorForType().findFieldByName("data_points");
        return children(points, list).stream().map(point -> metric.toBuilder().setField(data, with(points, list, point)).build());
    }

    private static List<Message> children(Message message, FieldDescriptor field)
    {
        return ((List<?>) message.getField(field)).stream().map(Message.class::cast).toList();
    }

    private static Message with(Message message, FieldDescriptor children, Message child)
    {
        return message.toBuilder().clearField(children).addRepeatedField(children, child).build();
    }

    private static Message normal(Message message)
    {
        Message.Builder normal = message.toBuilder();
        message.getAllFields().forEach((field, value) -> {
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                return;
            }
            if (field.isRepeated()) {
                List<Message> elements = children(message, field).stream().map(NormalForm::normal).toList();
                normal.setField(field, isAttributes(field) ? sorted(elements) : elements);
                return;
            }
            Message nested = normal((Message) value);
            if (field.getContainingOneof() == null && nested.getSerializedSize() == 0) {
                normal.clearField(field);
            }
            else {
                normal.setField(field, nested);
            }
        });
        return normal.build();
    }

    /**
     * A list of keys and values is one value, in which the order counts.
     */
    private static boolean isAttributes(FieldDescriptor field)
    {
        return field.getMessageType().equals(KeyValue.getDescriptor()) && !field.getContainingType().equals(KeyValueList.getDescriptor());
    }

    private static List<Message> sorted(List<Message> attributes)
    {
        return attributes.stream().sorted(Comparator.comparing(attribute -> ((KeyValue) attribute).getKey())).toList();
    }
}
