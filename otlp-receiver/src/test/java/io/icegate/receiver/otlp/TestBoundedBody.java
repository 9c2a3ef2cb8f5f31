package io.icegate.receiver.otlp;

import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.signal.RefusedException;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestBoundedBody
{
    private static final int LIMIT = 200_000;

    private final Admission admission = new Admission(1 << 20);

    @Test
    void testWhatIsAnnouncedMayBeWrong()
            throws IOException
    {
        for (int length : new int[] {0, 1, 1000, BoundedBody.CHUNK_BYTES, BoundedBody.CHUNK_BYTES + 1, LIMIT - 1, LIMIT}) {
            for (int announced : new int[] {-1, 0, 1, length - 1, length, length + 1, 1000, LIMIT, LIMIT + 1, Integer.MAX_VALUE}) {
                byte[] body = bytes(length);
                assertThat(read(body, announced)).as("%s bytes, announced as %s", length, announced).isEqualTo(body);
            }
        }
        assertThat(admission.usedBytes()).isZero();
    }

    @Test
    void testNothingAnnouncedLiftsTheLimit()
    {
        for (int length : new int[] {LIMIT + 1, LIMIT + 2, 2 * LIMIT}) {
            for (int announced : new int[] {0, 1, 1000, LIMIT - 1, LIMIT, LIMIT + 1, length, Integer.MAX_VALUE}) {
                assertThatThrownBy(() -> read(bytes(length), announced))
                        .as("%s bytes, announced as %s", length, announced)
                        .isInstanceOf(RefusedException.class)
                        .hasMessageContaining("larger than 200000 bytes");
            }
        }
    }

    /**
     * A thousand clients may wait for the same segment, each with a few records.
     */
    @Test
    void testSmallRequestsHoldLittle()
            throws IOException
    {
        for (boolean announced : new boolean[] {false, true}) {
            for (int length : new int[] {0, 1, 100, BoundedBody.REQUEST_BYTES_MIN, BoundedBody.CHUNK_BYTES}) {
                long known = announced ? length : 0;
                try (Admission.Ticket ticket = admission.admit(BoundedBody.firstBytes(known))) {
                    assertThat(BoundedBody.read(inPieces(bytes(length)), known, LIMIT, ticket)).hasSize(length);
                    assertThat(ticket.heldBytes()).isEqualTo(Math.max(length, BoundedBody.REQUEST_BYTES_MIN));
                    assertThat(admission.usedBytes()).isEqualTo(ticket.heldBytes());
                }
            }
        }
    }

    private byte[] read(byte[] body, int announced)
            throws IOException
    {
        try (Admission.Ticket ticket = admission.admit(Math.max(Math.min(announced, LIMIT), BoundedBody.CHUNK_BYTES))) {
            byte[] read = BoundedBody.read(inPieces(body), announced, LIMIT, ticket);
            assertThat(ticket.heldBytes()).isGreaterThanOrEqualTo(read.length);
            return read;
        }
    }

    /**
     * As a connection delivers them.
     */
    private static InputStream inPieces(byte[] body)
    {
        return new FilterInputStream(new ByteArrayInputStream(body))
        {
            @Override
            public int read(byte[] buffer, int offset, int length)
                    throws IOException
            {
                return super.read(buffer, offset, Math.min(length, 777));
            }
        };
    }

    private static byte[] bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
