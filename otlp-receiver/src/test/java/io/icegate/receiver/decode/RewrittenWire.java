package io.icegate.receiver.decode;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Writes messages in other ways that protobuf allows, and in some that say something else: fields in any order, fields given
 * twice, messages in two parts, lists of numbers that are not packed, fields of another type, unknown fields, groups, texts
 * that are not UTF-8, tags and numbers with bytes to spare. At every level.
 */
final class RewrittenWire
{
    private final Random random;
    private final int oddOneIn;

    /**
     * @param oddOneIn how many fields there are for each that is changed; all are shuffled
     */
    RewrittenWire(Random random, int oddOneIn)
    {
        this.random = random;
        this.oddOneIn = oddOneIn;
    }

    byte[] rewrite(Descriptor type, byte[] message)
    {
        List<byte[]> fields = new ArrayList<>();
        try {
            CodedInputStream in = CodedInputStream.newInstance(message);
            int start = 0;
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
                if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                    addLengthDelimited(field, tag, in.readByteArray(), fields);
                }
                else {
                    in.skipField(tag);
                    byte[] raw = Arrays.copyOfRange(message, start, in.getTotalBytesRead());
                    addScalar(tag, raw, fields);
                }
                start = in.getTotalBytesRead();
            }
            if (odd()) {
                fields.add(unknown());
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (random.nextInt(4) > 0) {
            Collections.shuffle(fields, random);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fields.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private boolean odd()
    {
        return random.nextInt(oddOneIn) == 0;
    }

    private void addLengthDelimited(FieldDescriptor field, int tag, byte[] content, List<byte[]> fields)
            throws IOException
    {
        boolean message = field != null && field.getType() == FieldDescriptor.Type.MESSAGE;
        byte[] value = message ? rewrite(field.getMessageType(), content) : content;
        if (!odd()) {
            fields.add(delimited(tag, value));
            return;
        }
        switch (random.nextInt(5)) {
            case 0 -> {
                // twice
                fields.add(delimited(tag, value));
                fields.add(delimited(tag, value));
            }
            case 1 -> {
                // two parts, cut anywhere: right for lists of fixed numbers by chance, and for texts something else
                int cut = message ? 0 : random.nextInt(value.length + 1);
                fields.add(delimited(tag, Arrays.copyOf(value, cut)));
                fields.add(delimited(tag, Arrays.copyOfRange(value, cut, value.length)));
            }
            case 2 -> {
                if (field != null && field.isPackable()) {
                    unpack(field, value, fields);
                }
                else {
                    fields.add(delimited(tag, new byte[0]));
                }
            }
            case 3 -> fields.add(scalar(tag >>> 3 << 3, random.nextLong()));
            default -> {
                byte[] cut = value.clone();
                if (cut.length > 0) {
                    cut[random.nextInt(cut.length)] = (byte) random.nextInt();
                }
                fields.add(delimited(tag, cut));
            }
        }
    }

    private static void unpack(FieldDescriptor field, byte[] value, List<byte[]> fields)
            throws IOException
    {
        CodedInputStream in = CodedInputStream.newInstance(value);
        int tag = field.getNumber() << 3 | WireFormat.WIRETYPE_FIXED64;
        while (!in.isAtEnd()) {
            if (field.getType() == FieldDescriptor.Type.UINT64) {
                fields.add(scalar(field.getNumber() << 3, in.readUInt64()));
            }
            else {
                fields.add(written(tag, in.readFixed64()));
            }
        }
    }

    private void addScalar(int tag, byte[] raw, List<byte[]> fields)
            throws IOException
    {
        fields.add(raw);
        if (!odd()) {
            return;
        }
        switch (random.nextInt(5)) {
            case 0 -> fields.add(raw);
            case 1 -> fields.add(scalar(tag >>> 3 << 3, random.nextLong()));
            case 2 -> fields.add(written(tag >>> 3 << 3 | WireFormat.WIRETYPE_FIXED64, random.nextLong()));
            // a double that is no number, with bits of its own
            case 3 -> fields.set(fields.size() - 1, written(tag >>> 3 << 3 | WireFormat.WIRETYPE_FIXED64, 0x7FF0_0000_0000_0002L));
            default -> fields.set(fields.size() - 1, delimited(tag >>> 3 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED, raw));
        }
    }

    private byte[] unknown()
            throws IOException
    {
        int number = random.nextBoolean() ? 1 + random.nextInt(20) : 1 + random.nextInt(1_000_000);
        return switch (random.nextInt(4)) {
            case 0 -> scalar(number << 3, random.nextLong());
            case 1 -> written(number << 3 | WireFormat.WIRETYPE_FIXED64, random.nextLong());
            case 2 -> delimited(number << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED, new byte[random.nextInt(3)]);
            // a group without fields
            default -> tags(number << 3 | WireFormat.WIRETYPE_START_GROUP, number << 3 | WireFormat.WIRETYPE_END_GROUP);
        };
    }

    private static byte[] tags(int... tags)
            throws IOException
    {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        for (int tag : tags) {
            out.writeUInt32NoTag(tag);
        }
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] scalar(int tag, long value)
            throws IOException
    {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeUInt32NoTag(tag);
        out.writeUInt64NoTag(value);
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] written(int tag, long value)
            throws IOException
    {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeUInt32NoTag(tag);
        out.writeFixed64NoTag(value);
        out.flush();
        return bytes.toByteArray();
    }

    private byte[] delimited(int tag, byte[] value)
            throws IOException
    {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        if (odd()) {
            // seven bits more than are needed
            out.writeRawByte((byte) (tag & 0x7F | 0x80));
            for (int rest = tag >>> 7; ; rest >>>= 7) {
                if (rest == 0) {
                    out.writeRawByte((byte) 0);
                    break;
                }
                out.writeRawByte((byte) (rest & 0x7F | 0x80));
            }
        }
        else {
            out.writeUInt32NoTag(tag);
        }
        out.writeUInt32NoTag(value.length);
        out.writeRawBytes(value);
        out.flush();
        return bytes.toByteArray();
    }
}
