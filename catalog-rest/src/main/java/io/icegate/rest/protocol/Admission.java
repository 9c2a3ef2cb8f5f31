package io.icegate.rest.protocol;

import java.util.concurrent.Semaphore;

/**
 * Bounds what is done, and held in memory, at one time. What does not fit is refused at once with 429, before it has any effect:
 * Iceberg's clients send such requests again, whatever they ask for, while they take other failures of a commit for an unknown outcome.
 */
public final class Admission
{
    private static final int UNIT_BYTES = 1024;
    /**
     * A request that waits for the store needs so much, however small its body is.
     */
    private static final int REQUEST_BYTES_MIN = 16 * 1024;

    private final int requestsMax;
    private final int requestBytesMax;
    private final Semaphore requests;
    private final Semaphore units;

    /**
     * @param requestsMax at the same time
     * @param requestBytesMax of one body
     * @param bodiesBytesMax of all bodies together
     */
    public Admission(int requestsMax, int requestBytesMax, long bodiesBytesMax)
    {
        if (requestsMax < 1 || requestBytesMax < 1 || bodiesBytesMax < requestBytesMax) {
            throw new IllegalArgumentException("Cannot admit %s requests of %s bytes with %s bytes for all".formatted(requestsMax, requestBytesMax, bodiesBytesMax));
        }
        this.requestsMax = requestsMax;
        this.requestBytesMax = requestBytesMax;
        requests = new Semaphore(requestsMax);
        units = new Semaphore((int) Math.min(Integer.MAX_VALUE, (bodiesBytesMax + UNIT_BYTES - 1) / UNIT_BYTES));
    }

    /**
     * The right to be answered; to be closed afterwards.
     */
    interface Ticket
            extends AutoCloseable
    {
        @Override
        void close();
    }

    /**
     * @param announcedBytes of the body; below zero when the client does not say, which counts as the largest
     * @throws RefusedException when it does not fit now, or is too large
     */
    Ticket admit(long announcedBytes)
    {
        if (announcedBytes > requestBytesMax) {
            throw tooLarge();
        }
        long bytes = announcedBytes < 0 ? requestBytesMax : Math.max(announcedBytes, Math.min(REQUEST_BYTES_MIN, requestBytesMax));
        int taken = (int) ((bytes + UNIT_BYTES - 1) / UNIT_BYTES);
        if (!requests.tryAcquire()) {
            throw busy();
        }
        if (!units.tryAcquire(taken)) {
            requests.release();
            throw busy();
        }
        return () -> {
            units.release(taken);
            requests.release();
        };
    }

    int requestBytesMax()
    {
        return requestBytesMax;
    }

    /**
     * Counts the requests that are being answered.
     */
    public int admitted()
    {
        return requestsMax - requests.availablePermits();
    }

    RefusedException tooLarge()
    {
        return new RefusedException(new RestError(413, "BadRequestException", "Cannot accept request: its body is larger than %s bytes, see icegate.rest.max-request-size".formatted(requestBytesMax)));
    }

    static RefusedException busy()
    {
        return new RefusedException(new RestError(RestError.TOO_MANY_REQUESTS, "TooManyRequestsException", "Cannot accept request now: the server is busy"));
    }
}
