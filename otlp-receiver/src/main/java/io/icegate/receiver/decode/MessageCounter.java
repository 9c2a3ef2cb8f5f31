package io.icegate.receiver.decode;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * Counts the messages and lists of numbers within a message before anything is built from it. Leaves malformed input to the
 * parser.
 */
final class MessageCounter
{
    private static final int MESSAGE_BYTES_MIN = 2;

    private final CodedInputStream in;
    private final int max;
    private int count;

    private MessageCounter(CodedInputStream in, int max)
    {
        this.in = in;
        this.max = max;
    }

    static void check(MessageBytes message, DecodeLimits limits)
            throws BadRecordException
    {
        if (message.length() / MESSAGE_BYTES_MIN <= limits.messagesMax()) {
            return;
        }
        MessageCounter counter = new MessageCounter(CodedInputStream.newInstance(message.bytes(), message.offset(), message.length()), limits.messagesMax());
        try {
            counter.scan(message.type(), limits.messageDepthMax());
        }
        catch (IOException e) {
            return;
        }
        if (counter.count > limits.messagesMax()) {
            throw new BadRecordException("it holds more than %s attributes and values".formatted(limits.messagesMax()));
        }
    }

    private void scan(Descriptor type, int depth)
            throws IOException
    {
        for (int tag = in.readTag(); tag != 0 && count <= max; tag = in.readTag()) {
            @Nullable FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
            if (field != null && field.isPackable() && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                int length = in.readRawVarint32();
                count += length / numberBytesMin(field);
                in.skipRawBytes(length);
                continue;
            }
            if (field == null || field.getType() != FieldDescriptor.Type.MESSAGE || WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                if (!in.skipField(tag)) {
                    return;
                }
                continue;
            }
            count++;
            int length = in.readRawVarint32();
            if (depth == 0) {
                in.skipRawBytes(length);
                continue;
            }
            int end = in.pushLimit(length);
            scan(field.getMessageType(), depth - 1);
            in.popLimit(end);
        }
    }

    /**
     * A number takes eight bytes in memory, and as few as one on the wire.
     */
    private static int numberBytesMin(FieldDescriptor field)
    {
        return switch (field.getType()) {
            case DOUBLE, FIXED64, SFIXED64 -> Long.BYTES;
            case FLOAT, FIXED32, SFIXED32 -> Integer.BYTES;
            default -> 1;
        };
    }
}
