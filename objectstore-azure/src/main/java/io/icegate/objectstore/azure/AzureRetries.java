package io.icegate.objectstore.azure;

import com.azure.core.exception.HttpResponseException;
import com.azure.storage.blob.models.BlobStorageException;
import io.icegate.objectstore.Retries;
import io.icegate.objectstore.RetryPolicy;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * Repeats requests that may be sent twice.
 */
final class AzureRetries
{
    private static final int ATTEMPTS_MAX = 5;
    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(2);

    private final RetryPolicy policy = RetryPolicy.of(RetryPolicy.Waiting.system()).withAttemptsMax(ATTEMPTS_MAX).withPauses(PAUSE_MIN, PAUSE_MAX);

    /**
     * Sends a request until it is decided or the attempts are used up.
     *
     * @throws RuntimeException of the last attempt
     */
    <T> T untilDecided(Supplier<T> request)
    {
        Retries retries = policy.start();
        while (true) {
            try {
                return request.get();
            }
            catch (RuntimeException e) {
                restoreInterrupt(e);
                if (!isUndecided(e) || !again(retries)) {
                    throw e;
                }
            }
        }
    }

    private static boolean again(Retries retries)
    {
        try {
            return !Thread.currentThread().isInterrupted() && retries.again();
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * True when the same request may get another answer, and may have had its effect: also when there was no answer at all.
     */
    static boolean isUndecided(RuntimeException e)
    {
        if (e instanceof BlobStorageException refused) {
            return isUndecided(refused.getStatusCode());
        }
        // the others: no credentials, which are asked for before the request is sent; the parts of a batch
        return !(e instanceof HttpResponseException);
    }

    private static boolean isUndecided(int status)
    {
        return status == 408 || status == 409 || status == 429 || (status >= 500 && status != 501);
    }

    /**
     * Azure's client wraps the interruption of the thread.
     */
    static void restoreInterrupt(Throwable e)
    {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
