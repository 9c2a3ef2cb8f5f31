package io.icegate.server;

import io.airlift.log.Logger;

import java.io.IOException;
import java.io.InputStream;

/**
 * What the client of a refused request still sends. A connection with unread bytes is closed after the answer: reset, the client may
 * never see the answer, and what it sends next on the connection is lost.
 */
public final class UnreadBody
{
    private static final Logger log = Logger.get(UnreadBody.class);
    private static final int CHUNK_BYTES = 64 * 1024;

    private UnreadBody() {}

    /**
     * The body of a request, opened when it is needed.
     */
    @FunctionalInterface
    public interface Body
    {
        InputStream open()
                throws IOException;
    }

    /**
     * Reads it to its end, or up to a bound. To be called when the answer is written.
     *
     * @param bytesMax beyond which the connection is left to be closed
     */
    public static void discard(Body body, long bytesMax)
    {
        byte[] buffer = new byte[CHUNK_BYTES];
        long left = bytesMax;
        try {
            InputStream rest = body.open();
            while (left > 0) {
                int count = rest.read(buffer);
                if (count < 0) {
                    return;
                }
                left -= count;
            }
        }
        catch (IOException | IllegalStateException e) {
            log.debug(e, "Cannot read the rest of a refused request");
        }
    }
}
