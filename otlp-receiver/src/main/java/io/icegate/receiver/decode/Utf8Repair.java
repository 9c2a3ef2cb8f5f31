package io.icegate.receiver.decode;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WireFormat;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Rewrites a message so that all its strings are UTF-8, which protobuf demands: what is not becomes U+FFFD. Everything else,
 * and the order of fields, stays.
 */
final class Utf8Repair
{
    private Utf8Repair() {}

    /**
     * @throws InvalidProtocolBufferException when the message is broken otherwise too
     */
    static byte[] repair(Descriptor type, byte[] message, int depthMax)
            throws InvalidProtocolBufferException
    {
        CodedInputStream in = CodedInputStream.newInstance(message);
        ByteArrayOutputStream repaired = new ByteArrayOutputStream(message.length + 16);
        CodedOutputStream out = CodedOutputStream.newInstance(repaired);
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                copy(type, tag, in, out, depthMax);
            }
            out.flush();
        }
        catch (InvalidProtocolBufferException e) {
            throw e;
        }
        catch (IOException e) {
            throw new InvalidProtocolBufferException(e);
        }
        return repaired.toByteArray();
    }

    private static void copy(Descriptor type, int tag, CodedInputStream in, CodedOutputStream out, int depthMax)
            throws IOException
    {
        int number = WireFormat.getTagFieldNumber(tag);
        @Nullable FieldDescriptor field = type.findFieldByNumber(number);
        if (field != null && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            switch (field.getType()) {
                case STRING -> {
                    // Java's decoder replaces what is malformed
                    out.writeString(number, new String(in.readByteArray(), StandardCharsets.UTF_8));
                    return;
                }
                case MESSAGE -> {
                    if (depthMax == 0) {
                        throw new InvalidProtocolBufferException("too many levels of nesting");
                    }
                    out.writeByteArray(number, repair(field.getMessageType(), in.readByteArray(), depthMax - 1));
                    return;
                }
                default -> {
                    // copied as it is
                }
            }
        }
        UnknownFieldSet.Builder other = UnknownFieldSet.newBuilder();
        if (!other.mergeFieldFrom(tag, in)) {
            throw new InvalidProtocolBufferException("a group ends that did not begin");
        }
        other.build().writeTo(out);
    }
}
