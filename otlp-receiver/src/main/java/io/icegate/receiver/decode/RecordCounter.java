package io.icegate.receiver.decode;

/**
 * Counts the records of a protobuf request before anything is built from it: an empty record is two bytes on the wire and
 * a hundred in memory. What is malformed is left to the parser.
 */
final class RecordCounter
{
    private static final int RESOURCE_LOGS = 1 << 3 | 2;
    private static final int SCOPE_LOGS = 2 << 3 | 2;
    private static final int LOG_RECORDS = 2 << 3 | 2;
    private static final int RECORD_BYTES_MIN = 2;
    private static final int[] PATH = {RESOURCE_LOGS, SCOPE_LOGS, LOG_RECORDS};

    private final byte[] bytes;
    private final int[] counts = new int[PATH.length];
    private int position;

    private RecordCounter(byte[] bytes)
    {
        this.bytes = bytes;
    }

    static void check(byte[] bytes, DecodeLimits limits)
    {
        if (bytes.length / RECORD_BYTES_MIN <= limits.recordsMax()) {
            return;
        }
        RecordCounter counter = new RecordCounter(bytes);
        counter.scan(bytes.length, 0);
        for (int count : counter.counts) {
            if (count > limits.recordsMax()) {
                throw tooMany(limits);
            }
        }
    }

    static MalformedRequestException tooMany(DecodeLimits limits)
    {
        return new MalformedRequestException("it holds more than %s records".formatted(limits.recordsMax()));
    }

    /**
     * False when the bytes are not well-formed.
     */
    private boolean scan(int end, int level)
    {
        while (position < end) {
            long tag = varint(end);
            long length = switch ((int) tag & 7) {
                case 0 -> {
                    varint(end);
                    yield 0;
                }
                case 1 -> 8;
                case 2 -> varint(end);
                // what is inside a group is counted as if it were not
                case 3, 4 -> 0;
                case 5 -> 4;
                default -> -1;
            };
            if (length < 0 || length > end - position) {
                return false;
            }
            int next = position + (int) length;
            if (tag == PATH[level]) {
                counts[level]++;
                if (level + 1 < PATH.length && !scan(next, level + 1)) {
                    return false;
                }
            }
            position = next;
        }
        return true;
    }

    private long varint(int end)
    {
        long value = 0;
        for (int shift = 0; shift < 64 && position < end; shift += 7) {
            byte b = bytes[position++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        position = end;
        return -1;
    }
}
