package io.icegate.receiver.seam;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.icegate.receiver.decode.DecodedRequest;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.wal.BatchId;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads ticks in OTLP's envelopes: request 1 resource, 2 scope, 2 record. A record has a time (1) and a name (2).
 */
final class TickDecoder
        implements RequestDecoder
{
    private static final int[] PATH = {1, 2, 2};

    @Override
    public DecodedRequest decode(byte[] payload, Encoding encoding, BatchId id, String tenant)
    {
        List<TickBatch.Tick> ticks = new ArrayList<>();
        try {
            walk(CodedInputStream.newInstance(payload), 0, ticks);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new DecodedRequest(new TickBatch(id, tenant, ticks, payload.length), Acknowledgement.FULL);
    }

    private static void walk(CodedInputStream input, int level, List<TickBatch.Tick> ticks)
            throws IOException
    {
        if (level == PATH.length) {
            ticks.add(tick(input));
            return;
        }
        for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == PATH[level]) {
                walk(CodedInputStream.newInstance(input.readByteArray()), level + 1, ticks);
            }
            else {
                input.skipField(tag);
            }
        }
    }

    private static TickBatch.Tick tick(CodedInputStream input)
            throws IOException
    {
        long nanos = 0;
        String name = "";
        for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> nanos = input.readFixed64();
                case 2 -> name = input.readString();
                default -> input.skipField(tag);
            }
        }
        return new TickBatch.Tick(nanos / 1000, name);
    }

    /**
     * Returns a request of one resource and scope.
     */
    static byte[] encode(TickBatch.Tick... ticks)
            throws IOException
    {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream records = CodedOutputStream.newInstance(bytes);
        for (TickBatch.Tick tick : ticks) {
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            CodedOutputStream fields = CodedOutputStream.newInstance(record);
            fields.writeFixed64(1, tick.micros() * 1000);
            fields.writeString(2, tick.name());
            fields.flush();
            records.writeByteArray(2, record.toByteArray());
        }
        records.flush();
        return message(1, message(2, bytes.toByteArray()));
    }

    private static byte[] message(int field, byte[] content)
            throws IOException
    {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream output = CodedOutputStream.newInstance(bytes);
        output.writeByteArray(field, content);
        output.flush();
        return bytes.toByteArray();
    }
}
