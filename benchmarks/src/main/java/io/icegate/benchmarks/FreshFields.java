package io.icegate.benchmarks;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

import static java.util.Objects.requireNonNull;

/**
 * The places of ids and times in an encoded request. Copies of the request get other ids and times there, which costs next to
 * nothing beside encoding it anew.
 */
final class FreshFields
{
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /**
     * Which fields these are.
     *
     * @param path numbers of the fields that lead from the request to its records, level by level
     * @param ids numbers of the fields of a record with ids, whose lengths are multiples of eight
     * @param times numbers of the fields of a record with times in nanoseconds
     */
    record Fields(List<Set<Integer>> path, Set<Integer> ids, Set<Integer> times)
    {
        Fields
        {
            path = List.copyOf(path);
            ids = Set.copyOf(ids);
            times = Set.copyOf(times);
        }
    }

    private final Fields fields;
    private int[] ids = new int[1_024];
    private int idCount;
    private int[] times = new int[1_024];
    private int timeCount;

    private FreshFields(Fields fields)
    {
        this.fields = requireNonNull(fields, "fields is null");
    }

    static FreshFields of(byte[] request, Fields fields)
    {
        FreshFields found = new FreshFields(fields);
        try {
            found.walk(CodedInputStream.newInstance(request), 0);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /**
     * Changes a copy of the request.
     *
     * @param later nanoseconds that all times grow by
     */
    void freshen(byte[] copy, SplittableRandom random, long later)
    {
        for (int index = 0; index < idCount; index++) {
            LONG.set(copy, ids[index], random.nextLong());
        }
        for (int index = 0; index < timeCount; index++) {
            LONG.set(copy, times[index], (long) LONG.get(copy, times[index]) + later);
        }
    }

    private void walk(CodedInputStream message, int level)
            throws IOException
    {
        while (!message.isAtEnd()) {
            int tag = message.readTag();
            int field = WireFormat.getTagFieldNumber(tag);
            boolean hasLength = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
            if (level < fields.path().size() && hasLength && fields.path().get(level).contains(field)) {
                int outer = message.pushLimit(message.readRawVarint32());
                walk(message, level + 1);
                message.popLimit(outer);
            }
            else if (level == fields.path().size() && hasLength && fields.ids().contains(field)) {
                int length = message.readRawVarint32();
                for (int offset = 0; offset < length; offset += Long.BYTES) {
                    addId(message.getTotalBytesRead() + offset);
                }
                message.skipRawBytes(length);
            }
            else {
                if (level == fields.path().size() && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_FIXED64 && fields.times().contains(field)) {
                    addTime(message.getTotalBytesRead());
                }
                message.skipField(tag);
            }
        }
    }

    private void addId(int place)
    {
        if (idCount == ids.length) {
            ids = Arrays.copyOf(ids, 2 * idCount);
        }
        ids[idCount++] = place;
    }

    private void addTime(int place)
    {
        if (timeCount == times.length) {
            times = Arrays.copyOf(times, 2 * timeCount);
        }
        times[timeCount++] = place;
    }
}
