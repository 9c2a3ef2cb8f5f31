package io.icegate.receiver.otlp;

import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.signal.RefusedException;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static java.lang.Math.toIntExact;

/**
 * Reads a request body into memory, never more than the limit and never more than the budget holds.
 */
final class BoundedBody
{
    /**
     * Bytes taken from the budget, and read, at a time when the length is not known.
     */
    static final int CHUNK_BYTES = 64 * 1024;
    /**
     * What the smallest request takes from the budget until it is durable: its rows need so much.
     */
    static final int REQUEST_BYTES_MIN = 16 * 1024;

    static final String REQUEST_SETTING = "icegate.otlp.max-request-size";

    private BoundedBody() {}

    /**
     * What to take from the budget before a body is read.
     *
     * @param announcedBytes of the body, or none when only reading tells
     */
    static long firstBytes(long announcedBytes)
    {
        return announcedBytes > 0 ? Math.max(announcedBytes, REQUEST_BYTES_MIN) : CHUNK_BYTES;
    }

    /**
     * @param announcedBytes length that the client named, if it did: a body of that length is read without a copy. Memory is
     *         taken for it at once, so the ticket holds so much.
     * @param ticket holds {@link #firstBytes} already; grows to the size of the body, and gives back what only reading needed,
     *         since a request waits much longer than it is read
     * @throws RefusedException above the limit or the budget
     */
    static byte[] read(InputStream in, long announcedBytes, long limitBytes, Admission.Ticket ticket)
            throws IOException
    {
        byte[] body = readWhole(in, announcedBytes, limitBytes, ticket);
        ticket.trim(Math.max(body.length, REQUEST_BYTES_MIN));
        return body;
    }

    private static byte[] readWhole(InputStream in, long announcedBytes, long limitBytes, Admission.Ticket ticket)
            throws IOException
    {
        if (announcedBytes <= 0 || announcedBytes > Math.min(limitBytes, ticket.heldBytes())) {
            return read(in, new byte[CHUNK_BYTES], 0, limitBytes, ticket);
        }
        byte[] body = new byte[toIntExact(announcedBytes)];
        int filled = in.readNBytes(body, 0, body.length);
        int next = filled < body.length ? -1 : in.read();
        if (next < 0) {
            return filled < body.length ? Arrays.copyOf(body, filled) : body;
        }
        // longer than it was said to be
        if (filled == limitBytes) {
            throw tooLarge(limitBytes);
        }
        ticket.add(CHUNK_BYTES);
        byte[] chunk = Arrays.copyOf(body, toIntExact(Math.min(body.length + (long) CHUNK_BYTES, limitBytes + 1)));
        chunk[filled] = (byte) next;
        return read(in, chunk, filled + 1, limitBytes, ticket);
    }

    private static byte[] read(InputStream in, byte[] first, int firstFilled, long limitBytes, Admission.Ticket ticket)
            throws IOException
    {
        List<byte[]> full = new ArrayList<>();
        byte[] chunk = first;
        int filled = firstFilled;
        long total = firstFilled;
        while (true) {
            if (filled == chunk.length) {
                full.add(chunk);
                chunk = new byte[(int) Math.min(Math.max(total, CHUNK_BYTES), 4L * 1024 * 1024)];
                filled = 0;
            }
            int count = in.read(chunk, filled, chunk.length - filled);
            if (count < 0) {
                return join(full, chunk, filled, total);
            }
            filled += count;
            total += count;
            if (total > limitBytes) {
                throw tooLarge(limitBytes);
            }
            if (total > ticket.heldBytes()) {
                ticket.add(Math.max(total - ticket.heldBytes(), CHUNK_BYTES));
            }
        }
    }

    static RefusedException tooLarge(long limitBytes)
    {
        return WireStream.tooLarge(limitBytes, REQUEST_SETTING);
    }

    private static byte[] join(List<byte[]> full, byte[] last, int filled, long total)
    {
        if (full.isEmpty()) {
            return Arrays.copyOf(last, filled);
        }
        byte[] body = new byte[toIntExact(total)];
        int offset = 0;
        for (byte[] chunk : full) {
            System.arraycopy(chunk, 0, body, offset, chunk.length);
            offset += chunk.length;
        }
        System.arraycopy(last, 0, body, offset, filled);
        return body;
    }
}
