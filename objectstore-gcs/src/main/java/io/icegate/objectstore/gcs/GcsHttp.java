package io.icegate.objectstore.gcs;

import io.icegate.objectstore.Retries;
import io.icegate.objectstore.RetryPolicy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import static java.util.Objects.requireNonNull;

/**
 * Sends requests over the JDK's client. Every request has a deadline, which grows with the bytes that are sent and received.
 * The JDK repeats no request with a body on its own.
 */
final class GcsHttp
{
    private static final int ATTEMPTS_MAX = 5;
    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(2);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);
    /**
     * Time that a body may take beyond the usual: below this rate the connection counts as lost.
     */
    private static final Duration TIME_PER_MIB = Duration.ofSeconds(1);

    private final HttpClient client = HttpClient.newBuilder()
            // a lost connection takes one request with it and not all that share it
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final RetryPolicy policy = RetryPolicy.of(RetryPolicy.Waiting.system()).withAttemptsMax(ATTEMPTS_MAX).withPauses(PAUSE_MIN, PAUSE_MAX);
    private final GcsCredentials credentials;
    private final GcsProperties properties;

    GcsHttp(GcsProperties properties)
    {
        this.properties = requireNonNull(properties, "properties is null");
        this.credentials = new GcsCredentials(properties);
    }

    /**
     * Sends a request that may be sent twice, until it is decided or the attempts are used up.
     *
     * @return the last answer, whatever it says
     * @throws IOException when there was no answer
     */
    HttpResponse<byte[]> sendUntilDecided(HttpRequest.Builder request, long bodyBytes)
            throws IOException
    {
        Retries retries = policy.start();
        while (true) {
            try {
                HttpResponse<byte[]> answer = sendOnce(request, ANSWER_TIMEOUT.plus(timeOf(bodyBytes)));
                if (!isUndecided(answer.statusCode()) || !again(retries)) {
                    return answer;
                }
            }
            catch (InterruptedIOException e) {
                throw e;
            }
            catch (IOException e) {
                if (!again(retries)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Sends a request once.
     *
     * @param timeout until the answer begins
     * @throws IOException when there was no answer: the request may have had its effect, or have it later
     */
    HttpResponse<byte[]> sendOnce(HttpRequest.Builder request, Duration timeout)
            throws IOException
    {
        HttpRequest.Builder signed = request.copy();
        for (Map.Entry<String, List<String>> header : credentials.headers().entrySet()) {
            header.getValue().forEach(value -> signed.header(header.getKey(), value));
        }
        properties.userProject().ifPresent(project -> signed.setHeader("x-goog-user-project", project));
        AtomicLong expectedBytes = new AtomicLong();
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(signed.timeout(timeout).build(), head -> {
            expectedBytes.set(head.headers().firstValueAsLong("Content-Length").orElse(0));
            return HttpResponse.BodySubscribers.ofByteArray();
        });
        try {
            try {
                return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            }
            catch (TimeoutException e) {
                // the client's own deadline ends with the head of the answer
                return answer.get(timeOf(expectedBytes.get()).toNanos(), TimeUnit.NANOSECONDS);
            }
        }
        catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException("no answer within %s".formatted(timeout), e);
        }
        catch (InterruptedException e) {
            answer.cancel(true);
            throw interrupted(e);
        }
        catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IOException(cause == null || cause.getMessage() == null ? "the connection failed: %s".formatted(cause) : cause.getMessage(), cause);
        }
    }

    /**
     * True when the same request may get another answer, and may have had its effect.
     */
    static boolean isUndecided(int status)
    {
        return status == 408 || status == 409 || status == 429 || (status >= 500 && status != 501);
    }

    private static boolean again(Retries retries)
            throws InterruptedIOException
    {
        try {
            return retries.again();
        }
        catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static InterruptedIOException interrupted(InterruptedException e)
    {
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted = new InterruptedIOException("interrupted");
        interrupted.initCause(e);
        return interrupted;
    }

    private static Duration timeOf(long bytes)
    {
        return TIME_PER_MIB.multipliedBy((bytes >> 20) + 1);
    }
}
