package io.icegate.receiver.events;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.receiver.decode.BadRecordException;
import io.icegate.receiver.decode.RecordContext;
import io.icegate.receiver.decode.RecordDecoder;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.RowBatch;

import java.util.ArrayList;
import java.util.List;

/**
 * Turns events to rows.
 */
final class EventRecordDecoder
        implements RecordDecoder
{
    private static final DynamicMessage EMPTY = DynamicMessage.getDefaultInstance(Events.EVENT);

    private final List<EventBatch.Row> rows = new ArrayList<>();

    @Override
    public void add(RecordContext context)
            throws BadRecordException, InvalidProtocolBufferException
    {
        DynamicMessage event = context.parse(EMPTY.getParserForType());
        long time = (long) event.getField(Events.EVENT.findFieldByName("time_unix_nano"));
        String text = (String) event.getField(Events.EVENT.findFieldByName("text"));
        rows.add(new EventBatch.Row(context.timestamp(time, 0), time != 0, text));
    }

    @Override
    public RowBatch batch(BatchId id, String tenant, long bytes)
    {
        return new EventBatch(id, 0, tenant, rows, bytes);
    }
}
