package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A protobuf message written field by field, also ones that generated classes would never write.
 */
public final class WireMessage
{
    private final ByteString.Output bytes = ByteString.newOutput();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    private interface Write
    {
        void run()
                throws IOException;
    }

    public WireMessage bytes(int field, ByteString value)
    {
        return write(() -> out.writeBytes(field, value));
    }

    public WireMessage string(int field, String value)
    {
        return write(() -> out.writeString(field, value));
    }

    public WireMessage varint(int field, long value)
    {
        return write(() -> out.writeUInt64(field, value));
    }

    public WireMessage fixed64(int field, long value)
    {
        return write(() -> out.writeFixed64(field, value));
    }

    /**
     * An empty group.
     */
    public WireMessage group(int field)
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

    public ByteString toByteString()
    {
        return bytes.toByteString();
    }

    public byte[] toByteArray()
    {
        return toByteString().toByteArray();
    }
}
