package io.icegate.receiver.events;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.schema.Column;
import io.icegate.schema.TableShape;
import io.icegate.schema.TableShape.Partition;
import io.opentelemetry.proto.common.v1.CommonProto;
import io.opentelemetry.proto.resource.v1.ResourceProto;
import org.apache.iceberg.types.Types;

import java.util.List;
import java.util.Map;

/**
 * A signal that exists in tests only: what OTLP would define of it, and its table of three columns.
 */
final class Events
{
    static final OtlpSignal SIGNAL = new OtlpSignal("events", "/v1/events", "io.icegate.test.EventsService", "rejectedEvents");
    static final TableShape SHAPE = new TableShape(
            "events",
            List.of(
                    Column.required("tenant_id", Types.StringType.get(), "Tenant").withBounds(Column.Bounds.FULL),
                    Column.required("timestamp", Types.TimestampType.withZone(), "Time of the event").withBounds(Column.Bounds.FULL).withEncoding(Column.Encoding.PLAIN),
                    Column.optional("text", Types.StringType.get(), "What happened")),
            List.of(new Partition("tenant_id", "identity"), new Partition("timestamp", "day")),
            List.of("timestamp"),
            Map.of());
    /**
     * The export request: envelopes as those of every signal, around a record of two fields.
     */
    static final Descriptor REQUEST = descriptor();
    static final Descriptor EVENT = REQUEST.getFile().findMessageTypeByName("Event");

    private Events() {}

    private static Descriptor descriptor()
    {
        FileDescriptorProto file = FileDescriptorProto.newBuilder()
                .setName("events.proto")
                .setPackage("io.icegate.test")
                .setSyntax("proto3")
                .addDependency(CommonProto.getDescriptor().getName())
                .addDependency(ResourceProto.getDescriptor().getName())
                .addMessageType(message("ExportEventsRequest", repeated("resource_events", 1, "ResourceEvents")))
                .addMessageType(message("ResourceEvents", single("resource", 1, ".opentelemetry.proto.resource.v1.Resource"), repeated("scope_events", 2, "ScopeEvents"), scalar("schema_url", 3, Type.TYPE_STRING)))
                .addMessageType(message("ScopeEvents", single("scope", 1, ".opentelemetry.proto.common.v1.InstrumentationScope"), repeated("events", 2, "Event"), scalar("schema_url", 3, Type.TYPE_STRING)))
                .addMessageType(message("Event", scalar("time_unix_nano", 1, Type.TYPE_FIXED64), scalar("text", 2, Type.TYPE_STRING)))
                .build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[] {CommonProto.getDescriptor(), ResourceProto.getDescriptor()}).findMessageTypeByName("ExportEventsRequest");
        }
        catch (DescriptorValidationException e) {
            throw new AssertionError(e);
        }
    }

    private static DescriptorProto message(String name, FieldDescriptorProto... fields)
    {
        return DescriptorProto.newBuilder().setName(name).addAllField(List.of(fields)).build();
    }

    private static FieldDescriptorProto repeated(String name, int number, String type)
    {
        return FieldDescriptorProto.newBuilder().setName(name).setNumber(number).setLabel(Label.LABEL_REPEATED).setType(Type.TYPE_MESSAGE).setTypeName(".io.icegate.test." + type).build();
    }

    private static FieldDescriptorProto single(String name, int number, String type)
    {
        return FieldDescriptorProto.newBuilder().setName(name).setNumber(number).setLabel(Label.LABEL_OPTIONAL).setType(Type.TYPE_MESSAGE).setTypeName(type).build();
    }

    private static FieldDescriptorProto scalar(String name, int number, Type type)
    {
        return FieldDescriptorProto.newBuilder().setName(name).setNumber(number).setLabel(Label.LABEL_OPTIONAL).setType(type).build();
    }

    /**
     * A request with one resource, one scope and these events.
     */
    static byte[] request(DynamicMessage... events)
    {
        DynamicMessage.Builder scope = DynamicMessage.newBuilder(REQUEST.getFile().findMessageTypeByName("ScopeEvents"));
        for (DynamicMessage event : events) {
            scope.addRepeatedField(scope.getDescriptorForType().findFieldByName("events"), event);
        }
        DynamicMessage.Builder resource = DynamicMessage.newBuilder(REQUEST.getFile().findMessageTypeByName("ResourceEvents"));
        resource.addRepeatedField(resource.getDescriptorForType().findFieldByName("scope_events"), scope.build());
        DynamicMessage.Builder request = DynamicMessage.newBuilder(REQUEST);
        return request.addRepeatedField(REQUEST.findFieldByName("resource_events"), resource.build()).build().toByteArray();
    }

    static DynamicMessage event(long timeUnixNano, String text)
    {
        return DynamicMessage.newBuilder(EVENT)
                .setField(EVENT.findFieldByName("time_unix_nano"), timeUnixNano)
                .setField(EVENT.findFieldByName("text"), text)
                .build();
    }
}
