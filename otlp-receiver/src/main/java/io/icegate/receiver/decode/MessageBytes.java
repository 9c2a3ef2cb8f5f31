package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

import java.util.Arrays;

/**
 * A message as it is on the wire.
 */
@SuppressWarnings("ArrayRecordComponent") // a view, never compared
record MessageBytes(Descriptor type, byte[] bytes, int offset, int length)
{
    <M extends MessageLite> M parse(Parser<M> parser, DecodeLimits limits)
            throws InvalidProtocolBufferException
    {
        CodedInputStream in = CodedInputStream.newInstance(bytes, offset, length);
        in.setRecursionLimit(limits.messageDepthMax());
        M message = parser.parseFrom(in);
        in.checkLastTagWas(0);
        return message;
    }

    /**
     * The same message with U+FFFD for what is not UTF-8.
     *
     * @throws InvalidProtocolBufferException when that is not all that is wrong with it
     */
    MessageBytes repaired(DecodeLimits limits)
            throws InvalidProtocolBufferException
    {
        byte[] repaired = Utf8Repair.repair(type, Arrays.copyOfRange(bytes, offset, offset + length), limits.messageDepthMax());
        return new MessageBytes(type, repaired, 0, repaired.length);
    }

    ByteString toByteString()
    {
        return ByteString.copyFrom(bytes, offset, length);
    }

    /**
     * Says to people what is wrong, without quoting the message.
     */
    static String reason(InvalidProtocolBufferException failure, DecodeLimits limits)
    {
        String message = String.valueOf(failure.getMessage());
        return message.contains("too many levels of nesting") ? ValueDecoder.nestedTooDeep(limits) : "it is no valid protobuf message: " + message;
    }
}
