package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A protobuf message written field by field, also ones that generated classes would never write.
 */
final class WireMessage
{
    private final ByteString.Output bytes = ByteString.newOutput();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    private interface Write
    {
        void run()
                throws IOException;
    }

    WireMessage bytes(int field, ByteString value)
    {
        return write(() -> out.writeBytes(field, value));
    }

    WireMessage string(int field, String value)
    {
        return write(() -> out.writeString(field, value));
    }

    WireMessage varint(int field, long value)
    {
        return write(() -> out.writeUInt64(field, value));
    }

    WireMessage fixed64(int field, long value)
    {
        return write(() -> out.writeFixed64(field, value));
    }

    /**
     * An empty group.
     */
    WireMessage group(int field)
    {
        return write(() -> {
            out.writeTag(field, WireFormat.WIRETYPE_START_GROUP);
            out.writeTag(field, WireFormat.WIRETYPE_END_GROUP);
        });
    }

    private WireMessage write(Write write)
    {
        try {
            write.run();
            out.flush();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    ByteString toByteString()
    {
        return bytes.toByteString();
    }

    byte[] toByteArray()
    {
        return toByteString().toByteArray();
    }
}
